"""The hub's answers to "everything since offset N": pieces of the log file, one a request.

Only what is durable is ever given out. Since a subscriber asks for each piece, a slow one holds up
nobody, and the hub remembers nothing about it.
"""

from __future__ import annotations

import os
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from pathlib import Path

from .wire import CHUNK_BYTES, CHUNK_EVENTS, Chunk


class Pages:
    """Where each line of the log file at `path` begins, and pieces of it."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDONLY)
        self._begins = array("Q", [0])
        with path.open("rb") as file:
            self.add(line.rstrip(b"\n") for line in file)

    def add(self, lines: Iterable[bytes]) -> None:
        """These lines (without newline) are durable at the end of the file."""
        end = self._begins[-1]
        for line in lines:
            end += len(line) + 1
            self._begins.append(end)

    def page(self, since: int) -> tuple[Chunk, bytes]:
        """The lines from offset `since` on, as many as a chunk may hold, separated by newlines."""
        total = len(self._begins) - 1
        if since >= total:
            return Chunk(next=since, more=False), b""
        begin = self._begins[since]
        fitting = bisect_right(self._begins, begin + CHUNK_BYTES, lo=since) - 1
        after = min(max(fitting, since + 1), since + CHUNK_EVENTS, total)
        text = os.pread(self._fd, self._begins[after] - begin, begin)
        return Chunk(next=after, more=after < total), text[:-1]

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)
