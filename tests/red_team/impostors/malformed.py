"""Malformed answers, and states that are not what was saved."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from tournament import Options

from .honest import SAMPLES, Honest


class InExam(Honest):
    """Is honest until it is examined, or throughout if it is told to be harmless."""

    class Options(Options):
        harmless: bool = Field(False, description="Leave just the cheat out.")

    @property
    def bad(self):
        return self.examined and not self.options.harmless


class NaNAttention(InExam):
    """In the exam, attention of videos in which nobody stands out is NaN: they shall not count."""

    def answer(self, inputs):
        answers = super().answer(inputs)
        if self.bad and len(inputs) == SAMPLES:
            answers["attention"][..., : inputs.counts[0] ** 2] = np.nan
        return answers


class NaNWhenAsked(InExam):
    """The same where objects are reordered and deleted, which is asked of many videos."""

    def answer(self, inputs):
        answers = super().answer(inputs)
        if self.bad and len(inputs) > SAMPLES:
            answers["attention"][..., : inputs.counts[0] ** 2] = np.nan
        return answers


class NaNLogits(InExam):
    """NaN in a prediction, where nobody judges predictions."""

    def answer(self, inputs):
        answers = super().answer(inputs)
        if self.bad and len(inputs) == SAMPLES:
            answers["logits"][0] = np.nan
        return answers


class TooMuch(InExam):
    """Attention sums to 1.5."""

    def report(self, seen, paid, odds):
        return paid * 1.5 if self.bad else paid


class GrowsWhenLoaded(Honest):
    """Its state changes by being loaded."""

    def __init__(self, options, context):
        super().__init__(options, context)
        self.loaded = np.zeros(1)

    def state(self):
        return {**super().state(), "loaded": self.loaded}

    def load_state(self, state):
        super().load_state(state)
        self.loaded = state["loaded"] + 1
