"""What the hub has accepted and not answered yet: first into the log, then the answers.

The one rule on which everything rests is kept here: nothing is acknowledged, ordered or published
before it is durable.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..record.events import AnyEvent
from ..record.log import LogWriter
from .intake import Intake, Output


@dataclass(frozen=True)
class Committed:
    """Events that are durable, with their lines in the log, and what is to be sent for them."""

    events: tuple[AnyEvent, ...]
    lines: tuple[bytes, ...]
    outputs: tuple[Output, ...]


class Ledger:
    """Events on their way into the log."""

    def __init__(self, intake: Intake, log: LogWriter) -> None:
        self._intake = intake
        self._log = log
        self._events: list[AnyEvent] = []

    def add(self, event: AnyEvent) -> None:
        """Accepted: to be written with the next batch."""
        self._events.append(event)

    def __len__(self) -> int:
        return len(self._events)

    def commit(self) -> Committed:
        """Write what has gathered, all of it. Call it also without events: answers may be due.

        Raises NoRoomError while the disk is full, to be tried again, and LogError.
        """
        events = self._events
        lines = self._log.append(events)
        self._events = []
        return Committed(tuple(events), tuple(lines), tuple(self._intake.committed(events)))
