"""From options and video numbers to pixels: `film` is the whole generator.

The owner map says which object is visible at each pixel. It serves to label detections and nothing
else: tokens are made from `frames` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .discs import Fragments, flat_discs, shaded_spheres
from .options import PersistenceOptions
from .scene import FRAMES, OBJECTS, SIDE, WORDS, draw_scenes, random_source

CHANNELS = 3
WHITE = (1.0, 1.0, 1.0)
RED = (0.9, 0.3, 0.3)
FULL_SCALE = 240
"""The brightest level before noise, which adds 0 to 14: a pixel never overflows."""

NOISE_WORDS = FRAMES * SIDE * SIDE * CHANNELS // 8
NOISE_BITS = np.uint64(0x0707070707070707)


@dataclass(frozen=True, eq=False)
class Film:
    """V videos as pixels.

    `frames` (V, 16, 64, 64, 3) uint8. `owners` (V, 16, 64, 64) uint8: 0 nobody, 1 the persistent
    object, 2 to 7 the transient ones. `transients` (V,): how many were drawn.
    """

    frames: NDArray[np.uint8]
    owners: NDArray[np.uint8]
    transients: NDArray[np.int64]


def film(options: PersistenceOptions, videos: Sequence[int]) -> Film:
    """Render these videos. What a video shows does not depend on the others."""
    sources = [random_source(options.seed, video) for video in videos]
    scenes = draw_scenes(np.stack([source.random_raw(WORDS) for source in sources]))
    varied = options.appearance == "varied"
    fragments = shaded_spheres(scenes) if varied else flat_discs(scenes)
    frames, owners = paint(fragments, _object_levels(options), len(videos))
    if varied:
        for video, source in zip(frames, sources, strict=True):
            _add_noise(video, source.random_raw(NOISE_WORDS))
    return Film(frames, owners, scenes.transients)


def paint(
    fragments: Fragments, levels: NDArray[np.float32], videos: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Frames and owners of `videos` videos: black, with one object over the other.

    `levels` (7, 2, 3): the channels of each object at brightness 0 and 1. An object owns a pixel
    when it covers half of it.
    """
    frames = np.zeros((videos, FRAMES, SIDE, SIDE, CHANNELS), np.uint8)
    owners = np.zeros((videos, FRAMES, SIDE, SIDE), np.uint8)
    pixels, owner = frames.reshape(-1, CHANNELS), owners.reshape(-1)
    bounds = np.searchsorted(fragments.object, np.arange(OBJECTS + 1))
    for number in range(OBJECTS):
        part = slice(bounds[number], bounds[number + 1])
        where, cover = fragments.pixel[part], fragments.cover[part]
        shown = cover * fragments.light[part]
        for channel in range(CHANNELS):
            dark, bright = levels[number, :, channel]
            over = (dark + (bright - dark) * fragments.brightness[part]) * shown
            plane = pixels[:, channel]
            plane[where] = np.round(plane[where] * (1 - cover) + over)
        owner[where[cover >= 0.5]] = number + 1
    return frames, owners


def _object_levels(options: PersistenceOptions) -> NDArray[np.float32]:
    """The channels of each object at brightness 0 and 1, (7, 2, 3), in levels of 0 to 255."""
    colours = np.array([WHITE] * OBJECTS)
    if options.colour == "red":
        colours[1:] = RED
    if options.appearance == "original":
        return np.stack([colours * 255, colours * 255], axis=1).astype(np.float32)
    # A red object is found only just (its mean is 0.5, and 0.4 is needed), so it must be bright.
    gains = np.array([[0.7, 1.0]] * OBJECTS)
    if options.colour == "red":
        gains[1:] = 1.0, 1.1
    levels = FULL_SCALE * gains[:, :, None] * colours[:, None, :]
    return np.asarray(levels, np.float32)


def _add_noise(video: NDArray[np.uint8], words: NDArray[np.uint64]) -> None:
    """Add the sum of two even draws from 0 to 7 to each value: mean 7, deviation 3.2 levels.

    Eight values a word; no carry crosses from one byte to the next, since 7 + 7 < 256.
    """
    noise = words >> np.uint64(3)
    noise &= NOISE_BITS
    words &= NOISE_BITS
    noise += words
    flat = video.reshape(-1)
    flat += noise.view(np.uint8)
