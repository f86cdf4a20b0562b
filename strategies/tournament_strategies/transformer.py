"""A transformer encoder that shows its work: it returns the attention that it really used.

The original asks for 2 layers, 8 heads, width 256, feed-forward 512, dropout 0.1. The layers are
pre-norm (Xiong et al. 2020, "On Layer Normalization in the Transformer Architecture"): each block
normalises what it reads and adds to the stream, so that no learning-rate warm-up is needed.

Attention is split in two modules, so that nothing can stand between what is returned and what acts:
`AttentionWeights` makes the weights, `AttentionMix` applies weights to values. A forward hook on
the first may replace the weights; the outputs then follow the replacement.

Tokens come and go packed, (T, width); `Places` tells which video each belongs to.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from .dropout import Dropout
from .places import Places


class Encoded(NamedTuple):
    """What a transformer gives: `tokens` (T, width) and `attention` (B, L, H, n, n).

    `attention[b, l, h, q, k]` is how much query q takes from key k: after softmax, before dropout.
    """

    tokens: Tensor
    attention: Tensor


class AttentionWeights(nn.Module):
    """Scaled dot-product attention's weights (Vaswani et al. 2017, equation 1)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query_key = nn.Linear(width, 2 * width)

    def forward(self, x: Tensor, places: Places) -> Tensor:
        """(B, H, n, n) for `x` (T, width).

        Each row sums to 1 over the keys that are real; the others get exactly 0. What padding pays
        attention to means nothing.
        """
        both = places.pad(self.query_key(x))
        heads = both.view(*both.shape[:2], 2, self.heads, -1)
        query, key = heads.permute(2, 0, 3, 1, 4)
        scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
        hidden = scores.masked_fill(~places.mask[:, None, None, :], -torch.inf)
        return cast(Tensor, hidden.softmax(-1))


class AttentionMix(nn.Module):
    """Mixes the values of each video's tokens by given weights, in which it is linear."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)

    def forward(self, weights: Tensor, x: Tensor, places: Places) -> Tensor:
        """(T, width) from `weights` (B, H, n, n) and `x` (T, width)."""
        values = places.pad(self.value(x))
        heads = values.view(*values.shape[:2], self.heads, -1).transpose(1, 2)
        mixed = (weights @ heads).transpose(1, 2).reshape(values.shape)
        return cast(Tensor, self.out(places.pack(mixed)))


class Layer(nn.Module):
    """Attention, then a feed-forward network, each added to the stream."""

    def __init__(self, width: int, heads: int, feedforward: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.weights = AttentionWeights(width, heads)
        self.mix = AttentionMix(width, heads)
        self.feed = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, feedforward),
            nn.ReLU(),
            Dropout(dropout),
            nn.Linear(feedforward, width),
        )
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor, places: Places) -> tuple[Tensor, Tensor]:
        """The stream after this layer, and its attention weights before dropout."""
        normed = self.attention_norm(x)
        weights = self.weights(normed, places)
        x = x + self.dropout(self.mix(self.dropout(weights), normed, places))
        return x + self.dropout(self.feed(x)), weights


class Transformer(nn.Module):
    """`layers` layers over tokens of one width, of which `heads` is a divisor."""

    def __init__(
        self, *, layers: int, heads: int, width: int, feedforward: int, dropout: float
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            Layer(width, heads, feedforward, dropout) for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, mask: Tensor) -> Encoded:
        """Encode `x` (T, width), the tokens of B videos; `mask` (B, n) is true where each lies.

        Every video must have a token.
        """
        places = Places(mask)
        attention = []
        for layer in self.layers:
            x, weights = layer(x, places)
            attention.append(weights)
        return Encoded(self.norm(x), torch.stack(attention, dim=1))
