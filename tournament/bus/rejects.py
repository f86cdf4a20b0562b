"""What the hub refused, in a file for people to read: `rejected.jsonl` in the run folder.

Each line: the socket, the connection, the reason, and the beginning of the message. At most so many
lines a second, so that a peer gone wild cannot fill the disk; how many were left out stands in the
next line.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from .conduct import Counters

LINES_PER_SECOND = 10
BODY_LIMIT = 1024


class Rejects:
    """Appends to the file at `path`, which begins to exist with the first line.

    What is in no line is counted in `counters`.
    """

    def __init__(self, path: Path, counters: Counters) -> None:
        self._path = path
        self._counters = counters
        self._since = 0
        self._second = 0
        self._lines = 0

    def write(self, socket: str, connection: bytes, reason: str, body: bytes) -> None:
        """Note one refusal. A message that may hold a secret is not repeated."""
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._lines = second, 0
        self._lines += 1
        if self._lines > LINES_PER_SECOND:
            self._leave_out()
            return
        line = {
            "t": time.time(),
            "socket": socket,
            "connection": connection.hex(),
            "reason": reason,
            "body": _readable(body),
            "left_out_before": self._since,
        }
        try:
            with self._path.open("a") as file:
                file.write(json.dumps(line) + "\n")
            self._since = 0
        except OSError:
            # The hub must live on where only this file cannot be written; the count tells.
            self._leave_out()

    def _leave_out(self) -> None:
        self._since += 1
        self._counters.unwritten += 1


def _readable(body: bytes) -> str:
    if b"secret" in body:
        return "(not repeated: it may hold a secret)"
    return body[:BODY_LIMIT].decode("utf-8", "backslashreplace")
