"""One split as arrays: `Tokens` is what a strategy sees, `Truth` is what it is measured against.

Both hold videos of different lengths end to end: the tokens of video v are rows `starts[v]` to
`starts[v + 1]`. The arrays of a split that `store` reads are mapped from files, so they take hardly
any private memory, however many workers read them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Indices = Sequence[int] | NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Tokens:
    """The tokens of V videos, N in all; in a video ordered by frame, then by y0 and x0 of the box.

    `crops` (U, 16, 16, 3) uint8: the distinct crops of the split. `crop` (N,) int32: the row of
    each token there. `frame` (N,) int16: 0 to 15. `box` (N, 4) uint8: x0, y0, x1, y1 in pixels,
    half-open. `starts` (V + 1,) int64. `key`: the SHA-256 of `crops`, so that what is computed per
    distinct crop can be cached.
    """

    crops: NDArray[np.uint8]
    crop: NDArray[np.int32]
    frame: NDArray[np.int16]
    box: NDArray[np.uint8]
    starts: NDArray[np.int64]
    key: str

    def __len__(self) -> int:
        """The number of videos."""
        return len(self.starts) - 1

    @property
    def counts(self) -> NDArray[np.int64]:
        """Tokens of each video, (V,)."""
        return np.diff(self.starts)

    def videos(self, indices: Indices) -> Tokens:
        """These videos, in this order. The table of crops is shared, not copied.

        Raises IndexError when a video is not there.
        """
        rows, starts = select(self.starts, indices)
        return Tokens(
            self.crops, self.crop[rows], self.frame[rows], self.box[rows], starts, self.key
        )


@dataclass(frozen=True, eq=False)
class Truth:
    """The truth about V videos of N tokens.

    `labels` (N,) uint8: 1 persistent, 0 transient. `starts` (V + 1,) int64: as in `Tokens`. `video`
    (V,) int64: the numbers of the videos in the whole data set.
    """

    labels: NDArray[np.uint8]
    starts: NDArray[np.int64]
    video: NDArray[np.int64]

    def __len__(self) -> int:
        """The number of videos."""
        return len(self.starts) - 1

    def videos(self, indices: Indices) -> Truth:
        """These videos, in this order. Raises IndexError when a video is not there."""
        rows, starts = select(self.starts, indices)
        return Truth(self.labels[rows], starts, self.video[np.asarray(indices, np.int64)])


def select(
    starts: NDArray[np.int64], indices: Indices
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of these videos, end to end, and where each of them then starts.

    Raises IndexError when a video is not there.
    """
    chosen = np.asarray(indices, np.int64)
    if len(chosen) and not (chosen.min() >= 0 and chosen.max() < len(starts) - 1):
        raise IndexError(f"There are videos 0 to {len(starts) - 2}; asked for {chosen}.")
    counts = np.diff(starts)[chosen]
    new_starts = np.concatenate([[0], np.cumsum(counts)])
    rows = np.arange(new_starts[-1]) + np.repeat(starts[chosen] - new_starts[:-1], counts)
    return rows, new_starts
