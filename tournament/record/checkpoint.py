"""Checkpoints: a trial's state as safetensors. Nothing in them is ever executed."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ContractError
from .atomic import write_with
from .payloads import File
from .regular import open_regular

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]


_OS_ERROR = re.compile(r"\(os error (\d+)\)")
"""How safetensors tells what the operating system told it."""

METADATA = "__metadata__"
"""What safetensors calls its own entry."""


def save_state(path: Path, state: Mapping[str, Array]) -> None:
    """Write arrays to `path`, whole or not at all.

    Raises ContractError for an unusable name, and OSError.
    """
    import numpy as np
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    if METADATA in state:
        raise ContractError(f"no array of a state can be called {METADATA!r}; rename it")
    arrays = {name: np.asarray(array, order="C") for name, array in state.items()}
    try:
        write_with(path, lambda draft: save_file(arrays, str(draft)))
    except SafetensorError as error:
        if number := _OS_ERROR.search(str(error)):
            raise OSError(int(number[1]), os.strerror(int(number[1])), str(path)) from error
        raise


def load_state(path: Path) -> dict[str, Array]:
    """The arrays in `path`. Raises safetensors' SafetensorError when it is something else."""
    from safetensors.numpy import load_file

    return load_file(str(path))


def save_table(path: Path, columns: Mapping[str, Array]) -> None:
    """Write a table of samples, an array a column, as npz, whole or not at all."""
    import numpy as np

    def write(draft: Path) -> None:
        with draft.open("wb") as file:
            np.savez(file, allow_pickle=False, **columns)

    write_with(path, write)


def load_table(path: Path) -> dict[str, Array]:
    """The columns in `path`. Objects are refused, so nothing in it is ever executed."""
    import numpy as np

    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def fingerprint(path: Path, base: Path) -> File:
    """Name (relative to `base`), SHA-256 and size of a plain file. Raises OSError."""
    with open_regular(path) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = os.fstat(file.fileno()).st_size
    return File(name=str(path.relative_to(base)), sha256=digest, bytes=size)
