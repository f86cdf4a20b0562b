"""Files that hold a secret key: only their owner may read them, or they are not used."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from ..errors import BusError


def write_private(path: Path, text: str) -> None:
    """A whole file or none, which only its owner can read, and which was not there before.

    Raises OSError, with the path.
    """
    descriptor, draft = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error
    finally:
        Path(draft).unlink()


def make_private(folder: Path) -> None:
    """A folder that only its owner can enter. Raises OSError, and BusError where others can."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        raise BusError(f"{folder}: others can enter this folder of keys; run `chmod 700 {folder}`")


def refuse_shared(path: Path) -> None:
    """Raises BusError where others can read a secret key, and OSError where it is not there."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise BusError(f"{path}: others can read this secret key; run `chmod 600 {path}`")
