"""A link that dies without a word: both ends stay open, and nothing comes through any more."""

from __future__ import annotations

import random
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.bus.test_gate import free_address
from tournament.bus import Hub, Subscriber
from tournament.bus.endpoints import gallery_addresses
from tournament.bus.keyring import Keyring, read_key_file
from tournament.record.log import LogWriter
from tournament.record.payloads import Closed, Notice

from .tally import Tally

TOGETHER = 40
EVENTS = 200
PERIOD = 0.02
LONGEST = 60.0
"""Seconds in which everybody has to have caught up."""


class Proxy:
    """Passes bytes on between a port of its own and another one, until a link is frozen."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._links: list[threading.Event] = []
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.accepted = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self) -> None:
        """Nothing comes through the links of now any more; nobody is told."""
        for link in self._links:
            link.set()

    def close(self) -> None:
        for each in [self._listener, *self._sockets]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near = self._listener.accept()[0]
                far = socket.create_connection(self._target)
                frozen = threading.Event()
                self._links.append(frozen)
                self._sockets += [near, far]
                self.accepted += 1
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=_pass, args=(*ends, frozen), daemon=True).start()


def _pass(source: socket.socket, sink: socket.socket, frozen: threading.Event) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            if frozen.is_set():
                return  # Neither end is closed.
            sink.sendall(data)
        source.shutdown(socket.SHUT_RDWR)
        sink.shutdown(socket.SHUT_RDWR)


def freeze_links(size: int, rng: random.Random) -> Iterator[Tally]:
    """Freeze the links of remote readers at random moments; each notices and misses nothing."""
    tally = Tally("connection half-open: a proxy falls silent")
    while tally.count < size:
        with tempfile.TemporaryDirectory(prefix="faults-") as place, ExitStack() as ends:
            _round(Path(place), min(TOGETHER, size - tally.count), rng, tally, ends)
    yield tally


def _round(folder: Path, count: int, rng: random.Random, tally: Tally, ends: ExitStack) -> None:
    keyring, address = Keyring(folder / "keys"), free_address()
    key = read_key_file(keyring.new("reader", folder))
    log = ends.enter_context(LogWriter(folder / "events.jsonl"))
    hub = ends.enter_context(Hub("race-1", folder, log, address, keyring))
    ports = [int(each.rpartition(":")[2]) for each in gallery_addresses(address)]
    readers = []
    for _ in range(count):
        proxies = [Proxy(("127.0.0.1", port)) for port in ports]
        for proxy in proxies:
            ends.callback(proxy.close)
        places = [f"tcp://127.0.0.1:{proxy.port}" for proxy in proxies]
        readers.append(_Reader(ends.enter_context(Subscriber(*places, key)), proxies))
    threads = [threading.Thread(target=reader.read) for reader in readers]
    for thread in threads:
        thread.start()
    _publish(hub, readers, rng)
    for thread in threads:
        thread.join(LONGEST)
    for reader in readers:
        tally.count += 1
        tally.broken += reader.complaints()
        tally.seconds.append(reader.healed - reader.frozen)


def _publish(hub: Hub, readers: list[_Reader], rng: random.Random) -> None:
    """Say something again and again; at a moment of its own each reader is cut off."""
    moments: dict[int, list[_Reader]] = {}
    for reader in readers:
        moments.setdefault(rng.randrange(20, EVENTS), []).append(reader)
    for number in range(EVENTS):
        hub.publish(Notice(text=str(number))).result()
        for reader in moments.get(number, []):
            reader.freeze()
        time.sleep(PERIOD)
    until = time.monotonic() + LONGEST
    while time.monotonic() < until and not all(reader.caught_up for reader in readers):
        time.sleep(PERIOD)
    hub.publish(Closed(exit_code=0, seconds=1.0)).result()


class _Reader:
    """A subscriber behind two proxies, read by a thread of its own."""

    def __init__(self, subscriber: Subscriber, proxies: list[Proxy]) -> None:
        self._subscriber, self._proxies = subscriber, proxies
        self._offsets: list[int | None] = []
        self.frozen = self.healed = 0.0

    @property
    def caught_up(self) -> bool:
        return len(self._offsets) >= EVENTS

    def freeze(self) -> None:
        for proxy in self._proxies:
            proxy.freeze()
        self.frozen = time.monotonic()

    def read(self) -> None:
        for event in self._subscriber:
            if self.frozen and not self.healed:
                self.healed = time.monotonic()
            self._offsets.append(event.offset)

    def complaints(self) -> Iterator[str]:
        if self._offsets != list(range(EVENTS + 1)):
            yield f"a reader saw {len(self._offsets)} of {EVENTS + 1} events"
        if sum(proxy.accepted for proxy in self._proxies) < 3:
            yield "a reader did not notice that its link was dead"
