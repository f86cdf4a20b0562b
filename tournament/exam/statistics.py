"""How far a metric, measured on a sample, can be from its true value: one-sided bounds. Pure.

Shares get exact bounds (Clopper and Pearson 1934), means and ratios BCa bootstrap bounds (Efron
1987), by resampling whole samples. A percentile bootstrap would be too lenient for shares.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from math import ceil
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ..plugin.estimators import Average, Estimator, Mean, PValue, Ratio, Share, Statistic

Side = Literal["lower", "upper"]
Table = Mapping[str, NDArray[Any]]
ROUNDING = 1e-9
"""Samples that differ by this part of their size do not differ."""

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

TOGETHER = 1_000_000
"""Values of a column that are resampled at once: 8 MB."""


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

    `side`: "lower" for the smallest plausible value. NaN where there is nothing to estimate, or
    where all samples say the same and nothing else is known of them: then nobody can tell. Raises
    KeyError when the table lacks a column.
    """
    columns = scored(estimator, table)
    if isinstance(estimator, PValue) or not columns or len(columns[0]) < 2:
        return float("nan")
    if isinstance(estimator, Share) or (isinstance(estimator, Mean) and _zero_or_one(columns[0])):
        return _exact(int(columns[0].sum()), len(columns[0]), level, side)
    exact = _nearly_whole(estimator, columns, level, side)
    alike = _constant(estimator, columns)
    found = math.nan if alike else _bca(estimator, columns, level, side, rng)
    if exact is None or math.isnan(found):
        return found if exact is None else exact
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
        case Average(of=ratios):
            pairs = zip(columns[::2], columns[1::2], strict=True)
            parts = [_compute(r, *pair, axis=axis) for r, pair in zip(ratios, pairs, strict=True)]
            return sum(parts) / len(parts)
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
            batch=max(1, TOGETHER // len(columns[0])),
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
    """Does every sample say the same, so that resampling would see no spread but rounding?"""
    if isinstance(estimator, Average):
        pairs = zip(estimator.of, columns[::2], columns[1::2], strict=True)
        return all(_constant(ratio, [a, b]) for ratio, a, b in pairs)
    if isinstance(estimator, Ratio):
        some = columns[1] != 0
        columns = [columns[0][some] / columns[1][some]]
    return all(
        bool(not len(each) or np.ptp(each) <= ROUNDING * np.abs(each).max()) for each in columns
    )


def _zero_or_one(column: Floats) -> bool:
    return bool(((column == 0) | (column == 1)).all())


def _nearly_whole(
    estimator: Estimator, columns: list[Floats], level: float, side: Side
) -> float | None:
    """An exact bound where hardly any sample differs, so that resampling would see no spread.

    For a share of things (0 <= numerator <= denominator) that is 1, or 0 at the upper side, in all
    but a few samples: that of a sample's being so. For an average of such shares: their average,
    each at its part of the level. None for anything else.
    """
    if isinstance(estimator, Average):
        pairs = zip(estimator.of, columns[::2], columns[1::2], strict=True)
        part = level / len(estimator.of)
        exact = [_nearly_whole(ratio, [a, b], part, side) for ratio, a, b in pairs]
        known = [each for each in exact if each is not None]
        return sum(known) / len(known) if len(known) == len(exact) else None
    if not isinstance(estimator, Ratio):
        return None
    some = columns[1] > 0
    numerators, denominators = columns[0][some], columns[1][some]
    if not some.any() or not ((numerators >= 0) & (numerators <= denominators)).all():
        return None
    if (numerators == (0 if side == "lower" else denominators)).all():
        return 0.0 if side == "lower" else 1.0
    whole = denominators if side == "lower" else 0.0
    different = int((numerators != whole).sum())
    if different >= FEW:
        return None
    count = len(numerators)
    return _exact(count - different if side == "lower" else different, count, level, side)
