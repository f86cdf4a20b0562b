"""The loss: cross-entropy, and the original's idea, that attention belongs on what persists.

    loss = cross-entropy + alpha x (attention on transient - attention on persistent)

The attention that token j receives is the mean over layers, heads and real queries of
A[l, h, q, j]. That is about 1 / n in a video of n tokens (`original`); `tokens` multiplies by n, so
that 1 is uniform and long videos weigh as much as short ones. Per video, the mean over its
transient tokens less the mean over its persistent ones; then the mean over the videos that have
both.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, cast

import torch
from torch import Tensor
from torch.nn import functional

from .classifier import Output

Scale = Literal["original", "tokens"]


class Loss(NamedTuple):
    """Three scalars: `total` is what is minimised; the other two are its parts, before alpha."""

    total: Tensor
    cross_entropy: Tensor
    attention_term: Tensor


def received(attention: Tensor, mask: Tensor, scale: Scale) -> Tensor:
    """(B, n): the attention each token receives, 0 at padding.

    `attention`: (B, L, H, n, n), queries before keys. `mask`: (B, n), true where there is a token.
    """
    per_query = attention.mean(dim=(1, 2))
    real = mask.to(attention.dtype)
    total = torch.einsum("bqk,bq->bk", per_query, real) * real
    return total if scale == "tokens" else total / real.sum(1, keepdim=True).clamp(min=1)


def attention_term(received: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
    """A scalar: attention on transient less attention on persistent tokens; 0 if no video has both.

    `received` and `mask`: (B, n). `labels`: (T,), of the real tokens, 1 where persistent.
    """
    persistent = torch.zeros_like(mask)
    persistent[mask] = labels.bool()
    transient = mask & ~persistent
    counts = torch.stack([persistent.sum(1), transient.sum(1)])
    scored = (counts > 0).all(0)
    sums = torch.stack([(received * persistent).sum(1), (received * transient).sum(1)])
    on_persistent, on_transient = sums / counts.clamp(min=1)
    gaps = (on_transient - on_persistent) * scored
    return cast(Tensor, gaps.sum() / scored.sum().clamp(min=1))


def loss(output: Output, mask: Tensor, labels: Tensor, *, alpha: float, scale: Scale) -> Loss:
    """The loss of one batch; `labels`: (T,) int64. With `alpha` 0 it is the cross-entropy alone."""
    cross_entropy = functional.cross_entropy(output.logits, labels)
    term = attention_term(received(output.attention, mask, scale), mask, labels)
    total = cross_entropy + alpha * term if alpha else cross_entropy
    return Loss(total, cross_entropy, term)
