"""Where subscribers watch from: a live stream, and replays of what they missed.

A hub has a local gallery, and if it is asked to, one over TCP. The second is closed and opened
again when a key has been revoked: whoever is still listed comes back by itself, and replays.
"""

from __future__ import annotations

from collections.abc import Sequence

import zmq

from .conduct import Counters
from .gate import Gate
from .probe import probe
from .rejects import Rejects
from .replay import Pages
from .requests import Requests
from .sockets import Context, Socket, hub_live, hub_router, receive, send
from .wire import Replay

BATCH = 256
"""So many subscriptions are read in one turn."""


class Gallery:
    """Binds the addresses `live` and `replay`, for monitors. Raises BusError where that fails."""

    def __init__(
        self,
        context: Context,
        gate: Gate,
        addresses: tuple[str, str],
        pages: Pages,
        counters: Counters,
        rejects: Rejects,
    ) -> None:
        live, replay = addresses
        self._counters = counters
        self._rejects = rejects
        self._live = hub_live(context, gate, live)
        try:
            self._replay = hub_router(context, gate, "monitor", replay)
        except BaseException:
            self._live.close(linger=0)
            raise
        self._requests = Requests(
            "replay", self._replay, Replay, lambda asked: pages.page(asked.since), counters, rejects
        )

    @property
    def sockets(self) -> tuple[Socket, Socket]:
        """Those that may have something to read."""
        return self._live, self._replay

    def publish(self, frames: Sequence[bytes]) -> None:
        """Send to everybody who is there; who reads too slowly misses it, and replays."""
        send(self._live, frames)

    def serve(self) -> int:
        """Answer some requests for replays; gives how many messages it took."""
        return self._requests.serve()

    def greet(self) -> bool:
        """Read what subscribers send; true when one has just subscribed."""
        greeted = False
        for _ in range(BATCH):
            received = receive(self._live)
            if received is None:
                break
            if received[0][:1] not in (b"\x00", b"\x01"):
                self._counters.malformed += 1
                self._rejects.write("live", b"", "expected a subscription", received[0])
            greeted |= received[0][:1] == b"\x01"
        return greeted

    def close(self) -> None:
        """Close all connections at once."""
        for socket in self.sockets:
            socket.close(linger=0)


def probe_gallery(context: Context, gate: Gate, addresses: tuple[str, str]) -> None:
    """Make sure that strangers are turned away, and that who is known gets in. Raises BusError."""
    for address, kind in zip(addresses, (zmq.SUB, zmq.DEALER), strict=True):
        probe(context, gate, "monitor", address, kind)
