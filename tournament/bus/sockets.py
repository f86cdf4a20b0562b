"""ZeroMQ sockets with the options that they need here, and their use without blocking.

High-water marks are set before bind and connect, since later they have no effect. Nothing here
blocks: a peer that does not read must not hold up the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import zmq

from ..errors import BusError
from .gate import Gate, Role
from .keys import Access
from .wire import FRAME_LIMIT, FRAMES_LIMIT

Socket = zmq.Socket[bytes]
Context = zmq.Context[Socket]

QUEUE = 1000
"""Messages waiting between a hub and one worker or one replay, in each direction."""

LIVE_QUEUE = 10_000
"""Events waiting for one subscriber; further ones are lost for it, and replayed later."""

BEAT_MS = 2000
DEAD_MS = 6000
"""Link beats of ZMTP, and the silence after which a link counts as dead, in milliseconds."""

FAREWELL_MS = 1000
"""How long a closing hub waits for its last messages to leave, in milliseconds."""

SUBSCRIPTION_LIMIT = 1024
"""The largest subscription that a hub takes in, in bytes."""


def hub_router(context: Context, gate: Gate, role: Role, address: str) -> Socket:
    """A bound ROUTER that says when a peer is gone or full instead of dropping silently."""
    socket = _socket(context, zmq.ROUTER, QUEUE)
    socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
    socket.setsockopt(zmq.MAXMSGSIZE, FRAME_LIMIT)
    gate.guard(socket, role)
    return _bound(socket, address)


def hub_live(context: Context, gate: Gate, address: str) -> Socket:
    """A bound XPUB that hears of every new subscriber."""
    socket = _socket(context, zmq.XPUB, LIVE_QUEUE)
    socket.setsockopt(zmq.XPUB_VERBOSE, 1)
    socket.setsockopt(zmq.MAXMSGSIZE, SUBSCRIPTION_LIMIT)
    gate.guard(socket, "monitor")
    return _bound(socket, address)


def dealer(context: Context, address: str, access: Access) -> Socket:
    """A DEALER connected to a hub's ROUTER. What is unsent at its end is dropped."""
    return _connected(_socket(context, zmq.DEALER, QUEUE), address, access)


def live_reader(context: Context, address: str, access: Access, queue: int) -> Socket:
    """A SUB connected to a hub's XPUB, subscribed to everything."""
    socket = _socket(context, zmq.SUB, queue)
    socket.setsockopt(zmq.SUBSCRIBE, b"")
    return _connected(socket, address, access)


@dataclass(frozen=True)
class Received:
    """A message that came to a ROUTER: over which connection, from the owner of which public key.

    Who sent it says the key, which was proved; the connection is only where an answer goes.
    """

    connection: bytes
    key: str
    frames: Sequence[bytes]


def receive_known(socket: Socket) -> Received | None:
    """The next message of a guarded ROUTER with its sender, None when none waits."""
    taken = _take(socket)
    if taken is None:
        return None
    connection, *frames = taken
    key = str((frames or taken)[-1].get("User-Id"))
    return Received(connection.bytes, key, [frame.bytes for frame in frames])


def receive(socket: Socket) -> list[bytes] | None:
    """The next message, None when none waits."""
    taken = _take(socket)
    return None if taken is None else [frame.bytes for frame in taken]


def _take(socket: Socket) -> list[zmq.Frame] | None:
    """The frames of the next message; of too many only so many are kept that it shows."""
    try:
        frame = socket.recv(zmq.NOBLOCK, copy=False)
    except zmq.Again:
        return None
    frames = [frame]
    while frame.more:
        frame = socket.recv(copy=False)
        if len(frames) <= FRAMES_LIMIT:
            frames.append(frame)
    return frames


def send(socket: Socket, frames: Sequence[bytes]) -> bool:
    """Send without waiting; False when the peer's queue is full or the peer is gone."""
    try:
        socket.send_multipart(frames, zmq.NOBLOCK)
    except zmq.Again:
        return False
    except zmq.ZMQError as error:
        if error.errno == zmq.EHOSTUNREACH:
            return False
        raise
    return True


def _socket(context: Context, kind: int, queue: int) -> Socket:
    socket = context.socket(kind)
    for option, value in (
        (zmq.SNDHWM, queue),
        (zmq.RCVHWM, queue),
        (zmq.LINGER, FAREWELL_MS),
        (zmq.IPV6, 1),
        (zmq.HEARTBEAT_IVL, BEAT_MS),
        (zmq.HEARTBEAT_TIMEOUT, DEAD_MS),
    ):
        socket.setsockopt(option, value)
    return socket


def _connected(socket: Socket, address: str, access: Access) -> Socket:
    socket.setsockopt(zmq.LINGER, 0)
    access.show(socket)
    try:
        socket.connect(address)
    except zmq.ZMQError as error:
        socket.close(linger=0)
        raise BusError(f"cannot connect to {address}: {error.strerror}") from error
    return socket


def _bound(socket: Socket, address: str) -> Socket:
    try:
        socket.bind(address)
    except zmq.ZMQError as error:
        socket.close(linger=0)
        raise BusError(f"cannot bind {address}: {error.strerror}") from error
    return socket
