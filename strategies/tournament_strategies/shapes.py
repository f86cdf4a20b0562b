"""Pictures of simple shapes, to pretrain on: each has a shape, a size and a blur, and any colour.

They say nothing about what persists, and are the size of a token's crop.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .tokens import PIXELS

SHAPES = ("disc", "square", "triangle", "cross", "ring", "bar")
SIZES = (2.5, 3.5, 5.0, 6.5)
"""Radii in pixels; each picture's own is up to 10 % off."""
BLURS = (0.25, 0.7, 1.4)
"""Widths of the edge in pixels."""

Floats = NDArray[np.float32]


class Pictures(NamedTuple):
    """`crops`: (N, 16, 16, 3) uint8. `classes`: (N, 3) int64, the number of shape, size and blur."""

    crops: NDArray[np.uint8]
    classes: NDArray[np.int64]


def pictures(count: int, rng: np.random.Generator) -> Pictures:
    """`count` random pictures: shape, size, blur, place, rotation and colours are independent."""
    classes = rng.integers(0, (len(SHAPES), len(SIZES), len(BLURS)), (count, 3))
    radius = np.array(SIZES)[classes[:, 1]] * rng.uniform(0.9, 1.1, count)
    x, y = _turned_grid(count, rng)
    distance = _distances(x, y, radius[:, None, None])
    chosen = np.take_along_axis(distance, classes[None, :, :1, None], axis=0)[0]
    edge = np.array(BLURS)[classes[:, 2], None, None]
    cover = 1 / (1 + np.exp(np.clip(chosen / edge, -30, 30)))
    return Pictures(_coloured(cover, rng), classes)


def _turned_grid(count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Each picture's own coordinates of its pixels: shifted by up to 1.5 pixels, then turned."""
    place = np.arange(PIXELS) - (PIXELS - 1) / 2
    shift = rng.uniform(-1.5, 1.5, (2, count, 1, 1))
    x, y = place[None, None, :] - shift[0], place[None, :, None] - shift[1]
    angle = rng.uniform(0, 2 * np.pi, (count, 1, 1))
    return x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)


def _distances(x: Floats, y: Floats, r: Floats) -> Floats:
    """(6, N, 16, 16): about the distance to the edge of each of `SHAPES` in pixels, negative inside."""
    out = np.hypot(x, y)
    across, along = np.abs(x), np.abs(y)
    sides = [x * np.cos(a) + y * np.sin(a) for a in (0, 2 * np.pi / 3, 4 * np.pi / 3)]
    arms = np.maximum(across - r, along - r / 3), np.maximum(along - r, across - r / 3)
    return np.stack(
        [
            out - r,
            np.maximum(across, along) - 0.85 * r,
            np.maximum.reduce(sides) - 0.6 * r,
            np.minimum(*arms),
            np.abs(out - 0.75 * r) - 0.25 * r,
            np.maximum(across - r, along - 0.35 * r),
        ]
    )


def _coloured(cover: Floats, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A random colour on a darker one, with a little noise."""
    count = len(cover)
    ink = rng.uniform(0.35, 1, (count, 1, 1, 3))
    ground = ink * rng.uniform(0, 0.5, (count, 1, 1, 3))
    pixels = ground + (ink - ground) * cover[..., None]
    pixels += rng.normal(0, 0.02, pixels.shape)
    return (np.clip(pixels, 0, 1) * 255).astype(np.uint8)
