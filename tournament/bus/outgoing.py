"""The worker's side of the protocol: what to send, what is still unconfirmed, what was ordered.

Sans-IO: time is passed in as seconds of any monotonic clock; no socket, no file. A hello is said at
first and then at every beat. It is answered with the last seq that the hub holds, and everything
behind that is sent again: so a lost message, a lost answer, or a new connection mends itself within
one beat, and the standing order comes again too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ..errors import BusError
from .wire import Ack, Order, Refused, Welcome, read_for_worker

WINDOW = 1000
"""So many events may be unconfirmed; as many as a socket's queue holds."""

HELLO_SECONDS = 2.0


class Outgoing:
    """The events of one attempt on their way to the hub.

    `window`: how many may be unconfirmed. `beat`: seconds between two hellos.
    """

    def __init__(self, window: int = WINDOW, beat: float = HELLO_SECONDS) -> None:
        self.order: Literal["start", "stop"] | None = None
        """The last order heard. After "stop" it stays "stop"."""
        self.refusal: str | None = None
        """Why the hub refused this worker, once it has."""
        self._window = window
        self._beat = beat
        self._bodies: dict[int, bytes] = {}
        self._last = 0
        self._acked = 0
        self._next = 1
        self._welcome = False
        self._hello_at: float | None = None

    @property
    def next_seq(self) -> int:
        """The number of the next event, from 1."""
        return self._last + 1

    @property
    def outstanding(self) -> int:
        """How many events are not confirmed to be in the log."""
        return self._last - self._acked

    @property
    def full(self) -> bool:
        """Whether the window is full: then nothing may be added."""
        return self.outstanding >= self._window

    def add(self, body: bytes) -> None:
        """The event `next_seq` is ready to go out."""
        self._last += 1
        self._bodies[self._last] = body

    def hello_due(self, now: float) -> bool:
        """Whether it is time to say hello."""
        return self._hello_at is None or now - self._hello_at >= self._beat

    def hello_sent(self, now: float) -> None:
        """A hello has gone out."""
        self._hello_at = now

    def unsent(self) -> bytes | None:
        """The next event to send, if there is one; nothing before the first welcome."""
        return self._bodies.get(self._next) if self._welcome else None

    def sent(self) -> None:
        """What `unsent` gave has gone out."""
        self._next += 1

    def heard(self, frames: Sequence[bytes]) -> None:
        """A message has come from the hub. Raises BusError when it cannot be."""
        match read_for_worker(frames):
            case Welcome(seq=seq):
                self._check(seq)
                self._welcome = True
                self._next = max(seq, self._acked) + 1
            case Ack(seq=seq):
                self._check(seq)
                self._confirm(seq)
            case Order(order=order):
                self.order = "stop" if self.order == "stop" else order
            case Refused(reason=reason):
                self.refusal = reason

    def _check(self, seq: int) -> None:
        if seq > self._last:
            raise BusError(
                f"the hub holds event {seq} of this attempt, but only {self._last} were published "
                "here: does another process publish as the same attempt?"
            )

    def _confirm(self, seq: int) -> None:
        for confirmed in range(self._acked + 1, seq + 1):
            del self._bodies[confirmed]
        self._acked = max(self._acked, seq)
        self._next = max(self._next, self._acked + 1)
