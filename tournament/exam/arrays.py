"""Arrays in files, between examiner and examinee: safetensors only, so nothing is ever executed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, load_file, save_file

from ..errors import ContractError
from ..record.regular import open_regular

Arrays = Mapping[str, NDArray[Any]]

LARGEST = 4 << 30
"""Bytes of the largest answer that is read."""


def write_arrays(path: Path, arrays: object, source: str) -> None:
    """Write arrays by name. Raises ContractError, naming the `source`, for anything else."""
    if not isinstance(arrays, Mapping):
        raise ContractError(f"{source} gave {type(arrays).__name__}; expected arrays by name")
    for name, array in arrays.items():
        if not isinstance(name, str) or not isinstance(array, np.ndarray) or array.dtype.hasobject:
            kind = getattr(array, "dtype", type(array).__name__)
            raise ContractError(f"{source} gave {name!r} = {kind}; expected a NumPy array")
    try:
        save_file({name: np.asarray(a, order="C") for name, a in arrays.items()}, str(path))
    except (SafetensorError, KeyError, ValueError) as error:
        raise ContractError(f"{source} gave arrays that cannot be written: {error}") from error


def read_arrays(path: Path, source: str) -> dict[str, NDArray[Any]]:
    """Arrays from a file that `source` wrote. Raises ContractError when it holds anything else."""
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
        if size > LARGEST:
            raise ValueError(f"it has {size:,} bytes; at most {LARGEST:,} are read")
        return load_file(str(path))
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise ContractError(f"{source} is no file of arrays: {error}") from error


def parse_arrays(content: bytes, source: str) -> dict[str, NDArray[Any]]:
    """The same from bytes."""
    try:
        return load(content)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ContractError(f"{source} is no file of arrays: {error}") from error
