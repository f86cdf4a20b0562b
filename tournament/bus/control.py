"""What operators ask for: a ROUTER for their requests, and a box in which the match finds them."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from pydantic import ValidationError

from .conduct import Conduct, Counters
from .rejects import Rejects
from .sockets import Socket, receive_known, send
from .wire import Accepted, Answer, Refused, StopRun, complaint, frames

AT_ONCE = 32
"""Requests answered in one turn of the hub."""


class Wishes:
    """How often operators asked to stop. The hub's thread counts, the match's reads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stops = 0

    def ask_to_stop(self, times: int) -> None:
        """One more request to stop; twice: without waiting."""
        with self._lock:
            self._stops += times

    @property
    def stops(self) -> int:
        """How often a stop was asked for."""
        with self._lock:
            return self._stops


class Control:
    """Answers the requests that wait on a ROUTER which admits operators only."""

    def __init__(
        self, socket: Socket, wishes: Wishes, counters: Counters, rejects: Rejects
    ) -> None:
        self._socket = socket
        self._wishes = wishes
        self._counters = counters
        self._rejects = rejects
        self._conduct = Conduct()

    def serve(self) -> int:
        """Answer some waiting requests; gives how many messages it took."""
        for taken in range(AT_ONCE):
            received = receive_known(self._socket)
            if received is None:
                return taken
            self._answer(received.connection, received.frames)
        return AT_ONCE

    def _answer(self, connection: bytes, request: Sequence[bytes]) -> None:
        if self._conduct.is_cut(connection):
            self._counters.ignored += 1
            return
        match request:
            case [b"stoprun", body]:
                try:
                    asked = StopRun.model_validate_json(body)
                except ValidationError as error:
                    self._refuse(connection, f"stoprun: {complaint(error)}", body)
                    return
                self._wishes.ask_to_stop(2 if asked.now else 1)
                self._send(connection, Accepted())
            case _:
                reason = "expected two frames: stoprun, and its body"
                self._refuse(connection, reason, b" ".join(request))

    def _refuse(self, connection: bytes, reason: str, body: bytes) -> None:
        self._counters.malformed += 1
        self._counters.cut += self._conduct.offend(connection)
        self._rejects.write("control", connection, reason, body)
        self._send(connection, Refused(reason=reason))

    def _send(self, connection: bytes, answer: Answer) -> None:
        if not send(self._socket, [connection, *frames(answer)]):
            self._counters.undelivered += 1
