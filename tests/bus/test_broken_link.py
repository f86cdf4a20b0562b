"""A link that breaks while events are under way: a new connection, and nothing lost."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlparse

import pytest

from tournament.bus import Hub, Publisher
from tournament.record.events import AnyEvent
from tournament.record.payloads import Note, Start

RUN = "race-1"


class Relay:
    """Passes bytes between a worker and the hub, until it is told to break the link."""

    def __init__(self, path: Path, target: Path) -> None:
        self.links = 0
        self._target = str(target)
        self._sockets: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every link."""
        for end in self._sockets:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self.cut()

    def _accept(self) -> None:
        with self._listener, suppress(OSError):
            while True:
                near = self._listener.accept()[0]
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._target)
                self._sockets += [near, far]
                self.links += 1
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(4096):
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)
        source.close()


@pytest.fixture
def relay(hub: Hub) -> Iterator[Relay]:
    target = Path(urlparse(hub.endpoints.ingest).path)
    made = Relay(target.with_name("relay"), target)
    yield made
    made.close()


@pytest.fixture
def publisher(hub: Hub, relay: Relay, tmp_path: Path) -> Iterator[Publisher]:
    access = hub.admit("a", 0)
    endpoint = hub.endpoints.ingest.replace("ingest", "relay")
    with Publisher(endpoint, RUN, "a", 0, access, tmp_path / "outbox.jsonl") as made:
        yield made


def test_what_was_under_way_when_a_link_broke_is_sent_again(
    publisher: Publisher, relay: Relay, logged: Callable[[], list[AnyEvent]]
) -> None:
    for number in range(3000):
        publisher.publish(Note(text=str(number)))
        if number in (700, 1900):
            relay.cut()
    assert publisher.close(timeout=30) == 0
    assert relay.links >= 3
    assert [event.seq for event in logged()] == list(range(1, 3001))


def test_an_order_given_while_the_link_was_broken_is_heard_afterwards(
    publisher: Publisher, relay: Relay, hub: Hub
) -> None:
    publisher.publish(Note(text="1"))
    assert publisher.wait(lambda: publisher.unacknowledged == 0, timeout=20)
    relay.cut()
    hub.publish(Start(because=0, trials=("a",))).result()
    assert publisher.wait(lambda: publisher.order == "start", timeout=20)
