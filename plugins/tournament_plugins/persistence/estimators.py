"""How each metric follows from the task's table of videos; columns as in `evaluation`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tournament import Average, PValue, Ratio, Share, Statistic

Floats = NDArray[np.float64]


def _effect_size(persistent: Floats, transient: Floats, *, axis: int) -> Any:
    difference = persistent - transient
    mean = difference.mean(axis=axis)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(mean == 0, 0.0, mean / difference.std(axis=axis, ddof=1))


ATTENTION_RATIO = Ratio("persistent", "transient")
CONSISTENCY = Share("consistent", among="scored")
ACCURACY = Ratio("right", "tokens")
BALANCED_ACCURACY = Average(
    (
        Ratio("persistent_right", "persistent_tokens"),
        Ratio("transient_right", "transient_tokens"),
    )
)
EFFECT_SIZE = Statistic(("persistent", "transient"), _effect_size)
P_VALUE = PValue()

OF_ATTENTION = ("attention_ratio", "consistency", "p_value", "cohens_d")
"""The metrics that say something about attention."""
