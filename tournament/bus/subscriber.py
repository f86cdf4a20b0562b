"""Everybody's view of the bus: the events of a run, in order, each once.

The referee and every monitor use the same client. It subscribes first, then asks for a replay: a
late start loses nothing. What a slow reader loses on the live stream is replayed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self

import zmq
from pydantic import ValidationError

from ..errors import BusError
from ..record.events import AnyEvent
from ..record.log import read_line
from ..record.payloads import Closed
from .following import Following
from .keys import Access
from .sockets import LIVE_QUEUE, Context, dealer, live_reader, receive, send
from .wire import BEAT_TOPIC, Beat, Chunk, Refused, Replay, complaint, frames

SLICE = 0.5
"""Seconds of one wait: between waits a replay is asked for when it is due."""

AT_ONCE = 1000
"""Live frames taken in before events are given out."""


class Rest(Protocol):
    """Where the events are found that a slow reader had not read when the hub ended."""

    def over(self) -> bool:
        """Whether the hub has ended."""

    def events(self, since: int) -> list[AnyEvent]:
        """Those from this offset on."""


class Subscriber:
    """Follows the run whose hub is at `live` and `replay`, from offset `since` on.

    `access`: the keys of a monitor. Iterating gives events until the run is closed, and raises
    BusError when nothing has been heard of the hub for `patience` seconds (it beats every second).
    `queue`: how many live frames may wait. `rest`: where the others are when the hub has ended. Use
    it in one thread; close it, or use it as a context manager.
    """

    def __init__(
        self,
        live: str,
        replay: str,
        access: Access,
        since: int = 0,
        *,
        patience: float = 30.0,
        queue: int = LIVE_QUEUE,
        rest: Rest | None = None,
    ) -> None:
        self._following = Following(since)
        self._patience = patience
        self._rest = rest
        self._heard_at = time.monotonic()
        self._context: Context = zmq.Context()
        try:
            self._live = live_reader(self._context, live, access, queue)
            self._replay = dealer(self._context, replay, access)
        except BusError:
            self._context.destroy(linger=0)
            raise
        self._poller = zmq.Poller()
        self._poller.register(self._live, zmq.POLLIN)
        self._poller.register(self._replay, zmq.POLLIN)

    @property
    def silence(self) -> float:
        """Seconds since anything was heard of the hub."""
        return time.monotonic() - self._heard_at

    @property
    def replays(self) -> int:
        """How many pieces of replay were asked for."""
        return self._following.replays

    def poll(self, timeout: float = 0.0) -> list[AnyEvent]:
        """The next events; waits for some at most `timeout` seconds. May give none.

        Raises BusError when the hub sends what cannot be understood.
        """
        end = time.monotonic() + timeout
        while True:
            left = max(0.0, end - time.monotonic())
            events = self._round(min(left, SLICE))
            if events or left == 0:
                return events

    def __iter__(self) -> Iterator[AnyEvent]:
        closed = False
        while not closed:
            for event in self._next():
                closed = self._is_last(event)
                yield event

    async def __aiter__(self) -> AsyncIterator[AnyEvent]:
        """The same for `async for`: other tasks go on while nothing comes."""
        closed = False
        while not closed:
            for event in await asyncio.to_thread(self._next):
                closed = self._is_last(event)
                yield event

    def _is_last(self, event: AnyEvent) -> bool:
        """Is the run closed with this event, as far as is known? One that was resumed goes on."""
        return isinstance(event.data, Closed) and event.offset == self._following.newest

    def _next(self) -> list[AnyEvent]:
        """Some events, or none yet. Raises BusError once there is nothing to wait for."""
        events = self.poll(SLICE)
        if events:
            return events
        if self._rest is not None and self._rest.over():
            last = self._rest.events(self._following.wanted)
            if not last:
                raise BusError("the match has ended without closing its run")
            return [next_one for event in last for next_one in self._following.live(event)]
        if self.silence > self._patience:
            raise BusError(
                f"nothing was heard of the hub for {self._patience:g} s; has it ended, or does it "
                "not know these keys?"
            )
        return []

    def close(self) -> None:
        """Close the sockets. Closing twice is harmless."""
        self._context.destroy(linger=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _round(self, wait: float) -> list[AnyEvent]:
        self._ask()
        if not self._poller.poll(int(wait * 1000)):
            return []
        self._heard_at = time.monotonic()
        events = []
        for _ in range(AT_ONCE):
            message = receive(self._live)
            if message is None:
                break
            events += self._take_live(message)
        while (message := receive(self._replay)) is not None:
            events += self._take_replay(message)
        return events

    def _ask(self) -> None:
        since = self._following.request(time.monotonic())
        if since is not None:
            send(self._replay, frames(Replay(since=since)))

    def _take_live(self, message: Sequence[bytes]) -> list[AnyEvent]:
        match message:
            case [topic, body] if topic == BEAT_TOPIC:
                try:
                    self._following.beat(Beat.model_validate_json(body).offset)
                except ValidationError as error:
                    raise BusError(f"the hub's beat is malformed: {complaint(error)}") from error
                return []
            case [_, line]:
                return self._following.live(_event(line))
            case _:
                raise BusError(f"the hub sent a live message of {len(message)} frames, not 2")

    def _take_replay(self, message: Sequence[bytes]) -> list[AnyEvent]:
        try:
            match message:
                case [b"chunk", head, lines]:
                    chunk = Chunk.model_validate_json(head)
                    events = [_event(line) for line in lines.split(b"\n")] if lines else []
                    return self._following.replayed(events, chunk.next, chunk.more)
                case [b"refused", body]:
                    reason = Refused.model_validate_json(body).reason
                    raise BusError(f"the hub refused to replay: {reason}")
                case _:
                    raise BusError("the hub sent an unknown answer instead of a replay")
        except ValidationError as error:
            raise BusError(f"the hub's replay is malformed: {complaint(error)}") from error


def _event(line: bytes) -> AnyEvent:
    try:
        return read_line(line)[0]
    except ValueError as error:
        raise BusError(f"the hub sent what is not a line of its log: {line[:200]!r}") from error
