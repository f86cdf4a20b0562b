"""A config file's text, or one sentence about why there is none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

LARGEST_FILE = 1024 * 1024
"""In bytes."""

STDIN = Path("-")
"""The path that means standard input; relative paths in it begin at the current folder."""


def read_text(path: Path) -> str:
    """The UTF-8 text of a file. Raises ValueError, with a sentence that lacks the path."""
    data = _read_bytes(path)
    if len(data) > LARGEST_FILE:
        raise ValueError("larger than 1 MiB; put long lists into a file of their own")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(f"not UTF-8 (line {line}, byte {error.start}); save it as UTF-8") from None


def _read_bytes(path: Path) -> bytes:
    if path == STDIN:
        return sys.stdin.buffer.read(LARGEST_FILE + 1)
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise ValueError(f"there is no such file{_similar(path)}") from None
    except IsADirectoryError:
        raise ValueError("this is a folder; give the path of a config file in it") from None
    except PermissionError:
        raise ValueError("you may not read this file; check its permissions") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ValueError(f"cannot be read: {reason}") from None


def _similar(path: Path) -> str:
    """Says whether it would be there with the other usual ending."""
    other = {".yaml": ".yml", ".yml": ".yaml", "": ".yaml"}.get(path.suffix)
    if other and path.with_suffix(other).is_file():
        return f"; there is {path.with_suffix(other).name}"
    return ""


def beside(file: str, written: str) -> Path:
    """The path that is `written` in `file`: relative paths begin at the file's folder."""
    return Path(file).parent / os.path.expanduser(written)  # noqa: PTH111 - never raises
