"""The worker's end of the bus: publish events, hear orders. One thread, and none of its own.

What `publish` has returned for is in the outbox, and so survives the death of this process. It is
sent, and sent again, until the hub has acknowledged it; that goes on only inside calls, so a worker
calls `service` every second or so.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import zmq
from pydantic import ValidationError

from ..errors import BusError, ContractError
from ..record.events import SPEAKERS, kind, make_event
from ..record.fields import Payload
from .keys import Access
from .outbox import Outbox
from .outgoing import WINDOW, Outgoing
from .sockets import Context, dealer, receive, send
from .wire import EVENT_LIMIT, Hello, complaint, frames, sealed

SLICE = 0.5
"""Seconds of one wait: between waits a hello goes out when it is due."""


class Publisher:
    """Speaks for one attempt of a trial; `access` is what the hub gave when it admitted it.

    `outbox` is the path of a file that does not exist yet. `window`: how many events may be
    unacknowledged before `publish` waits. Use it in one thread. Raises BusError.
    """

    def __init__(
        self,
        endpoint: str,
        run: str,
        trial: str,
        attempt: int,
        access: Access,
        outbox: Path,
        *,
        window: int = WINDOW,
    ) -> None:
        self.trial = trial
        self.attempt = attempt
        self._hello = frames(Hello(run=run, trial=trial, attempt=attempt))
        self._run = run
        self._outgoing = Outgoing(window)
        self._outbox = Outbox(outbox)
        self._context: Context = zmq.Context()
        self._socket = dealer(self._context, endpoint, access)
        self.service()

    @property
    def order(self) -> Literal["start", "stop"] | None:
        """The order that stands, as of the last call of anything here."""
        return self._outgoing.order

    @property
    def unacknowledged(self) -> int:
        """How many events are not yet known to be in the log."""
        return self._outgoing.outstanding

    def publish(self, payload: Payload) -> int:
        """Keep an event in the outbox, send it, and give its seq.

        Waits while the window or the disk is full. Raises ContractError when the payload is not for
        a worker to say, is too large, or cannot be written as JSON and read back; BusError when the
        outbox cannot be written or the hub has refused this worker.
        """
        self._raise_refusal()
        seq = self._outgoing.next_seq
        body = self._body(payload, seq)
        while self._outgoing.full:
            self.service(SLICE)
        while not self._outbox.append(body):
            self.service(SLICE)  # The disk is full; what the hub has to say is heard meanwhile.
        self._outgoing.add(body)
        self.service()
        return seq

    def service(self, timeout: float = 0.0) -> None:
        """Send what is due, and take in acks and orders.

        Waits at most `timeout` seconds, until anything comes. Raises BusError when the hub has
        refused this worker.
        """
        self._raise_refusal()
        self._send_due()
        if self._socket.poll(int(timeout * 1000)):
            while (message := receive(self._socket)) is not None:
                self._outgoing.heard(message)
            self._send_due()
        self._raise_refusal()

    def wait(self, until: Callable[[], bool], timeout: float | None = None) -> bool:
        """Serve until the condition holds, or `timeout` seconds are over; gives whether it holds.

        Raises BusError as `service` does.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while not until():
            left = SLICE if end is None else end - time.monotonic()
            if left <= 0:
                return False
            self.service(min(left, SLICE))
        return True

    def close(self, timeout: float = 5.0) -> int:
        """Wait until all is acknowledged or the time (seconds) is over; then close.

        Gives how many events are not known to be in the log; the outbox holds them. Does not raise
        for a refusal. Closing twice is harmless.
        """
        if not self._socket.closed:
            try:
                self.wait(lambda: self._outgoing.outstanding == 0, timeout)
            except BusError:
                pass  # Refused: what is not acknowledged now never will be, and is counted.
            finally:
                self._context.destroy(linger=0)
                self._outbox.close()
        return self._outgoing.outstanding

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _body(self, payload: Payload, seq: int) -> bytes:
        name = kind(payload)
        if SPEAKERS.get(name) != "worker":
            raise ContractError(f"a worker may not say {name!r}")
        try:
            body = sealed(
                make_event(
                    payload,
                    run=self._run,
                    seq=seq,
                    t=time.time(),
                    trial=self.trial,
                    attempt=self.attempt,
                )
            )
        except ValidationError as error:
            raise ContractError(f"{name!r} cannot be published: {complaint(error)}") from error
        if len(body) > EVENT_LIMIT:
            raise ContractError(
                f"{name!r} has {len(body)} bytes as JSON; an event may have {EVENT_LIMIT}"
            )
        return body

    def _raise_refusal(self) -> None:
        if self._outgoing.refusal is not None:
            raise BusError(f"the hub refused {self.trial}: {self._outgoing.refusal}")

    def _send_due(self) -> None:
        """A hello when it is time, then events until none is left or the queue is full."""
        now = time.monotonic()
        if self._outgoing.hello_due(now) and send(self._socket, self._hello):
            self._outgoing.hello_sent(now)
        while (body := self._outgoing.unsent()) is not None:
            if not send(self._socket, [b"event", body]):
                return
            self._outgoing.sent()
