"""Strategy `pretrained-features`: better features, the same transformer.

A frozen ResNet-18 turns every distinct crop into 512 numbers, once, off the race's clock; what trains
is a projection of them and the transformer. With `alpha` above 0 the attention is supervised as well:
the original plan's hybrid.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field, JsonValue
from torch import Tensor, nn

from tournament.plugin.api import AnyOptions, Context, Task

from .backbone import FEATURES, frozen_resnet, threads, write_features
from .options import TrainingOptions
from .token_strategy import TokenStrategy
from .tokens import Tokens
from .weights import Weights, load_weights

VERSION = 1
"""Part of the cache's key: raise it when the same weights would give other features."""

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


class PretrainedOptions(TrainingOptions):
    """Options of `pretrained-features`."""

    weights: str = Field(
        default="imagenet",
        min_length=1,
        description="`imagenet` (torchvision's), `proxy` (pretrained here, no network), or a path.",
    )
    crop_size: int = Field(
        default=224, ge=16, le=512, description="Crops are resized to so many pixels."
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto",
        description="Arithmetic of the frozen network; `auto` takes bfloat16 where it is faster.",
    )


class Projection(nn.Module):
    """512 features, in float16, to a token's width: linear, ReLU, LayerNorm."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(FEATURES, width), nn.ReLU(), nn.LayerNorm(width))

    def forward(self, features: Tensor) -> Tensor:
        """(R, width) from (R, 512)."""
        return self.layers(features.float())  # type: ignore[no-any-return]


class PretrainedFeatures(TokenStrategy):
    """A transformer over features of a frozen network."""

    Options: ClassVar[AnyOptions] = PretrainedOptions

    @classmethod
    def prepare(cls, options: Any, task: Task, context: Context) -> Mapping[str, JsonValue]:
        weights = load_weights(options.weights, context)
        source = FeatureSource(weights, options, context)
        splits = [task.data("train").inputs, task.data("validation").inputs]
        return {
            **weights.facts,
            "crop_size": options.crop_size,
            "precision": source.precision,
            "distinct_crops": sum(len(source.features(inputs)) for inputs in splits),
        }

    def __init__(self, options: Any, context: Context) -> None:
        super().__init__(options, context)
        self._source = FeatureSource(load_weights(options.weights, context), options, context)

    def crop_embedder(self) -> nn.Module:
        return Projection(self.options.width)

    def table(self, inputs: Tokens) -> NDArray[Any]:
        return self._source.features(inputs)


class FeatureSource:
    """Features of crop tables, each computed once and kept in the cache, mapped from there."""

    def __init__(self, weights: Weights, options: Any, context: Context) -> None:
        self._weights = weights
        self._crop_size = options.crop_size
        self._context = context
        self._known: dict[str, NDArray[np.float16]] = {}
        self.precision = chosen_precision(options.precision, context.device)

    def features(self, inputs: Tokens) -> NDArray[np.float16]:
        """(U, 512) float16: a row for each distinct crop of `inputs`."""
        if inputs.key not in self._known:
            key = {
                "version": VERSION,
                "weights": self._weights.digest,
                "crops": inputs.key,
                "crop_size": self._crop_size,
                "precision": self.precision,
            }
            folder = self._context.cache.entry("features", key, lambda f: self._build(f, inputs))
            self._known[inputs.key] = np.load(folder / "features.npy", mmap_mode="r")
        return self._known[inputs.key]

    def _build(self, folder: Path, inputs: Tokens) -> None:
        table = np.lib.format.open_memmap(
            folder / "features.npy", mode="w+", dtype=np.float16, shape=(len(inputs.crops), FEATURES)
        )
        with threads(self._context.cores):
            write_features(
                frozen_resnet(self._weights.tensors, self._context.device),
                inputs.crops,
                table,
                crop_size=self._crop_size,
                precision=PRECISIONS[self.precision],
                progress=lambda done, total: self._context.progress("features", done, total),
            )
        table.flush()


def chosen_precision(wanted: str, device: str) -> str:
    """`auto` is bfloat16 on GPUs that compute with it and on CPUs with AMX; else float32."""
    if wanted != "auto":
        return wanted
    if device.startswith("cuda"):
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    return "bfloat16" if _has_amx() else "float32"


def _has_amx() -> bool:
    """Linux tells; elsewhere float32 is the safe choice."""
    cpuinfo = Path("/proc/cpuinfo")
    return cpuinfo.exists() and "amx_bf16" in cpuinfo.read_text()
