"""In which arithmetic a frozen network runs: bfloat16 where the hardware multiplies it, or float32.

bfloat16 keeps 8 bits of a product's factors; features then differ from float32's by about 1 % of
their size (measured by the tests).
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import torch

Precision = Literal["float32", "bfloat16"]
Wanted = Literal["auto", "float32", "bfloat16"]

CPU_FLAGS = {"amx_bf16", "avx512_bf16"}
"""As Linux names them. Without one of these a CPU only imitates bfloat16, slower than float32."""


def chosen_precision(wanted: Wanted, device: str) -> Precision:
    """`auto` is bfloat16 where `device` has instructions for it, otherwise float32."""
    if wanted != "auto":
        return wanted
    if device.startswith("cuda"):
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    return "bfloat16" if cpu_has_bfloat16() else "float32"


def cpu_has_bfloat16() -> bool:
    """Linux tells; elsewhere the answer is no, since float32 is never slow by much."""
    info = Path("/proc/cpuinfo")
    return info.exists() and not CPU_FLAGS.isdisjoint(info.read_text().split())
