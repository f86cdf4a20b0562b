"""Checks that any task's predictions must pass: what they are, they are for this input alone. Pure.

Each gives a `Finding` with what was measured, a threshold and a sentence. The deviation of two
arrays is the largest difference of two values over their size, or over the usual size if they are
smaller: rounding gives some 1e-6 in float32 and up to a few 1e-3 on a GPU; what depends on the
clock, on chance or on its neighbours gives far more. (Over the largest value of an array instead,
one huge value would hide all others.)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..record.payloads import Finding

Arrays = Mapping[str, NDArray[Any]]

SAME = 0.01
"""Predictions that deviate by less count as the same."""

USUAL = 0.9
"""So many of an array's values that are not zero are at most of the usual size."""

CLOSE = 0.02
"""A claimed metric that is off by less, of its size or of 0.5 if it is smaller, counts as
measured."""


def deviation(one: Arrays, other: Arrays) -> float:
    """The largest deviation over all arrays; infinite where names or shapes differ."""
    if sorted(one) != sorted(other):
        return math.inf
    return max((_deviation(one[name], other[name]) for name in one), default=0.0)


def _deviation(one: NDArray[Any], other: NDArray[Any]) -> float:
    if one.shape != other.shape:
        return math.inf
    if one.size == 0 or np.array_equal(one, other, equal_nan=one.dtype.kind == "f"):
        return 0.0
    a, b = one.astype(np.float64), other.astype(np.float64)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return math.inf
    size = np.maximum(np.abs(a), np.abs(b))
    usual = float(np.quantile(size[size > 0], USUAL, method="higher"))
    return float((np.abs(a - b) / np.maximum(size, usual)).max())


def finite(predictions: Arrays) -> Finding:
    """Are all predictions finite numbers?"""
    bad = sum(int((~np.isfinite(a)).sum()) for a in predictions.values() if a.dtype.kind == "f")
    return Finding.at_most(
        "finite",
        float(bad),
        0.0,
        f"{bad} predicted values are NaN or infinite",
    )


def repeatable(first: Arrays, second: Arrays) -> Finding:
    """Does the same question get the same answer?"""
    found = deviation(first, second)
    return Finding.at_most(
        "repeatable",
        found,
        SAME,
        f"the same inputs, asked twice, give predictions that differ by {found:.2g}",
    )


def batch_invariant(pairs: Iterable[tuple[Arrays, Arrays]]) -> Finding:
    """Is the answer the same alone, in another order, and among others?

    `pairs` of predictions of the same samples: out of the whole, and asked for by themselves.
    """
    found = max(deviation(whole, part) for whole, part in pairs)
    return Finding.at_most(
        "batch-invariant",
        found,
        SAME,
        f"predictions change by {found:.2g} with what else is asked for along with them",
    )


def round_trip(checkpoint: Arrays, state: Arrays) -> Finding:
    """Is the state that was loaded the one that comes out?"""
    changed = sorted(
        name
        for name in {*checkpoint, *state}
        if name not in checkpoint or name not in state or not _same(checkpoint[name], state[name])
    )
    named = f" ({', '.join(changed[:3])})" if changed else ""
    return Finding.at_most(
        "round-trip",
        float(len(changed)),
        0.0,
        f"{len(changed)} arrays of the state{named} change when it is loaded and given again",
    )


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return (
        one.dtype == other.dtype
        and one.shape == other.shape
        and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    )


def reproduced(claimed: Mapping[str, float], measured: Mapping[str, float]) -> Finding:
    """Does the checkpoint give, on the validation data, the metrics that were claimed of it?"""
    off = {name: _off(value, measured[name]) for name, value in claimed.items()}
    worst = max(off, key=lambda name: off[name])
    return Finding.at_most(
        "reproduced",
        off[worst],
        CLOSE,
        f"{worst} was claimed as {claimed[worst]:.4g}; the claimed checkpoint gives "
        f"{measured[worst]:.4g} on the same validation data",
    )


def _off(claimed: float, measured: float) -> float:
    if claimed == measured:
        return 0.0
    off = abs(claimed - measured) / max(abs(claimed), 0.5)
    return off if math.isfinite(off) else math.inf
