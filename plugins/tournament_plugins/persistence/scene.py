"""What happens in a video: where its objects are, when they are visible, how big and bright.

Each video is drawn from its own random words, so that any video can be made again alone. Object 0
is persistent, objects 1 to 6 are transient. Every object, of either kind, gets a whole path of 16
frames, a brightness and a size from the same distributions; a transient one is merely seen for 1 to
3 frames of its path. So nothing but time tells the kinds apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FRAMES = 16
SIDE = 64
"""Width and height of a frame, in pixels."""

MOST_TRANSIENTS = 6
LONGEST_FLASH = 3
OBJECTS = 1 + MOST_TRANSIENTS
BOX = np.array([0.8, 0.8, 1.0])
"""Paths stay within plus and minus this, in scene units: 1 is the edge of the frame."""

FIELDS = (
    "path", "start", "duration", "x0", "y0", "z0", "x1", "y1", "z1", "x2", "y2", "z2",
    "reach", "turns", "direction", "phase", "brightness", "size",
)  # fmt: skip
WORDS = 1 + OBJECTS * len(FIELDS)
"""Random words that the scene of one video takes."""

LINEAR, CIRCULAR, HELICAL, PARABOLIC = range(4)

Floats = NDArray[np.float64]
Draws = dict[str, Floats]


@dataclass(frozen=True, eq=False)
class Scenes:
    """The objects of V videos.

    `position` (V, 7, 16, 3): x and y in scene units, -1 to 1 across the frame; z from -1 (near) to
    1 (far). `visible` (V, 7, 16) bool. `path` (V, 7): LINEAR to PARABOLIC. `brightness` and `size`
    (V, 7): uniform in 0 to 1, for the renderer to scale.
    """

    position: Floats
    visible: NDArray[np.bool_]
    path: NDArray[np.int64]
    brightness: Floats
    size: Floats

    @property
    def transients(self) -> NDArray[np.int64]:
        """How many transient objects each video has, (V,), 1 to 6."""
        count: NDArray[np.int64] = self.visible[:, 1:].any(axis=2).sum(axis=1)
        return count


def random_source(seed: int, video: int) -> np.random.SFC64:
    """The randomness of one video: its first WORDS words are its scene, the rest is noise.

    Only raw words are taken from it: NumPy keeps the stream of a bit generator the same for ever,
    and promises that for none of its distributions.
    """
    return np.random.SFC64(np.random.SeedSequence([seed, video]))


def draw_scenes(words: NDArray[np.uint64]) -> Scenes:
    """The scenes that (V, WORDS) random words stand for."""
    uniform = np.asarray((words >> np.uint64(11)) * 2.0**-53, np.float64)
    block = uniform[:, 1:].reshape(len(words), OBJECTS, len(FIELDS))
    draws = {name: block[:, :, column] for column, name in enumerate(FIELDS)}
    path = _choice(draws["path"], 4)
    return Scenes(
        position=_positions(draws, path),
        visible=_visibility(draws, transients=1 + _choice(uniform[:, 0], MOST_TRANSIENTS)),
        path=path,
        brightness=draws["brightness"],
        size=draws["size"],
    )


def _choice(uniform: Floats, options: int) -> NDArray[np.int64]:
    """One of 0 to options - 1, evenly."""
    return (uniform * options).astype(np.int64)


def _visibility(draws: Draws, transients: NDArray[np.int64]) -> NDArray[np.bool_]:
    duration = 1 + _choice(draws["duration"], LONGEST_FLASH)
    start = (draws["start"] * (FRAMES - duration + 1)).astype(np.int64)
    frame = np.arange(FRAMES)
    visible: NDArray[np.bool_] = (frame >= start[..., None]) & (
        frame < (start + duration)[..., None]
    )
    visible &= (np.arange(OBJECTS) <= transients[:, None])[..., None]
    visible[:, 0] = True
    return visible


def _positions(draws: Draws, path: NDArray[np.int64]) -> Floats:
    """The four kinds of path are one formula: straight part + bend + turning part.

    A parabola is a quadratic Bézier curve, so it stays between its three points, within the box.
    """
    first, last, bend = (_point(draws, index) for index in "012")
    turning = (path == CIRCULAR) | (path == HELICAL)
    reach = np.where(turning, 0.15 + 0.35 * draws["reach"], 0.0)
    # The centre of a turning path stands still and leaves room for the circle.
    first[..., :2] *= (1 - reach / BOX[0])[..., None]
    last[..., :2] = np.where(turning[..., None], first[..., :2], last[..., :2])
    last[..., 2] = np.where(path == CIRCULAR, first[..., 2], last[..., 2])
    bend = np.where((path == PARABOLIC)[..., None], 2 * bend - first - last, 0.0)

    t = np.arange(FRAMES) / (FRAMES - 1)
    position = _along(first, 1 - t) + _along(last, t) + _along(bend, t * (1 - t))
    turns = (0.4 + 0.6 * draws["turns"]) * np.where(draws["direction"] < 0.5, -1, 1)
    angle = 2 * np.pi * (draws["phase"][..., None] + turns[..., None] * t)
    position[..., 0] += reach[..., None] * np.cos(angle)
    position[..., 1] += reach[..., None] * np.sin(angle)
    return position


def _point(draws: Draws, index: str) -> Floats:
    """A point of the box, (V, 7, 3)."""
    unit = np.stack([draws[axis + index] for axis in "xyz"], axis=-1)
    return np.asarray((2 * unit - 1) * BOX)


def _along(vector: Floats, weight: NDArray[Any]) -> Floats:
    """(V, 7, 3) weighted for each of T moments: (V, 7, T, 3)."""
    return np.asarray(vector[:, :, None, :] * weight[:, None])
