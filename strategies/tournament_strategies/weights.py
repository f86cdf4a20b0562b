"""Where the weights of the frozen ResNet-18 come from: ImageNet's, a file's, or the proxy's.

Weights that cannot be had are an OptionError that names the ways out; never a random network.
Nothing is unpickled but tensors (`weights_only=True`), and what is kept is safetensors.
"""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from pydantic import JsonValue
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor
from torchvision.models import ResNet18_Weights

from tournament.errors import OptionError
from tournament.plugin.api import Context

from .backbone import empty_resnet, threads
from .proxy import Recipe, pretrain

WAYS_OUT = (
    "Ways out: `weights: PATH` of a ResNet-18 state (.safetensors, or .pth as torchvision offers it "
    "for download), or `weights: proxy`, which is pretrained here in seconds and needs no network."
)


@dataclass(frozen=True)
class Weights:
    """`tensors` by name; `digest`, a hash of their content; `facts` for the report."""

    tensors: Mapping[str, Tensor]
    digest: str
    facts: Mapping[str, JsonValue] = field(default_factory=dict)


def load_weights(source: str, context: Context, recipe: Recipe | None = None) -> Weights:
    """The weights that the option `weights` names. Raises OptionError with the ways out."""
    if source == "proxy":
        return _proxy(context, recipe or Recipe())
    if source == "imagenet":
        return _checked(_imagenet(context), {"weights": "imagenet"})
    return _checked(_from_file(Path(source)), {"weights": source})


def _proxy(context: Context, recipe: Recipe) -> Weights:
    def build(folder: Path) -> None:
        with threads(context.cores):
            made = pretrain(
                recipe, lambda done, total: context.progress("proxy weights", done, total)
            )
        save_file(made.weights, folder / "weights.safetensors")
        (folder / "facts.json").write_text(json.dumps(made.facts))

    folder = context.cache.entry("proxy-weights", recipe.key(), build)
    facts = json.loads((folder / "facts.json").read_text())
    return _checked(load_file(folder / "weights.safetensors"), {"weights": "proxy", **facts})


def _imagenet(context: Context) -> dict[str, Tensor]:
    published = ResNet18_Weights.IMAGENET1K_V1

    def build(folder: Path) -> None:
        try:
            state = published.get_state_dict(progress=False, check_hash=True, weights_only=True)
        except (OSError, RuntimeError, pickle.UnpicklingError) as error:
            raise OptionError(
                f"ImageNet weights cannot be had from {published.url}: {error}. {WAYS_OUT}",
                key="weights",
            ) from error
        save_file(dict(state), folder / "weights.safetensors")

    folder = context.cache.entry("imagenet-weights", {"url": published.url}, build)
    return load_file(folder / "weights.safetensors")


def _from_file(path: Path) -> dict[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, SafetensorError, pickle.UnpicklingError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise OptionError(
            f"weights cannot be read from {str(path)!r}: {first}. {WAYS_OUT}", key="weights"
        ) from error
    if not isinstance(state, Mapping):
        raise OptionError(f"{str(path)!r} holds no weights by name. {WAYS_OUT}", key="weights")
    return dict(state)


def _checked(state: Mapping[str, Tensor], facts: Mapping[str, JsonValue]) -> Weights:
    """The state without the final layer, if the rest is exactly that of a ResNet-18."""
    expected = empty_resnet().state_dict()
    kept = {name: value for name, value in state.items() if not name.startswith("fc.")}
    wrong = sorted(set(kept) ^ set(expected)) or [
        name for name, value in kept.items() if value.shape != expected[name].shape
    ]
    if wrong:
        raise OptionError(
            f"{facts['weights']}: these are not the weights of a ResNet-18 (first difference: "
            f"{wrong[0]}). {WAYS_OUT}",
            key="weights",
        )
    digest = _digest(kept)
    return Weights(kept, digest, {**facts, "weights_sha256": digest})


def _digest(state: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(state):
        digest.update(name.encode())
        digest.update(state[name].contiguous().numpy().tobytes())
    return digest.hexdigest()
