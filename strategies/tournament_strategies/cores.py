"""All cores for a while: the one process that builds a cache entry may use them (see `Context`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def all_cores(count: int) -> Iterator[None]:
    """PyTorch computes with `count` threads meanwhile, and afterwards with as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
