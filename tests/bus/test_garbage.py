"""Whatever reaches a socket of the hub: it lives, counts, and its state is unchanged."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest
import zmq

from tournament.bus import Hub, Publisher, Subscriber
from tournament.bus.keys import Access
from tournament.record.payloads import Closed, Note


def garbage(seed: int, count: int) -> Iterator[list[bytes]]:
    """Messages of some frames: random bytes, near misses, empty ones."""
    rng = random.Random(seed)
    kinds = [b"hello", b"event", b"replay", b"ack", b"", b"\x01", b"\x00", b"\xff" * 40]
    bodies = [b"{}", b"null", b"[" * 5000, b'{"v": 1}', b'{"v": 1, "since": -1}', b"", b"\xff\xfe"]
    for _ in range(count):
        frames = [rng.choice(kinds), rng.choice([*bodies, rng.randbytes(rng.randrange(200))])]
        yield frames[: rng.randint(1, 2)] + [b"more"] * rng.choice([0, 0, 0, 1, 20])


def access_to(hub: Hub, place: str) -> Access:
    return hub.admit("wild", 0) if place == "ingest" else hub.new_monitor()


def connect(socket: zmq.Socket[bytes], hub: Hub, place: str) -> None:
    access = access_to(hub, place)
    socket.setsockopt(zmq.LINGER, 0)
    access.show(socket)
    socket.connect(getattr(hub.endpoints, place))


def still_works(hub: Hub, worker: Callable[..., Publisher], subscriber: Subscriber) -> None:
    publisher = worker("a")
    for number in range(5):
        publisher.publish(Note(text=str(number)))
    assert publisher.close() == 0
    hub.publish(Closed(exit_code=0, seconds=1.0))
    assert [event.offset for event in subscriber] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("place", ["ingest", "replay"])
def test_garbage_is_answered_until_the_patience_ends_and_then_ignored(
    hub: Hub,
    peer: Callable[..., Any],
    worker: Callable[..., Publisher],
    subscriber: Callable[..., Subscriber],
    tmp_path: Path,
    place: str,
) -> None:
    wild = peer(getattr(hub.endpoints, place), access_to(hub, place))
    for frames in garbage(seed=1, count=2000):
        wild.send(*frames)
    for _ in range(100):
        assert wild.hear()[0] in (b"refused", b"chunk")
    still_works(hub, worker, subscriber())
    for _ in range(100_000):
        wild.send(b"junk")
        if hub.counters.ignored:
            break
    assert hub.counters.ignored > 0
    assert hub.counters.malformed == 100
    assert hub.counters.cut == 1
    lines = [json.loads(line) for line in (tmp_path / "rejected.jsonl").read_text().splitlines()]
    # One line for each refusal, one for the cut, but only some in a second.
    assert 0 < len(lines) < 101
    assert len(lines) + hub.counters.unwritten == 100 + (place == "ingest")
    assert {line["socket"] for line in lines} == {place}


def test_garbage_on_the_live_socket_is_counted(
    hub: Hub, worker: Callable[..., Publisher], subscriber: Callable[..., Subscriber]
) -> None:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    wild = context.socket(zmq.XSUB)
    connect(wild, hub, "live")
    wild.send(b"\x01")
    assert wild.poll(20_000)
    for frames in garbage(seed=2, count=500):
        wild.send_multipart(frames)
    still_works(hub, worker, subscriber())
    for _ in range(100_000):
        wild.send(b"junk")
        if hub.counters.malformed:
            break
    assert hub.counters.malformed > 0
    context.destroy(linger=0)


@pytest.mark.parametrize("place", ["ingest", "live", "replay"])
def test_bytes_that_are_not_zeromq_at_all_do_no_harm(
    hub: Hub, worker: Callable[..., Publisher], subscriber: Callable[..., Subscriber], place: str
) -> None:
    rng = random.Random(3)
    for _ in range(20):
        with socket.socket(socket.AF_UNIX) as raw:
            raw.connect(urlparse(getattr(hub.endpoints, place)).path)
            try:
                raw.sendall(rng.randbytes(rng.randrange(1, 5000)))
            except BrokenPipeError:
                continue
    still_works(hub, worker, subscriber())


@pytest.mark.parametrize("place", ["ingest", "live", "replay"])
def test_a_frame_that_is_too_large_costs_its_sender_the_link_only(
    hub: Hub,
    worker: Callable[..., Publisher],
    subscriber: Callable[..., Subscriber],
    place: str,
) -> None:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    large = context.socket(zmq.XSUB if place == "live" else zmq.DEALER)
    monitor = large.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    connect(large, hub, place)
    large.send(b"\x01" * 70_000)
    assert monitor.poll(20_000), "the hub did not disconnect the sender"
    large.disable_monitor()
    context.destroy(linger=0)
    still_works(hub, worker, subscriber())
    assert hub.counters.malformed == 0
