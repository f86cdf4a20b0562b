"""Objects in frames, found by brightness and connected components; nothing here knows the scene.

Bright means that the mean of the channels is above 0.4. Pixels that share an edge within a frame
belong together. An object is a component whose bounding box is at least 3 pixels wide and high.

The components are found among runs (bright pixels side by side in one row): there are some 160 runs
in a video and 65,536 pixels, and this is what makes packing fast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

BRIGHT = 102 * 3
"""The three channels of a bright pixel sum to more than this: 0.4 of 3 × 255."""

SMALLEST = 3
"""The least width and height of an object's bounding box, in pixels."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Detections:
    """N objects, ordered by frame, then by y0 and x0 of their box.

    `frame` (N,): index of the frame. `box` (N, 4): x0, y0, x1, y1 in pixels, half-open. `pixel`
    (M,): flat indices of all pixels of these objects; `object` (M,): whose each pixel is.
    """

    frame: Ints
    box: Ints
    pixel: Ints
    object: Ints


def detect(frames: NDArray[np.uint8]) -> Detections:
    """The objects in frames of shape (F, height, width, 3)."""
    height, width = frames.shape[1:3]
    row, x = _bright_pixels(frames)
    runs, lengths = _runs(row, x)
    component = _components(runs, height, width)[np.repeat(np.arange(len(runs)), lengths)]
    return _objects(row, x, component, height, width)


def _bright_pixels(frames: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Row (counted through all frames) and x of the bright pixels, in reading order."""
    width = frames.shape[2]
    rows = frames.reshape(-1, width, 3)
    # A mean above 102 needs a channel above 102: most rows are out at once.
    candidates = np.flatnonzero((rows > BRIGHT // 3).reshape(len(rows), -1).any(axis=1))
    part = rows[candidates].astype(np.uint16)
    bright = np.flatnonzero(part[..., 0] + part[..., 1] + part[..., 2] > BRIGHT)
    index, x = np.divmod(bright, width)
    return candidates[index], x


def _runs(row: Ints, x: Ints) -> tuple[Ints, Ints]:
    """(R, 3) row, first x, end x (half-open) of the runs, and their lengths (R,)."""
    breaks = np.flatnonzero((np.diff(row) != 0) | (np.diff(x) != 1)) + 1
    first = np.concatenate([[0], breaks]) if len(row) else breaks
    lengths = np.diff(np.concatenate([first, [len(row)]])) if len(row) else first
    return np.stack([row[first], x[first], x[first] + lengths], axis=1), lengths


def _components(runs: Ints, height: int, width: int) -> Ints:
    """The component number of each run: runs that overlap in neighbouring rows are connected."""
    start, end = runs[:, 0] * width + runs[:, 1], runs[:, 0] * width + runs[:, 2]
    from_, to = np.searchsorted(end, start + width, "right"), np.searchsorted(start, end + width)
    below = np.where(runs[:, 0] % height == height - 1, 0, to - from_)
    upper = np.repeat(np.arange(len(runs)), below)
    lower = np.repeat(from_ - np.cumsum(below) + below, below) + np.arange(len(upper))
    edges = coo_array((np.ones(len(upper), np.int8), (upper, lower)), shape=(len(runs),) * 2)
    return np.asarray(connected_components(edges, directed=False)[1], np.int64)


def _objects(row: Ints, x: Ints, component: Ints, height: int, width: int) -> Detections:
    """Boxes of the components that are large enough, in order, and the pixels that are left."""
    count = int(component.max(initial=-1)) + 1
    order = np.argsort(component, kind="stable")
    first = np.searchsorted(component[order], np.arange(count))
    frame, y = np.divmod(row, height)
    x0, y0, x1, y1 = (
        _each(np.minimum, x[order], first),
        _each(np.minimum, y[order], first),
        _each(np.maximum, x[order], first) + 1,
        _each(np.maximum, y[order], first) + 1,
    )
    box = np.stack([x0, y0, x1, y1], axis=1)
    large = np.flatnonzero(np.minimum(x1 - x0, y1 - y0) >= SMALLEST)
    kept = large[np.lexsort((x0[large], y0[large], frame[order][first][large]))]
    number = np.full(count, -1)
    number[kept] = np.arange(len(kept))
    owned = np.flatnonzero(number[component] >= 0)
    return Detections(
        frame=frame[order][first][kept],
        box=box[kept],
        pixel=row[owned] * width + x[owned],
        object=number[component][owned],
    )


def _each(function: Any, values: Ints, first: Ints) -> Ints:
    """`function` over each group of `values`; groups begin at `first`."""
    return np.asarray(function.reduceat(values, first)) if len(first) else first
