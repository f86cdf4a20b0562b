"""What a config may ask of the task, and which videos belong to which split.

Imports only the plugin interface; every other file of this task is called with these options.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tournament import Options, Split


class PersistenceOptions(Options):
    """Options of the task `persistence`."""

    videos: Annotated[
        int,
        Field(
            ge=10,
            le=10_000_000,
            description="How many videos there are: 80 % train, 10 % validation, 10 % test.",
        ),
    ] = 10_000
    colour: Annotated[
        Literal["same", "red"],
        Field(
            description="same: every object is white, so only time tells the kinds apart. "
            "red: transient objects are red (0.9, 0.3, 0.3), so colour alone tells."
        ),
    ] = "same"
    appearance: Annotated[
        Literal["varied", "original"],
        Field(
            description="varied: shaded spheres between the pixels, brightness and size drawn per "
            "object, sensor noise. original: flat discs on whole pixels, no noise."
        ),
    ] = "varied"
    seed: Annotated[
        int,
        Field(
            ge=0,
            lt=2**32,
            description="Video i is made from this seed and i, and from nothing else.",
        ),
    ] = 0
    consistency_threshold: Annotated[
        float,
        Field(
            gt=0,
            allow_inf_nan=False,
            description="A video is consistent when its persistent objects receive at least this "
            "many times the attention of its transient ones.",
        ),
    ] = 1.3


def split_range(videos: int, split: Split) -> range:
    """The indices of the videos of one split: the first 80 %, the next 10 %, the rest."""
    train, validation = videos * 8 // 10, videos * 9 // 10
    return {
        "train": range(train),
        "validation": range(train, validation),
        "test": range(validation, videos),
    }[split]
