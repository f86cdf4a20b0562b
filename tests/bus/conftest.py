"""Real hubs, workers and subscribers, and peers that send whatever they like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import zmq

from tournament.bus import Hub, Publisher, Subscriber
from tournament.bus.keys import Access
from tournament.bus.sockets import dealer
from tournament.record.events import AnyEvent
from tournament.record.log import LogWriter, read_line

RUN = "race-1"
PATIENCE_MS = 20_000


class Peer:
    """A DEALER with keys, and without any manners."""

    def __init__(
        self, context: zmq.Context[zmq.Socket[bytes]], endpoint: str, access: Access
    ) -> None:
        self._socket = dealer(context, endpoint, access)

    def send(self, *frames: bytes) -> None:
        self._socket.send_multipart(frames)

    def hear(self) -> list[bytes]:
        """The next message from the hub."""
        assert self._socket.poll(PATIENCE_MS), "the hub did not answer"
        return self._socket.recv_multipart()

    def hear_until(self, kind: bytes) -> list[bytes]:
        """The next message of this kind; others are dropped."""
        while (message := self.hear())[0] != kind:
            pass
        return message

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[LogWriter]:
    with LogWriter(tmp_path / "events.jsonl") as log:
        yield log


@pytest.fixture
def hub(tmp_path: Path, log: LogWriter) -> Iterator[Hub]:
    with Hub(RUN, tmp_path, log) as hub:
        yield hub


@pytest.fixture
def logged(log: LogWriter) -> Callable[[], list[AnyEvent]]:
    """What is in the log's file now, while its writer is at work."""

    def read() -> list[AnyEvent]:
        *lines, _ = log.path.read_bytes().split(b"\n")
        return [read_line(line)[0] for line in lines]

    return read


@pytest.fixture
def worker(hub: Hub, tmp_path: Path) -> Iterator[Callable[..., Publisher]]:
    """Makes publishers of admitted trials."""
    with ExitStack() as stack:

        def make(trial: str = "a", attempt: int = 0, **options: Any) -> Publisher:
            access = hub.admit(trial, attempt)
            outbox = tmp_path / f"{trial}-{attempt}.jsonl"
            endpoint = hub.endpoints.ingest
            made = Publisher(endpoint, RUN, trial, attempt, access, outbox, **options)
            stack.callback(made.close, timeout=0)
            return made

        yield make


@pytest.fixture
def subscriber(hub: Hub) -> Iterator[Callable[..., Subscriber]]:
    """Makes subscribers."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(
            Subscriber(hub.endpoints.live, hub.endpoints.replay, hub.new_monitor(), **options)
        )


@pytest.fixture
def peer() -> Iterator[Callable[[str, Access], Peer]]:
    """Makes peers at an address."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    with ExitStack() as stack:
        stack.callback(context.destroy, linger=0)

        def make(endpoint: str, access: Access) -> Peer:
            made = Peer(context, endpoint, access)
            stack.callback(made.close)
            return made

        yield make


@pytest.fixture
def take() -> Callable[[Subscriber, int], list[AnyEvent]]:
    """The next `count` events of a subscriber."""

    def collect(subscriber: Subscriber, count: int) -> list[AnyEvent]:
        events: list[AnyEvent] = []
        while len(events) < count:
            more = subscriber.poll(PATIENCE_MS / 1000)
            assert more, f"only {len(events)} of {count} events came"
            events += more
        return events

    return collect
