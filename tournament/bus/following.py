"""The subscriber's side of the protocol: each event once, in the order of offsets, without a gap.

Sans-IO: time is passed in as seconds of any monotonic clock. Live events may be missing (a slow
reader, a late start) or come in any order. Whatever is missing is asked for by a replay; a beat, or
any later event, tells that something is missing.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..record.events import AnyEvent

PATIENCE = 2.0
"""Seconds after which an unanswered request for a replay is repeated."""

ROOM = 10_000
"""So many events ahead of a gap are kept; others are dropped, and replayed later."""


class Following:
    """Follows one log from offset `since` on.

    It begins with a replay. `replays` counts the times that it had to ask for one.
    """

    def __init__(self, since: int = 0, *, patience: float = PATIENCE, room: int = ROOM) -> None:
        self.wanted = since
        """The offset of the next event to give out."""
        self.replays = 0
        self._patience = patience
        self._room = room
        self._ahead: dict[int, AnyEvent] = {}
        self._known = since
        self._fresh = True
        self._asked_at: float | None = None

    def live(self, event: AnyEvent) -> list[AnyEvent]:
        """A live event has come; gives those that are next."""
        return self._take(event)

    def beat(self, last: int | None) -> None:
        """The log's last offset is `last`, None for an empty log."""
        if last is not None:
            self._known = max(self._known, last + 1)

    def replayed(self, events: Sequence[AnyEvent], following: int, more: bool) -> list[AnyEvent]:
        """A chunk of a replay has come, which ends before offset `following`.

        `more` says that the log goes on behind it. Gives the events that are next.
        """
        ready = [next_one for event in events for next_one in self._take(event)]
        self._known = max(self._known, following + int(more))
        self._fresh = False
        if ready or not self._behind:
            # A chunk that was of no use must not be asked for again at once, without end.
            self._asked_at = None
        return ready

    def request(self, now: float) -> int | None:
        """The offset from which to ask for a replay now, None for not now."""
        if not (self._fresh or self._behind):
            return None
        if self._asked_at is not None and now - self._asked_at < self._patience:
            return None
        self._asked_at = now
        self.replays += 1
        return self.wanted

    @property
    def newest(self) -> int:
        """The offset of the last event that is known to be there."""
        return self._known - 1

    @property
    def _behind(self) -> bool:
        return self.wanted < self._known

    def _take(self, event: AnyEvent) -> list[AnyEvent]:
        if event.offset is None or event.offset < self.wanted:
            return []
        self._known = max(self._known, event.offset + 1)
        if event.offset > self.wanted:
            if len(self._ahead) < self._room:
                self._ahead[event.offset] = event
            return []
        ready = [event]
        self._ahead.pop(self.wanted, None)
        self.wanted += 1
        while self.wanted in self._ahead:
            ready.append(self._ahead.pop(self.wanted))
            self.wanted += 1
        return ready
