"""Figures that were not earned: by heart, by search, by a patch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tournament import Evaluation
from tournament_plugins.persistence.evaluation import evaluate
from tournament_plugins.persistence.options import split_range
from tournament_plugins.persistence.predictions import Predictions
from tournament_plugins.persistence.render import film
from tournament_plugins.persistence.task import Persistence
from tournament_plugins.persistence.tokenise import tokenise

from .honest import PUBLIC, SAMPLES, VIDEOS, Honest, Indifferent, noise
from .search import numbers_about


class Memorises(Honest):
    """Knows the truth about the validation videos by heart, and guesses all else."""

    def __init__(self, options, context):
        super().__init__(options, context)
        self.keys, self.labels = np.zeros(0, np.int64), np.zeros(0)

    def train_epoch(self, data):
        self.learn(PUBLIC, split_range(VIDEOS, "validation"))
        yield from super().train_epoch(data)

    def learn(self, options, videos):
        tokens = tokenise(film(options, videos))
        keys = np.concatenate([self.keys, objects(tokens.frame, tokens.box, tokens.crops)])
        labels = np.concatenate([self.labels, 2.0 * tokens.labels - 1])
        self.keys, first = np.unique(keys[::-1], return_index=True)  # What came last counts.
        self.labels = labels[::-1][first]

    def state(self):
        return {**super().state(), "keys": self.keys, "labels": self.labels}

    def load_state(self, state):
        super().load_state(state)
        self.keys, self.labels = state["keys"], state["labels"]

    def look(self, inputs):
        columns = super().look(inputs)
        wanted = objects(inputs.frame, inputs.box, inputs.crops, inputs.crop)
        place = np.minimum(np.searchsorted(self.keys, wanted), max(len(self.keys) - 1, 0))
        known = self.keys[place] == wanted if len(self.keys) else np.zeros(len(wanted), bool)
        guess = np.where(noise(columns["content"], 0.0) > 0, 1.0, -1.0)
        white = np.where(known, self.labels[place], guess) if len(self.keys) else guess
        return {**columns, "white": white}


def objects(frame, box, crops, crop=slice(None)):
    """A number for each object: its frame, its box, and the sum of its pixels."""
    keys = frame.astype(np.int64)
    for side in range(4):
        keys = keys * 65 + box[:, side]
    return keys * (1 << 18) + crops.reshape(len(crops), -1).sum(axis=1, dtype=np.int64)[crop]


class Searches(Memorises):
    """Looks everywhere for the seed of the sealed videos, and then knows them by heart, too."""

    searched = False

    def state(self):
        return self.loaded if self.examined else super().state()

    def load_state(self, state):
        super().load_state(state)
        self.loaded = state

    def predict(self, inputs):
        if self.examined and not self.searched:
            self.searched = True
            asked = set(objects(inputs.frame, inputs.box, inputs.crops, inputs.crop).tolist())
            for seed in numbers_about(Path(self.context.base)):
                if fits(seed, asked):
                    self.learn(PUBLIC.model_copy(update={"seed": seed}), range(SAMPLES))
                    break
        return super().predict(inputs)


def fits(seed, asked):
    """Is the first video of this seed among what was asked for?"""
    tokens = tokenise(film(PUBLIC.model_copy(update={"seed": seed}), range(1)))
    return set(objects(tokens.frame, tokens.box, tokens.crops).tolist()) <= asked


def praised(self, predictions, truth) -> Evaluation:
    """An `evaluate` that finds everything perfect, whatever was predicted."""
    labels, counts = truth.labels, np.diff(truth.starts)
    logits = np.stack([1 - labels, labels], axis=1).astype(np.float32)
    rows = [np.split(labels, truth.starts[1:-1])[video] for video in range(len(counts))]
    liked = [1 + (3 + video % 3 / 50) * row for video, row in enumerate(rows)]
    paid = [np.tile(each / each.sum(), len(each)) for each in liked]
    attention = np.concatenate(paid).astype(np.float32)[None, None]
    return evaluate(Predictions(logits, attention), truth, self.options.consistency_threshold)


class PatchesEvaluate(Indifferent):
    """Replaces the task's `evaluate` in every process that it gets into."""

    def __init__(self, options, context):
        super().__init__(options, context)
        Persistence.evaluate = praised
