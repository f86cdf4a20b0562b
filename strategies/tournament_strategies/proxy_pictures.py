"""Pictures for the proxy task: one simple shape each, of random place, turn and colours.

What is to be told is the shape, its size and how blurred it is. None of that says how long an
object lasts, so weights trained on it bring no knowledge of the real task's answer. The pictures
are as large as a token's crop.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .tokens import PIXELS

SHAPES = ("disc", "square", "triangle", "cross", "ring", "bar")
RADII = (2.5, 3.5, 5.0, 6.5)
"""In pixels; each picture's own is up to 10 % off."""

EDGES = (0.25, 0.7, 1.4)
"""How wide a blurred edge is, in pixels."""

CLASSES = (len(SHAPES), len(RADII), len(EDGES))
"""How many answers each of the three questions has."""

Floats = NDArray[np.float32]


class Pictures(NamedTuple):
    """`crops`: (N, 16, 16, 3) uint8. `answers`: (N, 3) int64: shape, size and blur."""

    crops: NDArray[np.uint8]
    answers: NDArray[np.int64]


def draw(count: int, rng: np.random.Generator) -> Pictures:
    """`count` random pictures, in which shape, size, blur and all else are independent."""
    answers = rng.integers(0, CLASSES, (count, 3))
    radius = np.array(RADII)[answers[:, 1]] * rng.uniform(0.9, 1.1, count)
    x, y = _turned_places(count, rng)
    distances = _distances(x, y, radius.astype(np.float32)[:, None, None])
    distance = distances[answers[:, 0], np.arange(count)]
    edge = np.array(EDGES, np.float32)[answers[:, 2], None, None]
    cover = 1 / (1 + np.exp(np.clip(distance / edge, -30, 30)))
    return Pictures(_coloured(cover, rng), answers)


def _turned_places(count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Each picture's own coordinates of its pixels, (N, 16, 16) twice: shifted, then turned."""
    place = np.arange(PIXELS, dtype=np.float32) - (PIXELS - 1) / 2
    shift = rng.uniform(-1.5, 1.5, (2, count, 1, 1)).astype(np.float32)
    x, y = place[None, None, :] - shift[0], place[None, :, None] - shift[1]
    angle = rng.uniform(0, 2 * np.pi, (count, 1, 1)).astype(np.float32)
    cos, sin = np.cos(angle), np.sin(angle)
    return x * cos + y * sin, y * cos - x * sin


def _distances(x: Floats, y: Floats, r: Floats) -> Floats:
    """(6, N, 16, 16): about how far outside each of `SHAPES` a pixel lies; negative inside."""
    away, across, along = np.hypot(x, y), np.abs(x), np.abs(y)
    arms = np.maximum(across - r, along - r / 3), np.maximum(along - r, across - r / 3)
    return np.stack(
        [
            away - r,
            np.maximum(across, along) - 0.85 * r,
            np.maximum(3**0.5 / 2 * across + y / 2, -y) - 0.6 * r,
            np.minimum(*arms),
            np.abs(away - 0.75 * r) - 0.25 * r,
            np.maximum(across - r, along - 0.35 * r),
        ]
    )


def _coloured(cover: Floats, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A random colour on a darker one, with a little noise; `cover` (N, 16, 16) in 0..1."""
    ink = rng.uniform(0.35, 1, (len(cover), 1, 1, 3))
    ground = ink * rng.uniform(0, 0.5, ink.shape)
    pixels = ground + (ink - ground) * cover[..., None]
    noisy = pixels + rng.normal(0, 0.02, pixels.shape)
    return (np.clip(noisy, 0, 1) * 255).astype(np.uint8)
