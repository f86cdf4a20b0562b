"""How each metric follows from the task's table of videos; columns as in `evaluation`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tournament import PValue, Ratio, Share, Statistic

Floats = NDArray[np.float64]


def _balanced(right_1: Floats, all_1: Floats, right_0: Floats, all_0: Floats, *, axis: int) -> Any:
    persistent = right_1.mean(axis=axis) / all_1.mean(axis=axis)
    return (persistent + right_0.mean(axis=axis) / all_0.mean(axis=axis)) / 2


def _effect_size(persistent: Floats, transient: Floats, *, axis: int) -> Any:
    difference = persistent - transient
    return difference.mean(axis=axis) / difference.std(axis=axis, ddof=1)


ATTENTION_RATIO = Ratio("persistent", "transient")
CONSISTENCY = Share("consistent", among="scored")
ACCURACY = Ratio("right", "tokens")
BALANCED_ACCURACY = Statistic(
    ("persistent_right", "persistent_tokens", "transient_right", "transient_tokens"), _balanced
)
EFFECT_SIZE = Statistic(("persistent", "transient"), _effect_size)
P_VALUE = PValue()

OF_ATTENTION = ("attention_ratio", "consistency", "p_value", "cohens_d")
"""The metrics that say something about attention."""
