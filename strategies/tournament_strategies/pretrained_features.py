"""Strategy `pretrained-features`: better features, the same transformer.

A frozen ResNet-18 turns every distinct crop into 512 numbers, once and off the race's clock. What
trains is a projection of them, and the transformer. With `alpha` above 0 the attention is
supervised as well: the hybrid of the original's plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, JsonValue
from torch import Tensor, nn

from tournament import AnyOptions, Arrays, Context, ContractError, Task

from .backbone import FEATURES
from .features import FeatureTables
from .options import TrainingOptions
from .precision import Wanted, chosen_precision
from .proxy import proxy_note
from .token_strategy import TokenStrategy
from .tokens import Tokens
from .weights import frozen_weights


class PretrainedOptions(TrainingOptions):
    """Options of `pretrained-features`."""

    weights: str = Field(
        default="imagenet",
        min_length=1,
        description="Of the frozen ResNet-18: `imagenet` (torchvision's, downloaded once), `proxy` "
        "(pretrained here on rendered shapes, no network), or the path of a file, from the "
        "config's folder on.",
    )
    crop_size: int = Field(
        default=224,
        ge=16,
        le=512,
        description="Crops are resized to this many pixels; time grows with its square. `proxy` "
        "weights were trained at 32.",
    )
    precision: Wanted = Field(
        default="auto",
        description="Arithmetic of the frozen network: `float32`, `bfloat16`, or `auto`, which "
        "takes bfloat16 where the hardware multiplies it.",
    )


class Projection(nn.Module):
    """Features to a token's width: linear, ReLU, LayerNorm."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(FEATURES, width), nn.ReLU(), nn.LayerNorm(width))

    def forward(self, features: Tensor) -> Tensor:
        """(R, width) for `features` (R, 512), float16."""
        return cast(Tensor, self.layers(features.float()))


class PretrainedFeatures(TokenStrategy):
    """A transformer over projected features of a frozen network."""

    Options: ClassVar[AnyOptions] = PretrainedOptions

    @classmethod
    def prepare(cls, options: Any, task: Task, context: Context) -> Mapping[str, JsonValue]:
        tables = _tables(options, context)
        if options.weights == "proxy":
            context.note(proxy_note(tables.weights.facts))
        crops: dict[str, JsonValue] = {
            "train": len(tables.of(task.data("train").inputs)),
            "validation": len(tables.of(task.data("validation").inputs)),
        }
        return {
            "weights": {"source": options.weights, **tables.weights.facts},
            "precision": tables.precision,
            "crop_size": options.crop_size,
            "distinct_crops": crops,
        }

    def __init__(self, options: Any, context: Context) -> None:
        super().__init__(options, context)
        self.tables = _tables(options, context)

    def crop_embedder(self) -> nn.Module:
        return Projection(self.options.width)

    def table(self, inputs: Tokens) -> NDArray[Any]:
        return self.tables.of(inputs)

    def state(self) -> Arrays:
        return {**super().state(), "frozen_sha256": self._frozen()}

    def load_state(self, state: Arrays) -> None:
        if not np.array_equal(state["frozen_sha256"], self._frozen()):
            raise ContractError("This state was trained on the features of other frozen weights.")
        super().load_state(state)

    def _frozen(self) -> NDArray[np.uint8]:
        """(32,): the hash of the frozen weights."""
        return np.frombuffer(bytes.fromhex(self.tables.weights.sha256), np.uint8)


def _tables(options: PretrainedOptions, context: Context) -> FeatureTables:
    return FeatureTables(
        frozen_weights(options.weights, context),
        options.crop_size,
        chosen_precision(options.precision, context.device),
        context,
    )
