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
from typing import BinaryIO

from .wire import CHUNK_BYTES, CHUNK_EVENTS, Chunk

MARK_BYTES = 64 * 1024


class Pages:
    """Pieces of the log file at `path`. Remembers where a line begins about every 64 KiB only."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDONLY)
        self._total = self._end = 0
        self._marked = array("Q", [0])
        self._begins = array("Q", [0])
        """The offset of each line that is remembered, and where in the file it begins."""
        with self._reader() as file:
            self.add(line.rstrip(b"\n") for line in file)

    def add(self, lines: Iterable[bytes]) -> None:
        """These lines (without newline) are durable at the end of the file."""
        for line in lines:
            if self._end - self._begins[-1] >= MARK_BYTES:
                self._marked.append(self._total)
                self._begins.append(self._end)
            self._end += len(line) + 1
            self._total += 1

    def page(self, since: int) -> tuple[Chunk, bytes]:
        """The lines from offset `since` on, as many as a chunk may hold, separated by newlines."""
        if since >= self._total:
            return Chunk(next=since, more=False), b""
        mark = bisect_right(self._marked, since) - 1
        with self._reader() as file:
            file.seek(self._begins[mark])
            for _ in range(since - self._marked[mark]):
                file.readline()
            lines = _chunk(file, min(CHUNK_EVENTS, self._total - since))
        after = since + len(lines)
        return Chunk(next=after, more=after < self._total), b"".join(lines)[:-1]

    def _reader(self) -> BinaryIO:
        """With a new buffer: what was read ahead and was not durable may have changed."""
        return open(self._fd, "rb", closefd=False)

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)


def _chunk(file: BinaryIO, most: int) -> list[bytes]:
    """The next lines: at least one, at most so many, as a chunk can hold them."""
    lines = [file.readline()]
    room = CHUNK_BYTES - len(lines[0])
    for _ in range(most - 1):
        line = file.readline()
        room -= len(line)
        if room < 0:
            break
        lines.append(line)
    return lines
