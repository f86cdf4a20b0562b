"""Is the attention that a strategy reports the attention that its predictions rest on? Pure.

Delete one object of a video, and look how far the log-odds of each other object move. If token q
really attends to token k, q moves when k is gone. So, over the pairs (q, k) of a video, attention
and effect must go together.

Some tokens receive more than others from everybody, and some queries are moved by anything. Such
effects of a whole row or column prove nothing: a cheat knows its own predictions and could report
them as attention. They are taken out of both sides (double centring), which also compares tokens of
one predicted class with each other, and of one frame. What is left is which query looks at which
token; its correlation is measured in each video, and its mean must be positive.

The ablation follows attention studies in language models (Serrano and Smith 2019; Jain and Wallace
2019), which found that attention need not explain a prediction: hence a test, and no assumption.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ttest_1samp

from .packed import Tokens, select

Floats = NDArray[np.float64]

LEAST_TOKENS = 5
"""A video with fewer tokens has too few pairs."""

SWEEPS = 30
"""Rounds of centring; each shrinks what is left of row and column effects by about (n - 1)^2."""

NOTHING = 1e-6
"""A residual smaller than this part of what it is the residual of is rounding."""


@dataclass(frozen=True)
class Ablation:
    """Variants of some videos of which each lacks one token.

    `tokens`: the variants; variant i lacks token `lacking[i]` (counted in its video) of video
    `video[i]` (counted among those that were asked for).
    """

    tokens: Tokens
    video: NDArray[np.int64]
    lacking: NDArray[np.int64]


def ablated(tokens: Tokens) -> Ablation:
    """Every video of `tokens` without each of its tokens in turn. The table of crops is shared."""
    counts = tokens.counts
    video = np.repeat(np.arange(len(counts)), counts)
    lacking = np.arange(tokens.starts[-1]) - tokens.starts[video]
    rows, starts = select(tokens.starts, video)
    place = np.arange(len(rows)) - np.repeat(starts[:-1], np.diff(starts))
    kept = rows[place != np.repeat(lacking, np.diff(starts))]
    variants = Tokens(
        tokens.crops,
        tokens.crop[kept],
        tokens.frame[kept],
        tokens.box[kept],
        np.concatenate([[0], np.cumsum(counts[video] - 1)]),
        tokens.key,
    )
    return Ablation(variants, video, lacking)


def effects(
    tokens: Tokens, logits: NDArray[np.float32], ablation: Ablation, without: NDArray[np.float32]
) -> list[Floats]:
    """For each video an (n, n) matrix: how far token q's log-odds move when token k is deleted.

    `logits` (N, 2) of `tokens`, `without` (M, 2) of the variants. The diagonal is 0.
    """
    whole, part = _log_odds(logits), _log_odds(without)
    starts, variant_starts = tokens.starts, ablation.tokens.starts
    found = [np.zeros((n, n)) for n in tokens.counts]
    for index, (video, lacking) in enumerate(zip(ablation.video, ablation.lacking, strict=True)):
        before = whole[starts[video] : starts[video + 1]]
        after = part[variant_starts[index] : variant_starts[index + 1]]
        others = np.arange(len(before)) != lacking
        found[video][others, lacking] = np.abs(after - before[others])
    return found


def _log_odds(logits: NDArray[np.float32]) -> Floats:
    return np.asarray(logits[:, 1].astype(np.float64) - logits[:, 0])


def attention_matrices(attention: NDArray[np.float32], tokens: Tokens) -> list[Floats]:
    """For each video the mean over layers and heads, (n, n): query, key."""
    paid = attention.mean(axis=(0, 1), dtype=np.float64)
    ends = np.cumsum(tokens.counts**2)
    return [
        paid[end - n * n : end].reshape(n, n) for n, end in zip(tokens.counts, ends, strict=True)
    ]


def agreement(attention: Floats, effect: Floats) -> float:
    """The correlation (-1 to 1) of attention and effect in one video, off the diagonal.

    Row and column effects are taken out of both. 0 where one of them then is the same everywhere;
    NaN below 5 tokens, or where something is not finite.
    """
    off = ~np.eye(len(attention), dtype=bool)
    if len(attention) < LEAST_TOKENS or not np.isfinite([attention[off], effect[off]]).all():
        return float("nan")
    one, other = _interaction(attention), _interaction(effect)
    scale = np.sqrt((one**2).sum() * (other**2).sum())
    return float((one * other).sum() / scale) if scale > 0 else 0.0


def _interaction(matrix: Floats) -> Floats:
    """What is left off the diagonal without row and column effects; 0 if that is rounding."""
    off = ~np.eye(len(matrix), dtype=bool)
    left = np.where(off, matrix, 0.0)
    count = len(matrix) - 1
    for _ in range(SWEEPS):
        left = np.where(off, left - left.sum(axis=0, keepdims=True) / count, 0.0)
        left = np.where(off, left - left.sum(axis=1, keepdims=True) / count, 0.0)
    size = np.abs(np.where(off, matrix, 0.0)).max()
    return left if np.abs(left).max() > NOTHING * size else np.zeros_like(left)


@dataclass(frozen=True)
class Faithfulness:
    """The mean agreement over the videos, and the p-value of its being 0 or less (t-test)."""

    mean: float
    p_value: float
    videos: int


def faithfulness(agreements: Floats) -> Faithfulness:
    """Of the agreement of each video; NaN is left out."""
    valid = agreements[~np.isnan(agreements)]
    if len(valid) < 2 or not valid.std():
        return Faithfulness(float(valid.mean()) if len(valid) else 0.0, 1.0, len(valid))
    p_value = float(ttest_1samp(valid, 0.0, alternative="greater").pvalue)
    return Faithfulness(float(valid.mean()), p_value, len(valid))
