"""The task `persistence`: data from the cache, predictions to figures.

The only file of this folder that the framework calls. A worker asks for train and validation; an
exam makes fresh videos.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from pydantic import JsonValue

from tournament import (
    AnyOptions,
    Arrays,
    Context,
    Evaluation,
    Finding,
    Labelled,
    Metric,
    Split,
    Starter,
    Task,
)

from . import estimators
from .evaluation import evaluate
from .integrity import integrity_findings
from .options import PersistenceOptions, split_range
from .packed import Tokens, Truth
from .predictions import check_predictions
from .sealed import packed_tokens, sealed_videos, selected_predictions, unpacked_tokens
from .store import pack, read_facts, read_split, split_key


class Persistence(Task):
    """Tell the objects of a short video that stay from those that only flash up.

    Inputs are `Tokens`, the truth is `Truth` (see `packed`). Predictions are `logits` and
    `attention` (see `predictions`).
    """

    Options: ClassVar[AnyOptions] = PersistenceOptions
    options: PersistenceOptions
    starter = Starter(
        module="tournament_plugins.persistence.starter",
        options={"videos": 200},
        criteria=("val_accuracy >= 0.75",),
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(
            name="attention_ratio",
            meaning="attention that persistent objects receive over what transient ones receive: "
            "the ratio of the means over videos; 1 is uniform",
            unit="x",
            title="Ratio",
            format=".2f",
            estimator=estimators.ATTENTION_RATIO,
            lowest=0,
        ),
        Metric(
            name="consistency",
            title="Consistency",
            format=".1%",
            meaning="share of videos whose own ratio reaches the consistency threshold",
            estimator=estimators.CONSISTENCY,
            lowest=0,
            highest=1,
        ),
        Metric(
            name="val_accuracy",
            title="Val Acc",
            format=".1%",
            meaning="share of objects whose kind is predicted rightly",
            estimator=estimators.ACCURACY,
            lowest=0,
            highest=1,
        ),
        Metric(
            name="balanced_accuracy",
            meaning="mean of the accuracy on persistent and on transient objects; 0.5 is chance",
            estimator=estimators.BALANCED_ACCURACY,
            lowest=0,
            highest=1,
        ),
        Metric(
            name="majority_baseline",
            meaning="accuracy of always predicting the more frequent kind",
            lowest=0,
            highest=1,
        ),
        Metric(
            name="p_value",
            meaning="one-sided Wilcoxon signed-rank test, over videos, that persistent objects "
            "receive more attention",
            better="lower",
            estimator=estimators.P_VALUE,
            lowest=0,
            highest=1,
        ),
        Metric(
            name="cohens_d",
            meaning="effect size over videos: mean difference in attention over its deviation",
            estimator=estimators.EFFECT_SIZE,
        ),
        Metric(
            name="unscored_videos",
            meaning="videos without both kinds of objects: counted, not scored",
            unit="videos",
            better="lower",
            lowest=0,
        ),
    )

    def __init__(self, options: PersistenceOptions, context: Context) -> None:
        super().__init__(options, context)
        self._folders: dict[Split, Path] = {}

    def prepare(self) -> Mapping[str, JsonValue]:
        """Make or find train and validation; facts about both."""
        return {split: read_facts(self._folder(split)) for split in ("train", "validation")}

    def data(self, split: Split) -> Labelled:
        """`Tokens` and `Truth` of one split, mapped from the cache."""
        return read_split(self._folder(split), split_range(self.options.videos, split))

    def evaluate(self, predictions: Arrays, truth: Truth) -> Evaluation:
        """All metrics, and a row a video; see `evaluation`."""
        checked = check_predictions(predictions, truth.starts)
        return evaluate(checked, truth, self.options.consistency_threshold)

    def exam(self, seed: int, samples: int) -> Labelled:
        """`samples` fresh videos of the same kind, whose truth is in no file."""
        return sealed_videos(self.options, seed, samples)

    def count(self, inputs: Tokens) -> int:
        return len(inputs)

    def pack(self, inputs: Tokens) -> Arrays:
        return packed_tokens(inputs)

    def unpack(self, arrays: Arrays) -> Tokens:
        return unpacked_tokens(arrays)

    def select(self, inputs: Tokens, rows: Sequence[int]) -> Tokens:
        return inputs.videos(rows)

    def select_predictions(
        self, predictions: Arrays, inputs: Tokens, rows: Sequence[int]
    ) -> Arrays:
        return selected_predictions(predictions, inputs, rows)

    def integrity(
        self, predict: Callable[[Tokens], Arrays], inputs: Tokens, rng: np.random.Generator
    ) -> tuple[Finding, ...]:
        """Attention is a distribution, moves with its objects, and is used; see `integrity`."""
        return integrity_findings(predict, inputs, rng)

    def _folder(self, split: Split) -> Path:
        if split not in self._folders:
            self._folders[split] = self._packed(split, split_range(self.options.videos, split))
        return self._folders[split]

    def _packed(self, split: Split, videos: range) -> Path:
        def build(folder: Path) -> None:
            pack(self.options, videos, folder, progress)

        def progress(done: int) -> None:
            self.context.progress("videos", done, len(videos))

        return self.context.cache.entry(
            f"persistence-{split}", split_key(self.options, videos), build
        )
