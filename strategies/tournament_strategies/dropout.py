"""Dropout, written so that making the random bits costs a CPU little.

`torch.nn.Dropout` draws a number for each element, which took a seventh of a training step on one
CPU thread. Sixteen bits an element are enough, and four elements share one draw.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

LEVELS = 2**16
"""The share of dropped elements is a multiple of 1 / LEVELS."""


class Dropout(nn.Module):
    """Zeroes each element with chance `p` while training, and scales the others so the mean stays.

    `p`: in [0, 1 - 1 / LEVELS). The bits come from torch's generator of the input's device.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.dropped = round(p * LEVELS)

    def forward(self, x: Tensor) -> Tensor:
        """`x`, of any shape, some of it dropped; `x` itself outside training."""
        if not self.training or not self.dropped:
            return x
        draws = torch.empty(-(-x.numel() // 4), dtype=torch.int64, device=x.device)
        draws.random_(-(2**63), None)
        bits = draws.view(torch.int16)[: x.numel()].view(x.shape)
        kept = (bits >= self.dropped - LEVELS // 2).to(x.dtype)
        return x * kept.mul_(LEVELS / (LEVELS - self.dropped))
