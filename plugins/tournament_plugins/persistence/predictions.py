"""What a strategy hands in for a split, and the checks that it is what it must be.

`logits` (N, 2) float32: scores of transient (0) and persistent (1) for each token.
`attention` (L, H, P) float32: for each of L layers and H heads, and each video of n tokens, an
n × n matrix in row-major order (query, key), videos end to end, so P is the sum of n². It is taken
after softmax and before dropout, without padding: every row of a matrix sums to 1.

NaN is let through: it says that training diverged, and makes NaN metrics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tournament import Arrays, ContractError

TOLERANCE = 0.01
"""How far a row of attention may be from summing to 1: half precision needs this much."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """Checked predictions; see the top of this file."""

    logits: NDArray[np.float32]
    attention: NDArray[np.float32]


def check_predictions(predictions: Arrays, starts: NDArray[np.int64]) -> Predictions:
    """The predictions for videos that begin at `starts`. Raises ContractError if malformed."""
    checked = check_shapes(predictions, starts)
    _check_attention(checked.attention, np.diff(starts))
    return checked


def check_shapes(predictions: Arrays, starts: NDArray[np.int64]) -> Predictions:
    """The same without a look at the values. Raises ContractError."""
    _check_names(predictions)
    logits, attention = predictions["logits"], predictions["attention"]
    counts = np.diff(starts)
    _check_array("logits", logits, (int(starts[-1]), 2), "one row a token")
    pairs = int((counts**2).sum())
    _check_array("attention", attention, (None, None, pairs), "n × n values a video of n tokens")
    return Predictions(logits, attention)


def _check_names(predictions: Arrays) -> None:
    names = sorted(predictions)
    if names != ["attention", "logits"]:
        got = ", ".join(names) or "nothing"
        raise ContractError(f"predict must return exactly logits and attention; it returned {got}.")


def _check_array(
    name: str, array: NDArray[np.float32], shape: tuple[int | None, ...], meaning: str
) -> None:
    if not isinstance(array, np.ndarray) or array.dtype != np.float32:
        kind = getattr(array, "dtype", type(array).__name__)
        raise ContractError(f"{name} must be a NumPy array of float32; it is {kind}.")
    fits = array.ndim == len(shape) and all(
        size > 0 if wanted is None else size == wanted
        for size, wanted in zip(array.shape, shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("any" if size is None else str(size) for size in shape)
        raise ContractError(f"{name} must have shape ({wanted}), {meaning}; it has {array.shape}.")


def _check_attention(attention: NDArray[np.float32], counts: NDArray[np.int64]) -> None:
    """Each row must be what a softmax gives: shares of 1."""
    if bool((attention < 0).any() or (attention > 1 + TOLERANCE).any()):
        raise ContractError(
            "attention must lie between 0 and 1, as softmax gives it; "
            f"it goes from {np.nanmin(attention)} to {np.nanmax(attention)}."
        )
    sums = row_sums(attention, counts)
    off = np.abs(sums - 1) > TOLERANCE
    if off.any():
        layer, head, row = np.argwhere(off)[0]
        raise ContractError(
            "each row of attention must sum to 1 over the real tokens of its video; "
            f"layer {layer}, head {head}, query {row} sums to {sums[layer, head, row]:.4g}."
        )


def row_sums(attention: NDArray[np.float32], counts: NDArray[np.int64]) -> NDArray[np.float32]:
    """(L, H, N): what each query pays in all, for videos of `counts` tokens."""
    if not attention.shape[2]:
        return attention
    lengths = np.repeat(counts, counts)
    return np.asarray(np.add.reduceat(attention, np.cumsum(lengths) - lengths, axis=2))


def attention_squares(
    attention: NDArray[np.float32], counts: NDArray[np.int64]
) -> list[NDArray[np.float32]]:
    """For each video of n tokens its attention (L, H, n, n); `counts` (V,) are these n."""
    ends = np.cumsum(counts**2)
    return [
        attention[:, :, end - n * n : end].reshape(*attention.shape[:2], n, n)
        for n, end in zip(counts, ends, strict=True)
    ]
