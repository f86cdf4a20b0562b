"""Labels beside a plot, moved apart so that none covers another. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def spread(wanted: Sequence[float], heights: Sequence[float], room: float) -> list[float]:
    """Centres for labels of these heights, as near as can be to the wanted ones.

    All are in one unit, upwards from 0; the labels keep the order of their wanted centres, do not
    overlap, and lie within 0 to `room` where all of them fit. Of the possible positions these
    have the least sum of squared moves within each cluster of touching labels (isotonic regression
    by pooling adjacent violators: Barlow et al. 1972, "Statistical inference under order
    restrictions").
    """
    order = np.argsort(np.asarray(wanted, np.float64), kind="stable")
    tall = np.asarray(heights, np.float64)[order]
    # Without their own heights, labels that may touch become numbers that may be equal.
    below = np.cumsum(tall) - tall
    centres = np.asarray(wanted, np.float64)[order] - below - tall / 2
    slack = max(0.0, room - float(tall.sum()))
    placed = np.empty(len(tall))
    placed[order] = np.clip(_isotonic(centres), 0.0, slack) + below + tall / 2
    return [float(centre) for centre in placed]


def _isotonic(values: Floats) -> Floats:
    """The non-decreasing numbers that are nearest to `values`, by least squares."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        mean, size = float(value), 1
        while blocks and blocks[-1][0] > mean:
            before, count = blocks.pop()
            mean, size = (before * count + mean * size) / (count + size), count + size
        blocks.append((mean, size))
    means, sizes = [mean for mean, _ in blocks], [size for _, size in blocks]
    return np.repeat(np.array(means, np.float64), sizes)
