"""Tries a hub's own doors: a stranger's key must not open them, and a known key must."""

from __future__ import annotations

import time

import zmq
from zmq.utils.monitor import recv_monitor_message

from ..errors import BusError
from .endpoints import reachable
from .gate import Gate, Role
from .keys import Access, KeyPair

PATIENCE = 5.0
"""Seconds in which a handshake has to end."""

_ENDS = zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_HANDSHAKE_FAILED_AUTH


def probe(
    context: zmq.Context[zmq.Socket[bytes]], gate: Gate, role: Role, address: str, kind: int
) -> None:
    """Knock at a bound address of this role with a socket of this kind.

    Raises BusError unless it is as it should be.
    """
    stranger = Access(gate.server, KeyPair.new())
    if _admits(context, stranger, address, kind) is not False:
        raise BusError(f"{address} does not turn a stranger's key away: it is not opened")
    guest = gate.new_access(role)
    try:
        if _admits(context, guest, address, kind) is not True:
            raise BusError(f"{address} does not let a known key in: nobody could use it")
    finally:
        gate.forget(role, guest.keys.public)


def _admits(
    context: zmq.Context[zmq.Socket[bytes]], access: Access, address: str, kind: int
) -> bool | None:
    """Whether the handshake succeeds; None where it did not end in time."""
    with context.socket(kind) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.IPV6, 1)
        access.show(socket)
        monitor = socket.get_monitor_socket(_ENDS)
        try:
            socket.connect(reachable(address))
            until = time.monotonic() + PATIENCE
            while (left := until - time.monotonic()) > 0:
                if monitor.poll(int(left * 1000)):
                    event = recv_monitor_message(monitor)["event"]
                    return bool(event == zmq.EVENT_HANDSHAKE_SUCCEEDED)
            return None
        finally:
            socket.disable_monitor()
            monitor.close()
