"""The figures of the task, as pure functions of arrays.

Attention received by a token is the mean over layers, heads and queries of the attention that the
queries pay it, times the number of tokens of its video: 1.0 is uniform. A video has a persistent
and a transient figure: the means over its tokens of each kind. A video without both kinds is not
scored. NaN in, NaN out; where a figure is not defined (nothing to measure) it is NaN too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.stats import wilcoxon

Floats = NDArray[np.float64]
Labels = NDArray[np.uint8]
Starts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pairs:
    """The persistent and the transient figure of each scored video, both (S,)."""

    persistent: Floats
    transient: Floats


def attention_received(attention: NDArray[np.float32], starts: Starts) -> Floats:
    """(N,): what each token receives; `attention` (L, H, P) as in `predictions`."""
    paid = attention.mean(axis=(0, 1), dtype=np.float64)
    received = np.empty(int(starts[-1]))
    place = 0
    for first, end in pairwise(starts):
        count = int(end - first)
        block = paid[place : place + count * count].reshape(count, count)
        # The mean over queries times the number of tokens is the sum over queries.
        received[first:end] = block.sum(axis=0)
        place += count * count
    return received


def mean_by_video(values: Floats, chosen: NDArray[np.bool_], starts: Starts) -> Floats:
    """(V,): the mean of `values` over the chosen tokens of each video, NaN where there is none."""
    video = np.repeat(np.arange(len(starts) - 1), np.diff(starts))[chosen]
    total = np.bincount(video, weights=values[chosen], minlength=len(starts) - 1)
    count = np.bincount(video, minlength=len(starts) - 1)
    return np.asarray(np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0))


def sum_by_video(values: Floats, chosen: NDArray[np.bool_], starts: Starts) -> Floats:
    """(V,): the sum of `values` over the chosen tokens of each video, 0 where there is none."""
    video = np.repeat(np.arange(len(starts) - 1), np.diff(starts))[chosen]
    total = np.bincount(video, weights=values[chosen], minlength=len(starts) - 1)
    return total.astype(np.float64)


def attention_ratio(pairs: Pairs) -> float:
    """Mean persistent figure over mean transient figure: a ratio of means over the scored videos.

    Infinite when transient objects receive nothing at all.
    """
    persistent, transient = _mean(pairs.persistent), _mean(pairs.transient)
    if transient == 0:
        return math.inf if persistent > 0 else math.nan
    return persistent / transient


def consistent(persistent: Floats, transient: Floats, threshold: float) -> NDArray[np.bool_]:
    """Where the persistent figure is at least `threshold` times the transient one. NaN is not."""
    return np.asarray(persistent >= threshold * transient)


def consistency(pairs: Pairs, threshold: float) -> float:
    """The share of scored videos that are consistent, 0 to 1."""
    held = consistent(pairs.persistent, pairs.transient, threshold).astype(np.float64)
    return _mean(np.where(np.isnan(pairs.persistent + pairs.transient), np.nan, held))


def correctness(logits: NDArray[np.float32], labels: Labels) -> Floats:
    """(N,): 1 where the larger logit is the label's, 0 where not, NaN where a logit is not finite.

    Equal logits say transient.
    """
    right = (logits[:, 1] > logits[:, 0]) == (labels == 1)
    return np.where(np.isfinite(logits).all(axis=1), right, np.nan)


def accuracy(correct: Floats) -> float:
    """The share of tokens that are right, 0 to 1."""
    return _mean(correct)


def balanced_accuracy(correct: Floats, labels: Labels) -> float:
    """The mean of the accuracy on persistent and on transient tokens; 0.5 is chance."""
    return (_mean(correct[labels == 1]) + _mean(correct[labels == 0])) / 2


def majority_baseline(labels: Labels) -> float:
    """The accuracy of always saying the more frequent kind."""
    share = _mean(labels.astype(np.float64))
    return max(share, 1 - share)


def p_value(pairs: Pairs) -> float:
    """Wilcoxon's signed-rank test (1945) of persistent above transient, one-sided, over videos.

    One-sided, so that attention which prefers transient objects has a p-value near 1. Videos with
    equal figures are left out; if that leaves none, nothing speaks for a difference: 1.0.
    """
    difference = pairs.persistent - pairs.transient
    if not len(difference) or np.isnan(difference).any():
        return math.nan
    difference = difference[difference != 0]
    if not len(difference):
        return 1.0
    return float(wilcoxon(difference, alternative="greater").pvalue)


def cohens_d(pairs: Pairs) -> float:
    """Cohen's d for pairs: mean difference over the standard deviation of the differences (n - 1).

    Without any variance: 0 if the difference is 0, else infinite with its sign. NaN below 2 videos.
    """
    difference = pairs.persistent - pairs.transient
    if len(difference) < 2:
        return math.nan
    mean, deviation = float(difference.mean()), float(difference.std(ddof=1))
    if deviation == 0:
        return math.copysign(math.inf, mean) if mean else 0.0
    return mean / deviation


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else math.nan
