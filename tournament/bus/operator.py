"""An operator's requests to a hub."""

from __future__ import annotations

from pathlib import Path

from ..errors import BusError
from .door import read_door
from .sockets import Context, dealer, receive, send
from .wire import StopRun, frames

PATIENCE_MS = 10_000


def ask_to_stop(door: Path, *, now: bool) -> None:
    """Ask the match behind the door to stop. Raises BusError when it does not answer."""
    opened = read_door(door)
    with Context() as context:
        socket = dealer(context, opened.control, opened.commanding)
        try:
            if not send(socket, frames(StopRun(now=now))) or not socket.poll(PATIENCE_MS):
                raise BusError(f"the match of {door.parent} does not answer; is it still running?")
            answer = receive(socket) or [b"nothing"]
        finally:
            socket.close(linger=0)
    if answer[0] != b"accepted":
        raise BusError(f"the match of {door.parent} refused: {answer[-1].decode(errors='replace')}")
