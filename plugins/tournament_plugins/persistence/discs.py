"""Objects as pixels: each sighting (one object in one frame) becomes a list of fragments.

Two appearances. `flat_discs` draws as the original did: whole pixels, three radii. `shaded_spheres`
places a lit sphere between the pixels. Called by `render`; knows nothing of colours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .scene import FRAMES, SIDE, Scenes

REACH = np.arange(-6, 8)
"""Pixels around the floor of a centre that an object can touch: radii stay below 6.2 pixels."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Fragments:
    """Pieces of objects that lie on one pixel each, ordered by object: the order of painting.

    `pixel` (M,): flat index into (V, 16, 64, 64). `object` (M,): 0 persistent, 1 to 6 transient.
    `cover` (M,): the share of the pixel that is covered, 0 to 1. `light` (M,): 0 to 1. `brightness`
    (M,): that of the object, 0 to 1.
    """

    pixel: Ints
    object: Ints
    cover: Floats
    light: Floats
    brightness: Floats


@dataclass(frozen=True, eq=False)
class Sightings:
    """Where objects are visible, ordered by object. All (S,); `x`, `y` and `radius` in pixels.

    Pixel 0 reaches from -0.5 to 0.5. `scaled_depth` is 0.5 (far) to 1.5 (near), times 3.2 pixels:
    the radius formula of the original before it is cut to a whole number.
    """

    object: Ints
    frame: Ints
    x: Floats
    y: Floats
    scaled_depth: Floats
    brightness: Floats
    size: Floats


def flat_discs(scenes: Scenes) -> Fragments:
    """Discs with radius max(2, floor(0.05 × 64 × (0.5 + depth))) around whole pixels."""
    seen = _sightings(scenes)
    radius = np.maximum(2, np.floor(seen.scaled_depth))
    return _fragments(seen, np.round(seen.x), np.round(seen.y), radius, _flat)


def shaded_spheres(scenes: Scenes) -> Fragments:
    """Spheres lit from the upper left, placed between the pixels.

    The radius is that of a flat disc before it is cut to whole pixels, times 0.85 to 1.15: an
    object's own size.
    """
    seen = _sightings(scenes)
    # A flat disc of radius r is 2 r + 1 pixels wide.
    radius = (np.maximum(2, seen.scaled_depth) + 0.5) * (0.85 + 0.3 * seen.size)
    return _fragments(seen, seen.x, seen.y, radius.astype(np.float32), _shaded)


def _sightings(scenes: Scenes) -> Sightings:
    object_, video, time = np.nonzero(scenes.visible.transpose(1, 0, 2))
    position = scenes.position[video, object_, time].astype(np.float32)
    depth = 1 - (position[:, 2] + 1) / 2
    return Sightings(
        object=object_,
        frame=video * FRAMES + time,
        x=(position[:, 0] + 1) * (SIDE / 2) - np.float32(0.5),
        y=(position[:, 1] + 1) * (SIDE / 2) - np.float32(0.5),
        scaled_depth=(0.05 * SIDE * (0.5 + depth)).astype(np.float32),
        brightness=scenes.brightness[video, object_].astype(np.float32),
        size=scenes.size[video, object_].astype(np.float32),
    )


Surface = Callable[[Floats, Floats, Floats], tuple[Floats, Floats]]
"""(dx, dy, radius), in pixels from the centre, to (cover, light)."""


def _flat(dx: Floats, dy: Floats, radius: Floats) -> tuple[Floats, Floats]:
    cover = (dx * dx + dy * dy <= radius * radius).astype(np.float32)
    return cover, cover


def _shaded(dx: Floats, dy: Floats, radius: Floats) -> tuple[Floats, Floats]:
    # (r² - d²) / 2r is the distance to the rim, near the rim, and needs no root.
    cover = np.clip((radius * radius - dx * dx - dy * dy) / (2 * radius) + np.float32(0.5), 0, 1)
    across, down = dx / radius + np.float32(0.3), dy / radius + np.float32(0.3)
    return cover, 1 - np.float32(0.2) * (across * across + down * down)


def _fragments(
    seen: Sightings, x: Floats, y: Floats, radius: Floats, surface: Surface
) -> Fragments:
    columns, rows = _around(x), _around(y)
    dx, dy = _from_centre(columns, x), _from_centre(rows, y)
    near = dx[:, None, :] ** 2 + dy[:, :, None] ** 2 < (radius * radius + radius)[:, None, None]
    which, place = np.divmod(np.flatnonzero(near), len(REACH) ** 2)
    row, column = np.divmod(place, len(REACH))
    cover, light = surface(dx[which, column], dy[which, row], radius[which])
    return Fragments(
        pixel=(seen.frame[which] * SIDE + rows[which, row]) * SIDE + columns[which, column],
        object=seen.object[which],
        cover=cover,
        light=light,
        brightness=seen.brightness[which],
    )


def _around(centre: Floats) -> Ints:
    return np.asarray(np.floor(centre).astype(np.int64)[:, None] + REACH)


def _from_centre(pixels: Ints, centre: Floats) -> Floats:
    """Distances along one axis; infinite outside the frame, where nothing can be drawn."""
    inside = (pixels >= 0) & (pixels < SIDE)
    return np.where(inside, pixels - centre[:, None], np.float32(np.inf)).astype(np.float32)
