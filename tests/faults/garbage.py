"""Whatever reaches a socket of the hub: it lives, counts, and nothing of it gets into the log."""

from __future__ import annotations

import random
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlparse

import zmq

from tests.bus.test_gate import free_address
from tournament.bus import Hub, Publisher, Subscriber
from tournament.bus.endpoints import gallery_addresses
from tournament.bus.keyring import Keyring, read_key_file
from tournament.bus.keys import Access
from tournament.bus.wire import Hello, Replay, StopRun, frames
from tournament.record.events import make_event, write_event
from tournament.record.log import LogWriter
from tournament.record.payloads import Closed, Note

from .publishers import out_of_order
from .tally import Tally

RUN = "race-1"
PLACES = ("ingest", "replay", "control", "live", "live over tcp", "replay over tcp")
BEFORE_CUT = 90
"""Messages of one connection: after a hundred bad ones it is ignored, and nothing is tried."""

RAW = 20
"""So many times fewer are connections with bytes that are no ZeroMQ at all."""

HONEST = 50
GREETING = b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x01CURVE" + bytes(15)


class _Target:
    """A hub with all its sockets, and the addresses and keys of each."""

    def __init__(self, folder: Path, ends: ExitStack) -> None:
        keyring, address = Keyring(folder / "keys"), free_address()
        self.key = read_key_file(keyring.new("wild", folder))
        self.log = ends.enter_context(LogWriter(folder / "events.jsonl"))
        self.hub = ends.enter_context(Hub(RUN, folder, self.log, address, keyring))
        live, replay = gallery_addresses(address)
        at = self.hub.endpoints
        self.addresses = dict(
            zip(PLACES, (at.ingest, at.replay, at.control, at.live, live, replay), strict=True)
        )
        self.worker = self.hub.admit("wild", 1)

    def access(self, place: str) -> Access:
        if "tcp" in place:
            return self.key
        if place == "ingest":
            return self.worker
        return self.hub.new_operator() if place == "control" else self.hub.new_monitor()


def send_garbage(size: int, rng: random.Random) -> Iterator[Tally]:
    """So many mutated messages and raw bytes, while an honest worker and reader go on."""
    tally = Tally("mutated frames and raw garbage on every socket")
    with tempfile.TemporaryDirectory(prefix="faults-") as place, ExitStack() as ends:
        folder = Path(place)
        target = _Target(folder, ends)
        honest = target.hub.admit("honest", 1)
        worker = ends.enter_context(
            Publisher(target.addresses["ingest"], RUN, "honest", 1, honest, folder / "outbox")
        )
        at, key = target.hub.endpoints, target.hub.new_monitor()
        reader = ends.enter_context(Subscriber(at.live, at.replay, key))
        said = 0
        while tally.count < size:
            tally.count += _connection(target, rng)
            if rng.random() < 1 / RAW:
                tally.count += _raw(target, rng)
            if said < HONEST and rng.random() < 0.2:
                worker.publish(Note(text=str(said)))
                said += 1
        if not worker.wait(lambda: worker.unacknowledged == 0, 30.0):
            tally.broken.append("the honest worker was not acknowledged any more")
        target.hub.publish(Closed(exit_code=0, seconds=1.0))
        tally.broken += _harm(target, reader, said)
        counters = target.hub.counters
        tally.note = f"{counters.malformed:,} refused, {counters.strangers:,} of strangers"
    yield tally


def _harm(target: _Target, reader: Subscriber, said: int) -> Iterator[str]:
    """What is not as it would be without the garbage. An event of one's own may get in."""
    events = list(reader)
    mine = [event.data for event in events if event.trial == "honest"]
    if mine != [Note(text=str(number)) for number in range(said)]:
        yield f"the honest worker said {said} things, {len(mine)} were heard"
    strange = {event.trial for event in events} - {"honest", "wild", None}
    if strange or sum(event.trial is None for event in events) != 1:
        yield f"somebody else got into the log: {strange}"
    if target.hub.failure is not None or target.hub.stops:
        yield f"the hub failed, or was stopped: {target.hub.failure}"
    yield from out_of_order(target.log.path)


def _connection(target: _Target, rng: random.Random) -> int:
    """One connection with mutated messages; gives how many."""
    place = rng.choice(PLACES)
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    wild = context.socket(zmq.XSUB if place.startswith("live") else zmq.DEALER)
    wild.setsockopt(zmq.LINGER, 1000)
    wild.setsockopt(zmq.SNDTIMEO, 5000)
    target.access(place).show(wild)
    wild.connect(target.addresses[place])
    sent = 0
    with suppress(zmq.Again):
        for _ in range(BEFORE_CUT):
            wild.send_multipart(mutated(rng))
            sent += 1
    context.destroy(linger=1000)
    return sent


def mutated(rng: random.Random) -> list[bytes]:
    """A message that is nearly one, or none at all; never the order to stop."""
    message = [*rng.choice(MODELS)]
    for _ in range(rng.randint(1, 4)):
        where = rng.randrange(len(message))
        match rng.randrange(6):
            case 0:
                message[where] = _flipped(message[where], rng)
            case 1:
                message[where] = message[where][: rng.randrange(len(message[where]) + 1)]
            case 2:
                message[where] += rng.randbytes(rng.randrange(1, 40))
            case 3:
                message.insert(where, rng.randbytes(rng.randrange(20)))
            case 4 if len(message) > 1:
                del message[where]
            case _:
                message[where] = rng.randbytes(rng.randrange(200))
    return message if message not in MODELS[-2:] else [b"junk"]


def _flipped(frame: bytes, rng: random.Random) -> bytes:
    if not frame:
        return b"\x00"
    at = rng.randrange(len(frame))
    return frame[:at] + bytes([frame[at] ^ (1 << rng.randrange(8))]) + frame[at + 1 :]


def _event(seq: int) -> list[bytes]:
    said = Note(text="wild " + "x" * seq)
    return [
        b"event",
        write_event(make_event(said, run=RUN, seq=seq, t=1.0, trial="wild", attempt=1)),
    ]


MODELS = [
    frames(Hello(run=RUN, trial="wild", attempt=1)),
    *(_event(seq) for seq in (1, 2, 3)),
    frames(Replay(since=0)),
    frames(Replay(since=3)),
    [b"\x01note/"],
    [b"\x00"],
    frames(StopRun()),
    frames(StopRun(now=True)),
]
"""Good messages. The last two would stop the run, and are sent in pieces only."""


def _raw(target: _Target, rng: random.Random) -> int:
    """Bytes below ZeroMQ, or half a greeting."""
    address = urlparse(target.addresses[rng.choice(PLACES)])
    start = GREETING[: rng.randrange(len(GREETING) + 1)] if rng.random() < 0.5 else b""
    family = socket.AF_UNIX if address.scheme == "ipc" else socket.AF_INET
    place = address.path if address.scheme == "ipc" else (address.hostname, address.port)
    with socket.socket(family) as raw, suppress(OSError):
        raw.settimeout(5.0)
        raw.connect(place)
        raw.sendall(start + rng.randbytes(rng.randrange(5000)))
    return 1
