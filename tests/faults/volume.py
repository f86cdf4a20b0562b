"""More events than any race has: nothing is lost, and the hub's memory stays flat."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tournament.bus import Hub
from tournament.record.log import LogWriter

from .publishers import out_of_order
from .tally import Tally

CHILD = Path(__file__).with_name("flooding_child.py")
WORKERS = 2
GROWTH = 16_000_000
"""Bytes by which the hub may grow between a tenth of the events and the last one."""


def flood(size: int, rng: random.Random) -> Iterator[Tally]:
    """So many events in all, of two workers at full speed."""
    del rng
    tally = Tally("volume")
    with tempfile.TemporaryDirectory(prefix="faults-") as place:
        folder, begin = Path(place), time.perf_counter()
        with LogWriter(folder / "events.jsonl") as log, Hub("race-1", folder, log) as hub:
            children = [_start(hub, folder, n, size // WORKERS) for n in range(WORKERS)]
            early = _memory_at(log, size // 10, children)
            codes = [child.wait() for child in children]
            late = psutil.Process().memory_info().rss
            tally.count = log.next_offset
        seconds = time.perf_counter() - begin
        if codes != [0] * WORKERS or tally.count != size // WORKERS * WORKERS:
            tally.broken.append(f"{tally.count} of {size} are there, exit codes {codes}")
        if late - early > GROWTH:
            tally.broken.append(f"memory grew from {early:,} to {late:,} bytes")
        tally.broken += out_of_order(folder / "events.jsonl")
    tally.note = (
        f"{tally.count / seconds:,.0f} events/s; memory {early / 1e6:.0f} MB after a tenth, "
        f"{late / 1e6:.0f} MB at the end"
    )
    yield tally


def _start(hub: Hub, folder: Path, number: int, count: int) -> subprocess.Popen[bytes]:
    trial = f"t{number}"
    command = [sys.executable, str(CHILD), hub.endpoints.ingest, trial, str(folder / trial)]
    child = subprocess.Popen([*command, str(count)], stdin=subprocess.PIPE)
    assert child.stdin is not None
    with child.stdin as stream:
        stream.write(hub.admit(trial, 1).text().encode())
    return child


def _memory_at(log: LogWriter, count: int, children: list[subprocess.Popen[bytes]]) -> int:
    """What this process, which is the hub's, takes when so many events are in the log."""
    while log.next_offset < count and any(child.poll() is None for child in children):
        time.sleep(0.01)
    return psutil.Process().memory_info().rss
