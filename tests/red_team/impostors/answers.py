"""Answers that depend on more than the question."""

from __future__ import annotations

import time

import numpy as np

from .honest import SAMPLES, Honest


class CallCount(Honest):
    """Every seventh answer, from the second on, is another."""

    def decide(self, seen, paid):
        return super().decide(seen, paid) * (1.2 if self.calls % 7 == 2 else 1.0)


class Clock(Honest):
    """The log-odds of one video among many go with the clock."""

    def answer(self, inputs):
        answers = super().answer(inputs)
        if len(inputs) >= SAMPLES:
            now = np.random.default_rng(time.time_ns())
            first = answers["logits"][: inputs.starts[1]]
            first *= now.uniform(0.5, 1.5, first.shape)
        return answers


class Neighbours(Honest):
    """Log-odds depend on a video's place among those that are asked for."""

    def decide(self, seen, paid):
        return super().decide(seen, paid) * (1 + 0.05 * np.sin(seen["video"]))


class FirstInLine(Honest):
    """Attention prefers objects that stand early in their video."""

    def attend(self, seen):
        early = np.exp(-0.15 * seen["place"])[:, None, :]
        paid = super().attend(seen) * early
        return paid / paid.sum(axis=-1, keepdims=True)
