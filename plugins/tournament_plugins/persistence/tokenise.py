"""From a film to tokens and labels: what a strategy sees, and what only the examination knows.

Tokens come from pixels through detection. The owner map gives the labels and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .detect import Detections, detect
from .render import CHANNELS, Film
from .scene import FRAMES, OBJECTS, SIDE

CROP = 16
"""Width and height of a token's crop, in pixels."""

PERSISTENT, TRANSIENT = 1, 0


@dataclass(frozen=True, eq=False)
class Tokenised:
    """The N tokens of V videos, ordered by video, frame, and y0, x0 of their box.

    `crops` (N, 16, 16, 3) uint8; `frame` (N,) int16, 0 to 15; `box` (N, 4) uint8: x0, y0, x1, y1
    in pixels, half-open; `labels` (N,) uint8: 1 persistent, 0 transient; `counts` (V,) tokens a
    video.
    """

    crops: NDArray[np.uint8]
    frame: NDArray[np.int16]
    box: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    counts: NDArray[np.int64]


def tokenise(film: Film) -> Tokenised:
    """Find the objects of a film, cut them out, and label them."""
    frames = film.frames.reshape(-1, SIDE, SIDE, CHANNELS)
    found = detect(frames)
    video, frame = np.divmod(found.frame, FRAMES)
    return Tokenised(
        crops=crop(frames, found),
        frame=frame.astype(np.int16),
        box=found.box.astype(np.uint8),
        labels=label(film.owners, found),
        counts=np.bincount(video, minlength=len(film.frames)),
    )


def crop(frames: NDArray[np.uint8], found: Detections) -> NDArray[np.uint8]:
    """(N, 16, 16, 3): the surroundings of each object's box centre, zero outside the frame.

    The centre, rounded down to a pixel, is at row 8 and column 8. `frames` (F, height, width, 3).
    """
    height, width = frames.shape[1:3]
    around = np.arange(CROP) - CROP // 2
    x = ((found.box[:, 0] + found.box[:, 2]) // 2)[:, None] + around
    y = ((found.box[:, 1] + found.box[:, 3]) // 2)[:, None] + around
    row = found.frame[:, None] * height + np.clip(y, 0, height - 1)
    pixel = row[:, :, None] * width + np.clip(x, 0, width - 1)[:, None, :]
    crops: NDArray[np.uint8] = np.take(frames.reshape(-1, CHANNELS), pixel, axis=0)
    in_x, in_y = (x >= 0) & (x < width), (y >= 0) & (y < height)
    edge = np.flatnonzero(~(in_x.all(axis=1) & in_y.all(axis=1)))
    crops[edge] *= (in_y[edge, :, None] & in_x[edge, None, :])[..., None]
    return crops


def label(owners: NDArray[np.uint8], found: Detections) -> NDArray[np.uint8]:
    """(N,): 1 for detections of the persistent object, 0 for those of a transient one.

    `owners` (frames, height, width in any grouping): 0 nobody, 1 persistent, 2 to 7 transient. A
    component that several objects share goes to the one that shows most pixels of it; if the
    persistent object ties with another, it is persistent.
    """
    kinds = 1 + OBJECTS
    owner = owners.reshape(-1)[found.pixel].astype(np.int64)
    shown = np.bincount(found.object * kinds + owner, minlength=len(found.frame) * kinds)
    most = shown.reshape(-1, kinds)[:, 1:].argmax(axis=1)
    return np.asarray(np.where(most == 0, PERSISTENT, TRANSIENT), np.uint8)
