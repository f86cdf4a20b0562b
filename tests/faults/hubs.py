"""The match is killed while a worker publishes: acknowledged is logged, and nothing is doubled."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tournament.bus import Publisher
from tournament.bus.keys import Access
from tournament.record.log import read_line
from tournament.record.payloads import Note

from .publishers import out_of_order
from .tally import Tally

CHILD = Path(__file__).with_name("hub_child.py")
ONE_LOG = 50
"""Kills of hubs that go on with the same log."""

MOST = 300
"""Events that a worker has published when its hub dies, at most."""


def kill_hubs(size: int, rng: random.Random) -> Iterator[Tally]:
    """Kill the hub's process again and again; each next one goes on with the log."""
    tally = Tally("SIGKILL of the match while a worker publishes")
    while tally.count < size:
        with tempfile.TemporaryDirectory(prefix="faults-") as place:
            _one_log(Path(place), min(ONE_LOG, size - tally.count), rng, tally)
    yield tally


def _one_log(folder: Path, kills: int, rng: random.Random, tally: Tally) -> None:
    published = {n: _kill(folder, n, rng, tally) for n in range(1, kills + 1)}
    tally.count += kills
    _start(folder, kills + 1, tally).kill()  # The last one's outbox is drained, too.
    tally.broken += out_of_order_but_torn(folder)
    held = dict.fromkeys(published, 0)
    for attempt, seq in _events(folder):
        held[attempt] = seq
    tally.broken += [
        f"attempt {attempt}: {count} published, {held[attempt]} logged"
        for attempt, count in published.items()
        if held[attempt] != count
    ]


def _kill(folder: Path, attempt: int, rng: random.Random, tally: Tally) -> int:
    """Gives how many events were published."""
    log = folder / "events.jsonl"
    before = log.stat().st_size if log.exists() else 0
    hub = _start(folder, attempt, tally)
    access, outbox = Access.read(hub.told["access"]), folder / f"outbox-{attempt}.jsonl"
    publisher = Publisher(hub.told["ingest"], "race-1", "t", attempt, access, outbox, window=50)
    count = rng.randrange(1, MOST)
    for number in range(count):
        publisher.publish(Note(text=str(number)))
    publisher.service()
    acknowledged = count - publisher.unacknowledged
    hub.kill()
    publisher.close(timeout=0)
    held = max((seq for of, seq in _events(folder, before) if of == attempt), default=0)
    if held < acknowledged:
        tally.broken.append(f"attempt {attempt}: {acknowledged} acknowledged, {held} logged")
    return count


class _Hub:
    """A running hub, and what it told."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        assert process.stdout is not None
        self.told: dict[str, str] = json.loads(process.stdout.readline())

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


def _start(folder: Path, attempt: int, tally: Tally) -> _Hub:
    command = [sys.executable, str(CHILD), str(folder), str(attempt)]
    hub = _Hub(subprocess.Popen(command, stdout=subprocess.PIPE))
    if hub.told["problem"]:
        tally.broken.append(hub.told["problem"])
    return hub


def _events(folder: Path, begin: int = 0) -> Iterator[tuple[int, int]]:
    """Attempt and number of each event of the worker in the log from a byte on.

    The first and the last line may be parts of lines.
    """
    with (folder / "events.jsonl").open("rb") as file:
        file.seek(begin)
        for line in file:
            if line.startswith(b"{") and line.endswith(b"\n") and b'"trial":"t"' in line:
                event, _ = read_line(line[:-1])
                yield event.attempt, event.seq


def out_of_order_but_torn(folder: Path) -> list[str]:
    """What is out of order in a log whose writer was killed."""
    path = folder / "events.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b"\n") + 1])
    return out_of_order(path)
