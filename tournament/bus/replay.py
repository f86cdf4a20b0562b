"""The hub's answers to "everything since offset N": pieces of the log file, one a request.

Only what is durable is ever given out. Since a subscriber asks for each piece, a slow one holds up
nobody, and the hub remembers nothing about it.
"""

from __future__ import annotations

import os
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import ValidationError

from .conduct import Conduct, Counters
from .rejects import Rejects
from .sockets import Socket, receive_known, send
from .wire import CHUNK_BYTES, CHUNK_EVENTS, Answer, Chunk, Refused, Replay, complaint, frames

AT_ONCE = 32
"""Requests answered in one turn of the hub, so that replays do not delay events."""


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


class Replayer:
    """Answers the requests that wait on a ROUTER. Nothing that a peer sends makes it raise."""

    def __init__(self, socket: Socket, pages: Pages, counters: Counters, rejects: Rejects) -> None:
        self._socket = socket
        self._pages = pages
        self._counters = counters
        self._rejects = rejects
        self._conduct = Conduct()

    def serve(self) -> int:
        """Answer some waiting requests; gives how many messages it took."""
        for taken in range(AT_ONCE):
            received = receive_known(self._socket)
            if received is None:
                return taken
            self._answer(received.connection, received.frames)
        return AT_ONCE

    def _answer(self, connection: bytes, request: Sequence[bytes]) -> None:
        if self._conduct.is_cut(connection):
            self._counters.ignored += 1
            return
        match request:
            case [b"replay", body]:
                try:
                    asked = Replay.model_validate_json(body)
                except ValidationError as error:
                    self._refuse(connection, f"replay: {complaint(error)}", body)
                    return
                chunk, lines = self._pages.page(asked.since)
                self._send(connection, chunk, lines)
            case _:
                reason = "expected two frames: replay, and its body"
                self._refuse(connection, reason, b" ".join(request))

    def _refuse(self, connection: bytes, reason: str, body: bytes) -> None:
        self._counters.malformed += 1
        self._counters.cut += self._conduct.offend(connection)
        self._rejects.write("replay", connection, reason, body)
        self._send(connection, Refused(reason=reason))

    def _send(self, connection: bytes, answer: Answer, *more: bytes) -> None:
        if not send(self._socket, [connection, *frames(answer), *more]):
            self._counters.undelivered += 1
