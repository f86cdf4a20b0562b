"""Crops to vectors by a small convolutional network, trained with everything after it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .tokens import PIXELS

CHANNELS = (16, 32)
"""Of the two convolutions. Twice as many took 2.6 times as long on a CPU, for about the same."""


class SmallCnn(nn.Module):
    """Two strided convolutions and a linear layer: 16 x 16 pixels to 8 x 8, 4 x 4, one vector."""

    def __init__(self, width: int) -> None:
        super().__init__()
        first, second = CHANNELS
        self.layers = nn.Sequential(
            nn.Conv2d(3, first, kernel_size=3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(first, second, kernel_size=2, stride=2),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(second * (PIXELS // 4) ** 2, width),
        )

    def forward(self, crops: Tensor) -> Tensor:
        """(R, width) for `crops` (R, 16, 16, 3), uint8 0..255."""
        # Channels last is how the crops lie in memory; the convolutions take it as it is.
        pixels = crops.permute(0, 3, 1, 2).to(torch.float32) / 255
        return self.layers(pixels)  # type: ignore[no-any-return]
