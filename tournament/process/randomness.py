"""Random states: seeded by the framework, saved with checkpoints, and left untouched by a check.

Python's, NumPy's and PyTorch's global generators. Only libraries that are already imported are
looked at; the framework itself needs none of them.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any


def seed_everything(seed: int) -> None:
    """Seed all global generators, as far as they are imported."""
    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed % 2**32)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)


def random_states() -> dict[str, Any]:
    """The states of all global generators, by library, as JSON can hold them."""
    version, numbers, gauss = random.getstate()
    states: dict[str, Any] = {"random": [version, list(numbers), gauss]}
    if numpy := sys.modules.get("numpy"):
        kind, key, *rest = numpy.random.get_state()
        states["numpy"] = [kind, key.tolist(), *rest]
    if torch := sys.modules.get("torch"):
        states["torch"] = torch.get_rng_state().tolist()
        if torch.cuda.is_initialized():
            states["cuda"] = [state.tolist() for state in torch.cuda.get_rng_state_all()]
    return states


def restore_random_states(states: Mapping[str, Any]) -> None:
    """Bring all generators to these states, importing the libraries if need be.

    Raises ValueError, KeyError or TypeError when they are none.
    """
    version, numbers, gauss = states["random"]
    random.setstate((version, tuple(numbers), gauss))
    if "numpy" in states:
        import_module("numpy").random.set_state(tuple(states["numpy"]))
    if "torch" in states:
        torch = import_module("torch")
        torch.set_rng_state(torch.tensor(states["torch"], dtype=torch.uint8))
        if "cuda" in states:
            tensors = [torch.tensor(state, dtype=torch.uint8) for state in states["cuda"]]
            torch.cuda.set_rng_state_all(tensors)


@contextmanager
def untouched_randomness() -> Iterator[None]:
    """Restore all global random states afterwards, so that looking changes nothing."""
    states = random_states()
    try:
        yield
    finally:
        restore_random_states(states)
