"""Videos without one of their objects, and how that moves the predictions of the others. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .packed import Tokens, select

Floats = NDArray[np.float64]


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
    """For each video an (n, n) matrix: by how much token q's log-odds move when k is deleted.

    `logits` (N, 2) of `tokens`, `without` (M, 2) of the variants. The diagonal is 0.
    """
    whole, part = log_odds(logits), log_odds(without)
    starts, variant_starts = tokens.starts, ablation.tokens.starts
    found = [np.zeros((n, n)) for n in tokens.counts]
    for index, (video, lacking) in enumerate(zip(ablation.video, ablation.lacking, strict=True)):
        before = whole[starts[video] : starts[video + 1]]
        after = part[variant_starts[index] : variant_starts[index + 1]]
        others = np.arange(len(before)) != lacking
        found[video][others, lacking] = after - before[others]
    return found


def log_odds(logits: NDArray[np.float32]) -> Floats:
    """(N,): of being persistent; `logits` (N, 2)."""
    return np.asarray(logits[:, 1].astype(np.float64) - logits[:, 0])
