"""The outbox: a file in which a worker keeps every event before it sends it.

What is in it survives the death of the worker: the hub takes from it what had not arrived. One line
an event, the n-th line is the event with seq n, each appended by one write.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import BusError
from ..record.regular import read_regular


class Outbox:
    """The outbox of one attempt at `path`, which must not exist yet. Raises BusError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._refusal = ""
        try:
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except OSError as error:
            raise BusError(f"{path}: cannot create the outbox: {error.strerror}") from error

    def append(self, body: bytes) -> bool:
        """Keep one event; false when the disk is full: then nothing of it is kept, to try again.

        Raises BusError, and after that for every further event.
        """
        if self._refusal:
            raise BusError(self._refusal)
        whole, line = os.fstat(self._fd).st_size, body + b"\n"
        try:
            while line:
                line = line[os.write(self._fd, line) :]
        except OSError as error:
            os.ftruncate(self._fd, whole)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                return False
            self._refusal = f"{self.path}: cannot write to the outbox: {error.strerror}"
            raise BusError(self._refusal) from error
        return True

    def close(self) -> None:
        """Close the file; what is in it stays. Closing twice is harmless."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            self._refusal = f"{self.path}: this outbox was closed"


@dataclass(frozen=True)
class Kept:
    """What an outbox holds: whole events, and how many bytes of one that was cut off."""

    bodies: tuple[bytes, ...]
    torn: int


LARGEST = 1 << 30
"""Bytes of the largest outbox that is read: months of progress."""


def read_outbox(path: Path) -> Kept:
    """What the outbox at `path` holds; nothing when its worker died before it made one.

    A last line without newline is one that its worker died in: its `publish` never returned. Raises
    BusError when the file cannot be read.
    """
    try:
        *lines, tail = read_regular(path, LARGEST).split(b"\n")
    except FileNotFoundError:
        return Kept((), 0)
    except OSError as error:
        raise BusError(f"{path}: cannot read the outbox: {error.strerror}") from error
    return Kept(tuple(lines), len(tail))
