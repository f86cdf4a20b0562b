"""The model that all strategies here share: tokens of videos in, a class and attention out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .batches import Batch
from .embedding import PlaceEmbedding
from .tokens import Tokens
from .transformer import Transformer

CLASSES = 2
"""0 is transient, 1 is persistent."""


@dataclass(frozen=True)
class Sight:
    """A batch of B videos with T real tokens and R distinct crops, as tensors.

    `crops`: (R, ...), what the crop embedder takes. `which`: (T,), the row of `crops` of each
    token. `frame`: (T,). `box`: (T, 4). `mask`: (B, n), true where there is a token.
    """

    crops: Tensor
    which: Tensor
    frame: Tensor
    box: Tensor
    mask: Tensor


class Output(NamedTuple):
    """`logits` (T, 2) of the real tokens; `attention` (B, L, H, n, n), padding included."""

    logits: Tensor
    attention: Tensor


def sight(inputs: Tokens, table: NDArray[Any], batch: Batch, device: str) -> Sight:
    """The tokens of `batch` as tensors; `table` (U, ...) stands for the crops of `inputs`.

    Each distinct crop is there once: a batch of flat discs shows the same few hundreds of times.
    """
    tokens = batch.tokens
    rows, which = np.unique(inputs.crop[tokens], return_inverse=True)
    return Sight(
        crops=torch.from_numpy(table[rows]).to(device),
        which=torch.from_numpy(which).to(device),
        frame=torch.from_numpy(inputs.frame[tokens].astype(np.int64)).to(device),
        box=torch.from_numpy(inputs.box[tokens].astype(np.float32)).to(device),
        mask=torch.from_numpy(batch.mask).to(device),
    )


class VideoClassifier(nn.Module):
    """Embeds crop and place, lets the tokens of a video attend to each other, classifies each."""

    def __init__(self, crop_embedder: nn.Module, transformer: Transformer, width: int) -> None:
        super().__init__()
        self.crop = crop_embedder
        self.place = PlaceEmbedding(width)
        self.transformer = transformer
        self.head = nn.Linear(width, CLASSES)

    def forward(self, seen: Sight) -> Output:
        """Classes and attention of a batch."""
        tokens = self.crop(seen.crops)[seen.which] + self.place(seen.frame, seen.box)
        encoded = self.transformer(tokens, seen.mask)
        return Output(self.head(encoded.tokens), encoded.attention)
