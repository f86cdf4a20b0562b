"""The worker's line to the hub: what it says goes out, and orders are obeyed at safe points."""

from __future__ import annotations

import time

from ..bus.publisher import Publisher
from ..record.fields import Payload

BEAT = 0.5
"""Seconds between two reports of progress."""


ROOM = 0.5
"""Seconds between two tries to write to a full disk."""


class Ordered(BaseException):
    """The referee ordered this trial to stop. No Exception: plugin code must not catch it."""


class Link:
    """Publishes events and raises `Ordered` at a safe point once the order to stop has come."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._last = -BEAT

    def publish(self, payload: Payload) -> None:
        """Send one event; it survives the death of this process once this returns."""
        self._publisher.publish(payload)

    def due(self) -> bool:
        """Is it time for another report of progress? Asking takes the turn."""
        now = time.monotonic()
        if now - self._last < BEAT:
            return False
        self._last = now
        return True

    def obey(self) -> None:
        """A safe point: take in acks and orders. Raises Ordered."""
        self._publisher.service()
        if self._publisher.order == "stop":
            raise Ordered

    def wait_for_room(self) -> None:
        """The disk is full: wait a moment for somebody to tidy up. Raises Ordered."""
        self._publisher.service(timeout=ROOM)
        self.obey()

    def wait_for_start(self) -> None:
        """The barrier: return when everybody may start. Raises Ordered."""
        while self._publisher.order is None:
            self._publisher.service(timeout=1.0)
        self.obey()
