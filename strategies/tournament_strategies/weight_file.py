"""Reads files of weights that somebody else wrote, without running what may be in them."""

from __future__ import annotations

import hashlib
import pickle  # noqa: TID251 - only for the name of the error that torch raises
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor


class WeightsError(Exception):
    """What is wrong with the weights, as the middle of a sentence."""


def sha256(path: Path) -> str:
    """The SHA-256 of a file's content. Raises WeightsError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(f"{path}: {error.strerror}") from error


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors by name in a .safetensors, .pt or .pth file, on the CPU.

    Pickles may hold tensors only: one that would run code is refused. Raises WeightsError.
    """
    if path.suffix not in (".safetensors", ".pt", ".pth"):
        raise WeightsError(f"{path} must end in .safetensors, .pt or .pth")
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise WeightsError(
            f"{path} holds more than tensors, and loading that could run code"
        ) from error
    except (OSError, EOFError, RuntimeError, SafetensorError) as error:
        raise WeightsError(f"{path} is not a whole file of its kind ({error})") from error
    if not isinstance(state, Mapping) or not all(isinstance(x, Tensor) for x in state.values()):
        raise WeightsError(f"{path} must hold tensors by name, as `state_dict()` gives them")
    return dict(state)


def trunk(
    tensors: Mapping[str, Tensor], shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, Tensor]:
    """Those of `tensors` that `shapes` names, as float32; others are left out.

    Raises WeightsError when one is missing, has another shape, or is not finite.
    """
    wrong = [
        f"{name} is missing"
        if name not in tensors
        else f"{name} has shape {_shape(tensors[name])} instead of {shape}"
        for name, shape in shapes.items()
        if name not in tensors or _shape(tensors[name]) != shape
    ]
    wrong = wrong or [f"{k} is not finite" for k in shapes if not tensors[k].isfinite().all()]
    if wrong:
        more = f", and {len(wrong) - 1} more like it" if len(wrong) > 1 else ""
        raise WeightsError(f"they are not those of a ResNet-18 ({wrong[0]}{more})")
    return {name: tensors[name].to(torch.float32).contiguous() for name in shapes}


def _shape(tensor: Tensor) -> tuple[int, ...]:
    return tuple(tensor.shape)
