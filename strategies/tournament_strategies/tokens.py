"""What the strategies here need to know of their task's inputs and truth: two shapes to duck-type.

A token is one detected object in one frame of a video. Any task whose data have these attributes
can be trained for; none is imported.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

PIXELS = 16
"""A crop is this many pixels wide and high."""

FRAMES = 16
"""A video has this many frames."""

EXTENT = 64
"""A frame is this many pixels wide and high."""


class Tokens(Protocol):
    """N tokens of V videos, which show U distinct crops."""

    @property
    def crops(self) -> NDArray[np.uint8]:
        """(U, 16, 16, 3), 0..255: every distinct crop once."""

    @property
    def crop(self) -> NDArray[np.int32]:
        """(N,): the row of `crops` that a token shows."""

    @property
    def frame(self) -> NDArray[np.int16]:
        """(N,), 0..15."""

    @property
    def box(self) -> NDArray[Any]:
        """(N, 4): x0, y0, x1, y1 in pixels, half-open, 0..64."""

    @property
    def starts(self) -> NDArray[np.int64]:
        """(V + 1,): video v has the tokens starts[v] to starts[v + 1]."""

    @property
    def key(self) -> str:
        """A hash of the content of `crops`."""


class Truth(Protocol):
    """What is true of N tokens."""

    @property
    def labels(self) -> NDArray[np.uint8]:
        """(N,): 1 where the object is persistent, 0 where it is transient."""
