"""Faults, injected for real and many times: is every promise kept?

python benchmarks/soak.py [--kills N] [--publishers N]. Counts what was broken, and ends with exit
code 1 if anything was. All traffic stays on this machine.

- families: a match, its keeper, and a worker with a plain child, one in a session of its own and a
  daemon, all deaf to SIGTERM. At a random moment the match or the keeper is killed, or the worker
  is told to end by SIGTERM or SIGKILL. After two seconds nobody may be left.
- publishers: a worker that publishes without end is killed at a random moment, and its outbox is
  drained. Every event whose `publish` returned is in the log, once and in order.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.process.test_keeper import Household
from tournament.bus import Hub
from tournament.record.log import LogWriter, read_log

CHILD = Path(__file__).parent.parent / "tests/bus/publishing_child.py"
ALLOWED = 2.0
"""Seconds in which everybody has to be gone."""


@dataclass
class Tally:
    """How often one fault was injected, what was broken by it, and how long the end took."""

    fault: str
    count: int = 0
    broken: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def row(self) -> str:
        took = sorted(self.seconds) or [0.0]
        median, worst = took[len(took) // 2], took[-1]
        return (
            f"| {self.fault} | {self.count} | {len(self.broken)} | {median:.2f} s | {worst:.2f} s |"
        )


def kill_families(kills: int, rng: random.Random) -> list[Tally]:
    """Kill somebody of a family at a random moment, again and again."""
    faults = (
        "SIGKILL of the match",
        "SIGKILL of the keeper",
        "SIGTERM, obeyed",
        "SIGKILL, ordered",
    )
    tallies = [Tally(fault) for fault in faults]
    for number in range(kills):
        which = number % len(faults)
        with tempfile.TemporaryDirectory(prefix="soak-") as place:
            home = Household(Path(place), "obeys" if which == 2 else "deaf")
            try:
                end_family(home, which, tallies[which], rng)
            finally:
                home.end()
    return tallies


def end_family(home: Household, which: int, tally: Tally, rng: random.Random) -> None:
    time.sleep(rng.uniform(0, 0.05))
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


def kill_publishers(count: int, rng: random.Random) -> Tally:
    """Kill workers while they publish, and look for what they had published."""
    tally = Tally("SIGKILL of a publishing worker")
    with tempfile.TemporaryDirectory(prefix="soak-") as place:
        folder = Path(place)
        with LogWriter(folder / "events.jsonl") as log, Hub("race-1", folder, log) as hub:
            for number in range(count):
                tally.seconds.append(kill_publisher(hub, folder, f"t{number}", rng, tally))
        check_order(folder / "events.jsonl", tally)
    return tally


def kill_publisher(hub: Hub, folder: Path, trial: str, rng: random.Random, tally: Tally) -> float:
    outbox = folder / f"{trial}.jsonl"
    child = subprocess.Popen(
        [sys.executable, str(CHILD), hub.endpoints.ingest, trial, str(outbox)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin as stream:
        stream.write(hub.admit(trial, 0).text().encode())
    returned = len(child.stdout.read(rng.randrange(1, 400)))
    child.kill()
    returned += len(child.stdout.read())
    child.stdout.close()
    child.wait()
    begin = time.perf_counter()
    drained = hub.drain(trial, 0, outbox)
    hub.withdraw(trial, 0)
    outbox.unlink()
    tally.count += 1
    if drained.problem or not returned <= drained.last <= returned + 1:
        tally.broken.append(f"{trial}: {returned} returned, {drained.last} held; {drained.problem}")
    return time.perf_counter() - begin


def check_order(path: Path, tally: Tally) -> None:
    last: dict[str | None, int] = {}
    for event in read_log(path):
        if event.seq != last.get(event.trial, 0) + 1:
            tally.broken.append(f"{event.trial}: {event.seq} after {last.get(event.trial, 0)}")
        last[event.trial] = event.seq


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--publishers", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    before = len(psutil.pids())
    tallies = [*kill_families(asked.kills, rng), kill_publishers(asked.publishers, rng)]
    print("| fault | injected | broken | median | worst |\n|---|---|---|---|---|")
    for tally in tallies:
        print(tally.row())
        for text in tally.broken[:5]:
            print(f"  {text}", file=sys.stderr)
    print(f"\nprocesses on this machine: {before} before, {len(psutil.pids())} after")
    return 1 if any(tally.broken for tally in tallies) else 0


if __name__ == "__main__":
    sys.exit(main())
