"""Hundreds of subscribers, half of which never read: nobody notices, and readers miss nothing."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tournament.bus import Hub, Publisher
from tournament.record.log import LogWriter
from tournament.record.payloads import Closed, Note, Notice

from .tally import Tally

HERE = Path(__file__).parent
EVENTS = 400
PERIOD = 0.02
"""Seconds between two events: a worker says some tens a second at most."""

IN_ONE_PROCESS = 50
SLOWER = 0.010
"""Seconds by which the 99th percentile of `publish` may grow: what a batch of training costs."""


def crowd_the_hub(size: int, rng: random.Random) -> Iterator[Tally]:
    """Measure `publish` without subscribers and with so many."""
    del rng
    tally = Tally("subscribers, half of which never read", count=size)
    with tempfile.TemporaryDirectory(prefix="faults-") as place, ExitStack() as ends:
        folder = Path(place)
        log = ends.enter_context(LogWriter(folder / "events.jsonl"))
        hub = ends.enter_context(Hub("race-1", folder, log))
        hub.publish(Notice(text="so that there is something to hear"))
        alone = _latencies(hub, folder, 1)
        readers = _readers(hub, size - size // 2)
        idle = _idle(hub, size // 2)
        crowded = _latencies(hub, folder, 2)
        hub.publish(Closed(exit_code=0, seconds=1.0))
        good = sum(int(child.communicate()[0] or 0) for child in readers)
        for child in idle:
            child.communicate()
    if good != size - size // 2:
        tally.broken.append(f"{good} of {size - size // 2} readers saw every event once, in order")
    if crowded - alone > SLOWER:
        tally.broken.append("publish became slow")
    took = f"{alone * 1e3:.2f} ms alone, {crowded * 1e3:.2f} ms among them"
    tally.note = f"99th percentile of publish {took}"
    yield tally


def _latencies(hub: Hub, folder: Path, attempt: int) -> float:
    """The 99th percentile of the seconds that `publish` takes."""
    access = hub.admit("t", attempt)
    took = []
    with Publisher(
        hub.endpoints.ingest, "race-1", "t", attempt, access, folder / f"outbox-{attempt}"
    ) as worker:
        for number in range(EVENTS):
            begin = time.perf_counter()
            worker.publish(Note(text=str(number)))
            took.append(time.perf_counter() - begin)
            worker.service(PERIOD)
            time.sleep(max(0.0, begin + PERIOD - time.perf_counter()))
    return sorted(took)[int(0.99 * EVENTS)]


def _readers(hub: Hub, count: int) -> list[subprocess.Popen[bytes]]:
    at = hub.endpoints
    parts = [min(IN_ONE_PROCESS, count - n) for n in range(0, count, IN_ONE_PROCESS)]
    return [_child(hub, "reading_child.py", at.live, at.replay, str(part)) for part in parts]


def _idle(hub: Hub, count: int) -> list[subprocess.Popen[bytes]]:
    return [_child(hub, "idle_child.py", hub.endpoints.live, str(count))]


def _child(hub: Hub, name: str, *arguments: str) -> subprocess.Popen[bytes]:
    """One that has said that it is ready."""
    child = subprocess.Popen(
        [sys.executable, str(HERE / name), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(hub.new_monitor().text().encode() + b"\n")
    child.stdin.flush()
    assert child.stdout.readline() == b"ready\n"
    return child
