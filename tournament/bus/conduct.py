"""How the peers of a hub behave: what they sent, and who is no longer listened to."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

PATIENCE = 100
"""So many malformed messages from one connection are answered; after them it is ignored."""

REMEMBERED = 10_000
"""Connections whose conduct is remembered; with more, the longest silent is forgotten."""


@dataclass
class Counters:
    """What happened on the hub's sockets since it started."""

    accepted: int = 0
    """Events taken in: from workers, from outboxes and from the match."""
    duplicates: int = 0
    gaps: int = 0
    """Events that came before one that was lost on the way, and so have to come again."""
    strangers: int = 0
    """Events from connections that had not said who they are."""
    malformed: int = 0
    """Messages that were refused, whatever was wrong with them."""
    cut: int = 0
    """Connections that are ignored since they sent too many malformed messages."""
    ignored: int = 0
    """Messages from those."""
    undelivered: int = 0
    """Answers that could not be sent; the peer will ask again."""
    unwritten: int = 0
    """Refusals in no line of `rejected.jsonl`: too many at once, or no room on the disk."""


class Conduct:
    """Counts malformed messages by connection; sans-IO."""

    def __init__(self, patience: int = PATIENCE, remembered: int = REMEMBERED) -> None:
        self._patience = patience
        self._remembered = remembered
        self._offences: OrderedDict[bytes, int] = OrderedDict()

    def offend(self, connection: bytes) -> bool:
        """Note a malformed message. True when it is the one that uses the patience up."""
        self._offences[connection] = self._offences.get(connection, 0) + 1
        self._offences.move_to_end(connection)
        if len(self._offences) > self._remembered:
            self._offences.popitem(last=False)
        return self._offences[connection] == self._patience

    def is_cut(self, connection: bytes) -> bool:
        """Whether the connection has used up the patience."""
        return self._offences.get(connection, 0) >= self._patience
