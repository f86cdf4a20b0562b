"""How far a metric, measured on a sample, can be from its true value: one-sided bounds. Pure.

Shares get exact bounds (Clopper and Pearson 1934), means and ratios BCa bootstrap bounds (Efron
1987), by resampling whole samples. A percentile bootstrap would be too lenient for shares.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from math import ceil
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ..plugin.estimators import Estimator, PValue, Ratio, Share, Statistic

Side = Literal["lower", "upper"]
Table = Mapping[str, NDArray[Any]]
Floats = NDArray[np.float64]

LEAST_RESAMPLES = 9_999
BEYOND = 50
"""So many resamples should lie beyond a bound, on average."""

CAUTION = 0.65
"""BCa bounds are taken at this part of the level, since they are lenient far out, where an exam
needs them: 0.25 % of true values lie beyond a bound of 0.21 % (simulated, 500 skewed samples). At
0.8 that is made good; the rest is a margin, so that `make false-winners` can show it."""

FEW = 10
"""Fewer samples that differ from the rest than this tell little about how many more there are."""

TOGETHER = 2_000
"""Resamples computed at once: 8 MB a column of 500 samples."""


def estimate(estimator: Estimator, table: Table) -> float:
    """The value of a metric in this table; NaN where nothing is scored or for a `PValue`."""
    columns = scored(estimator, table)
    if not columns or not len(columns[0]):
        return float("nan")
    return float(_compute(estimator, *columns, axis=-1))


def bound(
    estimator: Estimator, table: Table, level: float, side: Side, rng: np.random.Generator
) -> float:
    """The true value is beyond this bound with a chance of at most `level` (0 to 0.5).

    `side`: "lower" for the smallest plausible value. NaN where there is nothing to estimate.
    Raises KeyError when the table lacks a column.
    """
    columns = scored(estimator, table)
    if isinstance(estimator, PValue) or not columns or len(columns[0]) < 2:
        return float("nan")
    if isinstance(estimator, Share):
        return _exact(int(columns[0].sum()), len(columns[0]), level, side)
    exact = _nearly_whole(estimator, columns, level, side)
    if _constant(estimator, columns):
        return float(_compute(estimator, *columns, axis=-1)) if exact is None else exact
    found = _bca(estimator, columns, level, side, rng)
    if exact is None:
        return found
    return min(found, exact) if side == "lower" else max(found, exact)


def scored(estimator: Estimator, table: Table) -> list[Floats]:
    """The estimator's columns, without the rows where one of them is NaN."""
    columns = [np.asarray(table[name], np.float64) for name in estimator.columns]
    if not columns:
        return []
    kept = ~np.isnan(np.stack(columns)).any(axis=0)
    if isinstance(estimator, Share) and estimator.among:
        kept &= columns.pop() == 1
    return [column[kept] for column in columns]


def _compute(estimator: Estimator, *columns: Floats, axis: int) -> Any:
    match estimator:
        case Ratio():
            with np.errstate(divide="ignore", invalid="ignore"):
                return columns[0].mean(axis=axis) / columns[1].mean(axis=axis)
        case Statistic(compute=compute):
            return compute(*columns, axis=axis)
        case _:
            return columns[0].mean(axis=axis)


def _exact(successes: int, count: int, level: float, side: Side) -> float:
    """The one-sided bound of Clopper and Pearson (1934)."""
    alternative = "greater" if side == "lower" else "less"
    test = stats.binomtest(successes, count, alternative=alternative)
    interval = test.proportion_ci(confidence_level=1 - level, method="exact")
    return float(interval.low if side == "lower" else interval.high)


def _bca(
    estimator: Estimator,
    columns: list[Floats],
    level: float,
    side: Side,
    rng: np.random.Generator,
) -> float:
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)  # Gives NaN, which fails.
        result = stats.bootstrap(
            columns,
            lambda *resampled, axis: _compute(estimator, *resampled, axis=axis),
            n_resamples=max(LEAST_RESAMPLES, ceil(BEYOND / (CAUTION * level))),
            batch=TOGETHER,
            paired=True,
            vectorized=True,
            confidence_level=1 - CAUTION * level,
            alternative="greater" if side == "lower" else "less",
            method="BCa",
            rng=rng,
        )
    interval = result.confidence_interval
    return float(interval.low if side == "lower" else interval.high)


def _constant(estimator: Estimator, columns: list[Floats]) -> bool:
    """Does every sample say the same, so that resampling would see no spread?"""
    if isinstance(estimator, Ratio):
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = columns[0] / columns[1]
        return bool((parts == parts[0]).all())
    return all(bool((column == column[0]).all()) for column in columns)


def _nearly_whole(
    estimator: Estimator, columns: list[Floats], level: float, side: Side
) -> float | None:
    """An exact bound where hardly any sample differs, so that resampling would see no spread.

    For a share of things (0 <= numerator <= denominator) that is 1, or 0 at the upper side, in all
    but a few samples: that of a sample's being so. None for anything else.
    """
    if not isinstance(estimator, Ratio) or not (columns[1] > 0).all():
        return None
    if not ((columns[0] >= 0) & (columns[0] <= columns[1])).all():
        return None
    whole = columns[1] if side == "lower" else 0.0
    different = int((columns[0] != whole).sum())
    if different >= FEW:
        return None
    count = len(columns[0])
    return _exact(count - different if side == "lower" else different, count, level, side)
