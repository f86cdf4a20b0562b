"""Fresh videos for an exam: made in memory, so that their truth is in no file.

Besides that, what crosses to the examinee: tokens as arrays, parts of them, parts of predictions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tournament import Arrays, Labelled

from .options import PersistenceOptions
from .packed import Tokens, Truth, select
from .render import film
from .tokenise import tokenise

CHUNK = 64
"""Videos made at once; only a matter of memory."""

PACKED = ("crops", "crop", "frame", "box", "starts")


def sealed_videos(options: PersistenceOptions, seed: int, videos: int) -> Labelled:
    """`Tokens` and `Truth` of `videos` videos of the same kind as those of `options`."""
    fresh = options.model_copy(update={"seed": seed})
    numbers = range(videos)
    parts = [tokenise(film(fresh, numbers[i : i + CHUNK])) for i in range(0, videos, CHUNK)]
    crops, crop = _distinct(np.concatenate([part.crops for part in parts]))
    counts = np.concatenate([part.counts for part in parts])
    starts = np.concatenate([[0], np.cumsum(counts)])
    tokens = Tokens(
        crops=crops,
        crop=crop,
        frame=np.concatenate([part.frame for part in parts]),
        box=np.concatenate([part.box for part in parts]),
        starts=starts,
        key=crops_key(crops),
    )
    labels = np.concatenate([part.labels for part in parts])
    return Labelled(tokens, Truth(labels, starts, np.arange(videos)))


def packed_tokens(tokens: Tokens) -> dict[str, NDArray[Any]]:
    """Tokens as arrays by name."""
    return {name: np.asarray(getattr(tokens, name)) for name in PACKED}


def unpacked_tokens(arrays: Mapping[str, NDArray[Any]]) -> Tokens:
    """The reverse."""
    return Tokens(**arrays, key=crops_key(arrays["crops"]))


def selected_predictions(predictions: Arrays, tokens: Tokens, videos: Sequence[int]) -> Arrays:
    """Logits and attention of these videos of `tokens`, in this order."""
    rows, _ = select(tokens.starts, videos)
    squares = np.concatenate([[0], np.cumsum(tokens.counts**2)])
    pairs, _ = select(squares, videos)
    return {
        "logits": predictions["logits"][rows],
        "attention": predictions["attention"][:, :, pairs],
    }


def crops_key(crops: NDArray[np.uint8]) -> str:
    """The key of a table of crops: the SHA-256 of its content."""
    return hashlib.sha256(np.ascontiguousarray(crops).tobytes()).hexdigest()


def _distinct(crops: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """The distinct ones of `crops` (N, 16, 16, 3), and the row of each of the N among them."""
    flat = np.ascontiguousarray(crops.reshape(len(crops), -1))
    whole = flat.view(np.dtype((np.void, flat.shape[1])))[:, 0]
    _, first, row = np.unique(whole, return_index=True, return_inverse=True)
    return crops[first], row.astype(np.int32)
