"""Which device a trial trains on."""

from __future__ import annotations

import sys
from typing import Any

from pydantic import JsonValue

from ..errors import OptionError


def resolve_device(requested: str) -> str:
    """`cpu` or `cuda:N` for `auto`, `cpu`, `cuda` or `cuda:N`.

    Asked after the strategy was imported: one that does not use PyTorch runs on the CPU. Raises
    OptionError when a GPU was asked for by name and cannot be had.
    """
    torch = sys.modules.get("torch")
    if requested == "cpu" or (requested == "auto" and not _has_cuda(torch)):
        return "cpu"
    if not _has_cuda(torch):
        why = "PyTorch sees no GPU" if torch else "this strategy does not use PyTorch"
        raise OptionError(f"{requested!r} cannot be had: {why}. Use auto or cpu.", key="device")
    index = int(requested.partition(":")[2] or 0)
    count = torch.cuda.device_count()  # type: ignore[union-attr]
    if index >= count:
        raise OptionError(f"{requested!r} cannot be had: there are {count} GPUs, counted from 0.",
                          key="device")  # fmt: skip
    return f"cuda:{index}"


def device_facts(device: str) -> dict[str, JsonValue]:
    """What a reader wants to know about a GPU; nothing about the CPU, which the match describes."""
    torch: Any = sys.modules.get("torch")
    if torch is None or device == "cpu":
        return {}
    properties = torch.cuda.get_device_properties(device)
    return {
        "name": str(properties.name),
        "memory_bytes": int(properties.total_memory),
        "cuda": str(torch.version.cuda),
    }


def _has_cuda(torch: Any) -> bool:
    return torch is not None and bool(torch.cuda.is_available())
