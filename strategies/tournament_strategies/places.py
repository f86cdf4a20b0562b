"""Tokens packed and tokens padded: two forms of the same batch.

Packed, the T tokens of B videos lie end to end, (T, width), and nothing else is computed.
Padded, each video has a row of n places, (B, n, width): what attention within videos needs. With
videos of different lengths a third of the places is padding, so only attention is computed there.
"""

from __future__ import annotations

from torch import Tensor


class Places:
    """Where the T tokens of a batch lie: in the places where `mask` (B, n) is true, row by row."""

    def __init__(self, mask: Tensor) -> None:
        self.mask = mask
        self._flat = mask.flatten().nonzero()[:, 0]

    def pad(self, x: Tensor) -> Tensor:
        """(B, n, width) from (T, width); zeros where there is no token."""
        empty = x.new_zeros(self.mask.numel(), x.shape[1])
        return empty.index_copy(0, self._flat, x).view(*self.mask.shape, -1)

    def pack(self, x: Tensor) -> Tensor:
        """(T, width) from (B, n, width)."""
        return x.flatten(0, 1).index_select(0, self._flat)
