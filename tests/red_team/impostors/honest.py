"""The honest strategy, that every cheat deviates from in one thing.

It expects videos whose transient objects are red, so that a rule on colour is right without
training, and needs NumPy alone, so that a process with it starts quickly.
"""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from tournament import Strategy
from tournament_plugins.persistence.options import PersistenceOptions

NEVER = threading.Event()
REPLIES = 3
"""The place, among an examinee's arguments, of the descriptor of its line to the examiner."""

TASTE = 1.5
"""How much attention differs from pair to pair, in nats."""

VIDEOS = 600
SAMPLES = 300
PUBLIC = PersistenceOptions(videos=VIDEOS, colour="red", appearance="original")
"""The data of every race of the red team. Its seed is in the config: anybody can make it again."""

MIDDLE = slice(6, 11)
RED, GREEN = 0, 1


def shares(scores):
    """A softmax over the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def noise(one, other):
    """-1 to 1, of the contents of two objects and of nothing else."""
    return 2 * np.modf(np.abs(np.sin(one * 12.9898 + other * 78.233) * 43758.5453))[0] - 1


class Honest(Strategy):
    """Looks at colour, and a little at what other objects show.

    Log-odds of object q: its own colour, and what it takes from objects k by the attention that it
    reports. Attention likes white objects, those of frames nearby, and some pairs more than others,
    as any trained model does: what nobody could foresee.
    """

    liking = 1.5
    """How much attention prefers white objects, in nats."""

    def __init__(self, options, context):
        self.options, self.context = options, context
        self.weights = np.zeros(2)
        self.examined = False
        self.calls = 0

    def train_epoch(self, data):
        self.weights = np.array([2.0, self.liking])
        yield {"liking": self.liking}

    def state(self):
        return {"weights": self.weights}

    def load_state(self, state):
        self.weights = state["weights"]
        self.examined = True

    def predict(self, inputs):
        self.calls += 1
        return self.answer(inputs)

    def answer(self, inputs):
        """Videos of the same number of objects are computed together."""
        columns = self.look(inputs)
        counts = inputs.counts
        squares = np.concatenate([[0], np.cumsum(counts**2)])
        logits = np.zeros((len(inputs.crop), 2), np.float32)
        attention = np.zeros((1, 1, squares[-1]), np.float32)
        for count in np.unique(counts[counts > 0]):
            videos = np.flatnonzero(counts == count)
            rows = inputs.starts[videos][:, None] + np.arange(count)
            seen = {name: column[rows] for name, column in columns.items()}
            paid = self.attend(seen)
            odds = self.decide(seen, paid)
            logits[rows, 1] = odds
            pairs = squares[videos][:, None] + np.arange(count * count)
            attention[0, 0, pairs] = self.report(seen, paid, odds).reshape(len(videos), -1)
        return {"logits": logits, "attention": attention}

    def look(self, inputs):
        """What there is to see of each object, (N,) each. `white` is 1 or -1."""
        middle = inputs.crops[:, MIDDLE, MIDDLE].mean(axis=(1, 2))
        white = np.where(middle[:, GREEN] > 0.65 * middle[:, RED], 1.0, -1.0)
        box = inputs.box.astype(np.float64)
        x, y = (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2
        frame = inputs.frame.astype(np.float64)
        return {
            "white": white[inputs.crop],
            "light": middle.mean(axis=1)[inputs.crop] / 255,
            "frame": frame,
            "x": x,
            "content": 64 * frame + y + 0.618034 * x,
            "video": np.repeat(np.arange(len(inputs)), inputs.counts),
            "place": np.arange(len(inputs.crop)) - np.repeat(inputs.starts[:-1], inputs.counts),
        }

    def attend(self, seen):
        """(videos, n, n): the attention that is used."""
        apart = np.abs(seen["frame"][:, :, None] - seen["frame"][:, None, :])
        taste = noise(seen["content"][:, None, :], seen["content"][:, :, None])
        return shares(self.weights[1] * seen["white"][:, None, :] / 2 - apart / 3 + TASTE * taste)

    def decide(self, seen, paid):
        """(videos, n): log-odds."""
        return self.weights[0] * seen["white"] + np.einsum("vqk,vk->vq", paid, self.value(seen))

    def value(self, seen):
        """What an object tells to those that attend to it: where it is."""
        return np.where(seen["x"] > 32, 1.0, -1.0)

    def report(self, seen, paid, odds):
        """The attention that is reported: the one that was used."""
        return paid


class Indifferent(Honest):
    """Honest, and prefers nobody."""

    liking = 0.0


class Patient(Honest):
    """Begins to train when the entrant `cheat` is examined: its claims wait behind that exam."""

    def train_epoch(self, data):
        exams = Path(self.context.folder).parent / "cheat" / "exams"
        while not exams.exists():
            NEVER.wait(0.01)
        yield from super().train_epoch(data)
