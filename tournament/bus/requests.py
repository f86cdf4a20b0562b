"""Answers requests on a ROUTER that knows one verb: a frame with its name, one with its body."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from pydantic import ValidationError

from .conduct import Conduct, Counters
from .rejects import Rejects
from .sockets import Socket, receive_known, send
from .wire import Answer, Refused, Request, complaint, frames

AT_ONCE = 32
"""Requests answered in one turn of the hub, so that they do not delay events."""

Asked = TypeVar("Asked", bound=Request)


class Requests(Generic[Asked]):
    """Answers what waits on the socket, by `answer`, which may give more frames than a message.

    `verb` is the only request that is understood; `name` is what the socket is called where
    refusals are noted. Nothing that a peer sends makes it raise.
    """

    def __init__(
        self,
        name: str,
        socket: Socket,
        verb: type[Asked],
        answer: Callable[[Asked], tuple[Answer, *tuple[bytes, ...]]],
        counters: Counters,
        rejects: Rejects,
    ) -> None:
        self._name = name
        self._socket = socket
        self._verb = verb
        self._answer = answer
        self._counters = counters
        self._rejects = rejects
        self._conduct = Conduct()

    def serve(self) -> int:
        """Answer some waiting requests; gives how many messages it took."""
        for taken in range(AT_ONCE):
            received = receive_known(self._socket)
            if received is None:
                return taken
            if self._conduct.is_cut(received.connection):
                self._counters.ignored += 1
            else:
                self._reply(received.connection, received.frames)
        return AT_ONCE

    def _reply(self, connection: bytes, request: Sequence[bytes]) -> None:
        verb = self._verb.__name__.lower()
        if len(request) != 2 or request[0] != verb.encode():
            reason = f"expected two frames: {verb}, and its body"
            self._refuse(connection, reason, b" ".join(request))
            return
        try:
            asked = self._verb.model_validate_json(request[1])
        except ValidationError as error:
            self._refuse(connection, f"{verb}: {complaint(error)}", request[1])
            return
        answer, *more = self._answer(asked)
        self._send(connection, answer, *more)

    def _refuse(self, connection: bytes, reason: str, body: bytes) -> None:
        self._counters.malformed += 1
        self._counters.cut += self._conduct.offend(connection)
        self._rejects.write(self._name, connection, reason, body)
        self._send(connection, Refused(reason=reason))

    def _send(self, connection: bytes, answer: Answer, *more: bytes) -> None:
        if not send(self._socket, [connection, *frames(answer), *more]):
            self._counters.undelivered += 1
