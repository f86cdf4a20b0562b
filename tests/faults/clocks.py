"""The clock on the wall jumps by a day while everything runs."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

from tournament.bus import Hub, Publisher, Subscriber
from tournament.record.log import LogWriter
from tournament.record.payloads import Closed, Note

from .publishers import out_of_order
from .tally import Tally

DAY = 86_400.0
EVENTS = 50


def jump_clocks(size: int, rng: random.Random) -> Iterator[Tally]:
    """Let time.time() jump before every other look; no time-out changes, and nothing is lost."""
    tally = Tally("wall clock jumps by a day, again and again")
    for number in range(size):
        with (
            tempfile.TemporaryDirectory(prefix="faults-") as place,
            patch("time.time", _jumping(rng)),
        ):
            _run(Path(place), number, tally)
        tally.count += 1
    yield tally


def _jumping(rng: random.Random) -> Callable[[], float]:
    real = time.time
    return lambda: real() + rng.choice([-DAY, 0.0, DAY])


def _run(place: Path, number: int, tally: Tally) -> None:
    begin = time.perf_counter()
    with (
        LogWriter(place / "events.jsonl") as log,
        Hub("race-1", place, log) as hub,
        Publisher(
            hub.endpoints.ingest, "race-1", "t", 1, hub.admit("t", 1), place / "outbox"
        ) as worker,
        Subscriber(hub.endpoints.live, hub.endpoints.replay, hub.new_monitor()) as reader,
    ):
        for event in range(EVENTS):
            worker.publish(Note(text=str(event)))
        if not worker.wait(lambda: worker.unacknowledged == 0, 20.0):
            tally.broken.append(f"{number}: {worker.unacknowledged} events not acknowledged")
        hub.publish(Closed(exit_code=0, seconds=1.0))
        if [event.offset for event in reader] != list(range(EVENTS + 1)):
            tally.broken.append(f"{number}: the reader missed something")
        tally.broken += out_of_order(log.path)
    tally.seconds.append(time.perf_counter() - begin)
