"""Strategy `attention-supervised`: put the attention into the loss.

    loss = cross-entropy + alpha x (attention on transient - attention on persistent)

Crops are embedded by a small network that is trained along. With `alpha: 0` the attention is left
to itself: the control.
"""

from __future__ import annotations

from typing import Any, ClassVar

from numpy.typing import NDArray
from pydantic import Field
from torch import nn

from tournament import AnyOptions

from .options import TrainingOptions
from .small_cnn import SmallCnn
from .token_strategy import TokenStrategy
from .tokens import Tokens


class AttentionOptions(TrainingOptions):
    """Options of `attention-supervised`."""

    alpha: float = Field(
        default=0.2,
        ge=0,
        le=1000,
        allow_inf_nan=False,
        description="Weight of the attention term in the loss; 0 is the control.",
    )


class AttentionSupervised(TokenStrategy):
    """A small CNN and a transformer whose attention is told where to go."""

    Options: ClassVar[AnyOptions] = AttentionOptions

    def crop_embedder(self) -> nn.Module:
        return SmallCnn(self.options.width)

    def table(self, inputs: Tokens) -> NDArray[Any]:
        return inputs.crops
