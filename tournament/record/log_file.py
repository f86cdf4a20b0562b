"""The file below an event log: what the writer of a log asks of the operating system.

All that can fail is here, and in one place, so that a simulated disk can stand in for it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from ..errors import LogError


class LogFile:
    """A file that is appended to by one process, which holds it locked. Methods raise OSError.

    Raises LogError when somebody else holds it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._fd)
            raise LogError(
                f"{path}: another process writes this log; is the tournament still running?"
            ) from error

    def lines(self) -> Iterator[bytes]:
        """Its lines with their newlines; the last one may have none."""
        with self.path.open("rb") as file:
            yield from file

    def size(self) -> int:
        """Its length in bytes."""
        return os.fstat(self._fd).st_size

    def write(self, data: bytes) -> int:
        """Append, as far as there is room; gives how many bytes were."""
        return os.write(self._fd, data)

    def truncate(self, size: int) -> None:
        """Cut it to so many bytes."""
        os.ftruncate(self._fd, size)

    def sync(self) -> None:
        """Make its content durable."""
        os.fdatasync(self._fd)

    def sync_whole(self) -> None:
        """Make content, length and name durable."""
        os.fsync(self._fd)
        _sync_folder(self.path.parent)

    def set_aside(self, tail: bytes) -> Path:
        """Keep a cut-off line, durably, in the first free `<log>.torn-<n>`."""
        places = (self.path.with_name(f"{self.path.name}.torn-{n}") for n in count(1))
        place = next(place for place in places if not place.exists())
        with place.open("xb") as file:
            file.write(tail)
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(self.path.parent)
        return place

    def close(self) -> None:
        """Let it go."""
        os.close(self._fd)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
