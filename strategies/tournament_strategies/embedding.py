"""Where and when a token is seen: the same for every strategy, so that they differ in crops only.

Frame, centre and size enter as sines and cosines of several wavelengths (Vaswani et al. 2017,
section 3.5): tokens near each other get similar vectors, so that attention can find the same object
in the next frame.
"""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import Tensor, nn

from .tokens import EXTENT, FRAMES

PLACES = 5
"""Frame, centre x and y, width, height."""

WAVES = 8
"""Wavelengths of each, from WIDEST to NARROWEST in equal ratios."""

NARROWEST, WIDEST = 12.5, 400.0
"""In pixels. Shorter waves than this separate what lies close together, and slowed learning."""


class PlaceEmbedding(nn.Module):
    """Frame and box to a vector: a linear map of sines and cosines."""

    rates: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        waves = torch.logspace(math.log10(WIDEST), math.log10(NARROWEST), WAVES)
        self.register_buffer("rates", math.pi * EXTENT / waves, persistent=False)
        self.linear = nn.Linear(PLACES * (2 * WAVES + 1), width)

    def forward(self, frame: Tensor, box: Tensor) -> Tensor:
        """(T, width) for `frame` (T,) in 0..15 and `box` (T, 4): x0, y0, x1, y1, 0..64."""
        box = box / (EXTENT / 2) - 1
        low, high = box[:, :2], box[:, 2:]
        when = frame[:, None] / (FRAMES / 2) - 1
        places = torch.cat([when, (low + high) / 2, high - low], dim=1)
        angles = (places[:, :, None] * self.rates).flatten(1)
        return cast(Tensor, self.linear(torch.cat([places, angles.sin(), angles.cos()], dim=1)))
