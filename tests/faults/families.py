"""Somebody of a family is killed: a match, its keeper, a worker with children that are deaf."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.process.test_keeper import Household

from .tally import Tally

ALLOWED = 2.0
"""Seconds in which everybody has to be gone."""

FAULTS = (
    "SIGKILL of the match",
    "SIGKILL of the keeper",
    "SIGTERM of the worker, obeyed",
    "SIGKILL of the worker, as ordered",
)


def kill_families(size: int, rng: random.Random) -> Iterator[Tally]:
    """Kill somebody of a family at a random moment, again and again; after 2 s nobody is left."""
    tallies = [Tally(fault) for fault in FAULTS]
    for number in range(size):
        which = number % len(FAULTS)
        with tempfile.TemporaryDirectory(prefix="faults-") as place:
            home = Household(Path(place), "obeys" if which == 2 else "deaf")
            try:
                _end(home, which, tallies[which], rng)
            finally:
                home.end()
    yield from tallies


def _end(home: Household, which: int, tally: Tally, rng: random.Random) -> None:
    time.sleep(rng.uniform(0, 0.05))  # The moment is the fault.
    begin = time.perf_counter()
    if which == 0:
        home.match.kill()
    elif which == 1:
        os.kill(home.keeper, signal.SIGKILL)
        home.order("wait")
    else:
        home.order("terminate" if which == 2 else "kill")
    left = home.alive(ALLOWED)
    tally.count += 1
    tally.seconds.append(time.perf_counter() - begin)
    if left:
        tally.broken.append(f"{len(left)} left after {ALLOWED:g} s")
