"""Workers that hang, hold the interpreter, are stopped or run out of memory."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import psutil

from tests.end_to_end.conftest import Terminal
from tests.end_to_end.crowd import KINDS, MEMORY, complaints, race
from tests.memory import limited_memory

from .tally import Tally

TOGETHER = 20
WORDS = {
    "hangs": "worker hangs",
    "holdsthelock": "worker holds the interpreter's lock",
    "stopsitself": "worker is stopped (SIGSTOP)",
    "hog": "worker runs out of memory",
}


def fail_in_crowds(size: int, rng: random.Random) -> Iterator[Tally]:
    """So many of each kind, twenty in one tournament beside an honest one."""
    del rng
    for kind in KINDS:
        tally = Tally(WORDS[kind])
        while tally.count < size:
            _crowd(kind, min(TOGETHER, size - tally.count), tally)
        yield tally


def _crowd(kind: str, count: int, tally: Tally) -> None:
    group = limited_memory("tournament-crowd", MEMORY) if kind == "hog" else nullcontext(":")
    with tempfile.TemporaryDirectory(prefix="faults-") as place, group as enter:
        done = race(Terminal(Path(place)), kind, count, enter)
        tally.broken += complaints(done, kind)
        pids = [event.data.pid for event in done.events if event.type == "spawned"]  # type: ignore[union-attr]
        tally.broken += [f"process {pid} is left" for pid in pids if psutil.pid_exists(pid)]
    tally.count += count
