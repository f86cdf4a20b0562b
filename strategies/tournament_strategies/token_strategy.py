"""What the strategies here have in common: all but how a crop becomes a vector."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import torch
from numpy.typing import NDArray
from torch import nn

from tournament import AnyOptions, Arrays, Context, Labelled, Strategy

from .classifier import VideoClassifier
from .options import TrainingOptions
from .tokens import Tokens
from .trainer import Trainer
from .transformer import Transformer


class TokenStrategy(Strategy):
    """Trains a transformer over a video's tokens. A subclass says what a crop is to the model.

    Everything random follows from `context.seed`.
    """

    Options: ClassVar[AnyOptions] = TrainingOptions

    def __init__(self, options: Any, context: Context) -> None:
        self.options = options
        self.context = context
        torch.manual_seed(context.seed)
        transformer = Transformer(
            layers=options.layers,
            heads=options.heads,
            width=options.width,
            feedforward=options.feedforward,
            dropout=options.dropout,
        )
        model = VideoClassifier(self.crop_embedder(), transformer, options.width)
        self.trainer = Trainer(model, options, seed=context.seed, device=context.device)

    @abstractmethod
    def crop_embedder(self) -> nn.Module:
        """The trained module from rows of the table (R, ...) to vectors (R, `options.width`)."""

    @abstractmethod
    def table(self, inputs: Tokens) -> NDArray[Any]:
        """(U, ...): a row for each of the U distinct crops, made without any training."""

    def train_epoch(self, data: Labelled) -> Iterator[Mapping[str, float]]:
        yield from self.trainer.epoch(data.inputs, data.truth, self.table(data.inputs))

    def predict(self, inputs: Any) -> Arrays:
        return self.trainer.predict(inputs, self.table(inputs))

    def state(self) -> Arrays:
        return self.trainer.state()

    def load_state(self, state: Arrays) -> None:
        self.trainer.load_state(state)
