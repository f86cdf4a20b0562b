"""Which videos are trained on together, and where their tokens lie: index arithmetic, no data.

A batch is a rectangle: one row a video, as wide as its longest video, with a mask of what is real.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Batch:
    """B videos of at most n tokens.

    `videos`: (B,). `index`: (B, n), the token at each place, 0 where there is none. `mask`: (B, n),
    true where there is one.
    """

    videos: NDArray[np.int64]
    index: NDArray[np.int64]
    mask: NDArray[np.bool_]

    @property
    def tokens(self) -> NDArray[np.int64]:
        """(T,): the real tokens, video after video."""
        return self.index[self.mask]


def padded(starts: NDArray[np.int64], videos: NDArray[np.int64]) -> Batch:
    """The batch of these `videos`; token numbers follow from `starts` (V + 1,)."""
    lengths = starts[videos + 1] - starts[videos]
    place = np.arange(lengths.max(initial=0))
    mask = place < lengths[:, None]
    return Batch(videos, np.where(mask, starts[videos][:, None] + place, 0), mask)


def in_order(starts: NDArray[np.int64], size: int) -> Iterator[Batch]:
    """Every video that has tokens, in its order, `size` at a time."""
    videos = np.flatnonzero(np.diff(starts))
    for first in range(0, len(videos), size):
        yield padded(starts, videos[first : first + size])


def shuffled(starts: NDArray[np.int64], size: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Every video that has tokens, in random order, `size` at a time; the last may be smaller."""
    videos = rng.permutation(np.flatnonzero(np.diff(starts)))
    for first in range(0, len(videos), size):
        yield padded(starts, videos[first : first + size])
