"""Where the weights of the frozen ResNet-18 come from: ImageNet, a file, or the proxy task.

Whatever the source, they end as one safetensors file in the cache, checked and without the final
layer. Weights that cannot be had are an OptionError that names the ways out; there is never a
random network instead.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue
from safetensors.torch import load_file, save_file
from torch import Tensor

from tournament import Context, OptionError

from .backbone import trunk_shapes
from .cores import all_cores
from .imagenet import FILE, FOLDER_HINT, URL, imagenet_file
from .proxy import RECIPE, Recipe, pretrain
from .weight_file import WeightsError, read_tensors, sha256, trunk

VERSION = 1
"""Part of the cache's keys: raise it when an entry would be made differently."""

WAYS_OUT = (
    "Ways out: `weights: PATH` of a ResNet-18 with torchvision's names (.safetensors, .pt, .pth); "
    f"download {URL} elsewhere and put it, as {FILE}, into {FOLDER_HINT}; "
    "or `weights: proxy`, which is pretrained here in seconds and needs no network."
)

Made = tuple[Mapping[str, Tensor], Mapping[str, JsonValue]]
"""Tensors under torchvision's names, and facts to report."""


@dataclass(frozen=True)
class Weights:
    """A checked file of the `trunk_shapes`, the hash of its content, and facts to report."""

    path: Path
    sha256: str
    facts: Mapping[str, JsonValue]

    def tensors(self) -> dict[str, Tensor]:
        """The weights, read from the file."""
        return load_file(self.path)


def frozen_weights(source: str, context: Context, recipe: Recipe = RECIPE) -> Weights:
    """The weights that the option `weights` asks for: `imagenet`, `proxy` or a path.

    A relative path begins in the config's folder.
    Raises OptionError, with the ways out, when they cannot be had or are not a ResNet-18's.
    """
    try:
        if source == "proxy":
            # The number of threads changes the last digits, so it belongs to the key.
            key: dict[str, JsonValue] = {"proxy": recipe.key(), "cores": context.cores}
            return _kept(context, key, lambda: _pretrained(recipe, context))
        if source == "imagenet":
            return _kept(context, {"url": URL}, lambda: (read_tensors(imagenet_file()), {}))
        path = context.base / source
        # Keyed by content: a file that changes under the same name is another entry.
        return _kept(context, {"sha256": sha256(path)}, lambda: (read_tensors(path), {}))
    except WeightsError as error:
        message = f"The weights {source!r} cannot be used: {error}. {WAYS_OUT}"
        raise OptionError(message, key="weights") from error


def _pretrained(recipe: Recipe, context: Context) -> Made:
    def progress(done: int) -> None:
        context.progress("proxy weights", done, recipe.steps)

    with all_cores(context.cores):
        return pretrain(recipe, progress)


def _kept(context: Context, key: Mapping[str, JsonValue], make: Callable[[], Made]) -> Weights:
    """The entry of the cache for `key`, made if it is not there."""

    def build(folder: Path) -> None:
        tensors, facts = make()
        save_file(trunk(tensors, trunk_shapes()), folder / "weights.safetensors")
        digest = sha256(folder / "weights.safetensors")
        (folder / "facts.json").write_text(json.dumps({"sha256": digest, **facts}))

    folder = context.cache.entry("weights", {"version": VERSION, **key}, build)
    facts = json.loads((folder / "facts.json").read_text())
    return Weights(folder / "weights.safetensors", facts["sha256"], facts)
