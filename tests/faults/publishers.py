"""Workers are killed while they publish: what `publish` returned for is in the log."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tournament.bus import Hub
from tournament.record.log import LogWriter, read_log

from .tally import Tally

CHILD = Path(__file__).with_name("publishing_child.py")


def kill_publishers(size: int, rng: random.Random) -> Iterator[Tally]:
    """Kill workers at random moments, and look for all that they had published."""
    tally = Tally("SIGKILL of a publishing worker")
    with tempfile.TemporaryDirectory(prefix="faults-") as place:
        folder = Path(place)
        with LogWriter(folder / "events.jsonl") as log, Hub("race-1", folder, log) as hub:
            for number in range(size):
                _kill(hub, folder, f"t{number}", rng, tally)
        tally.broken += out_of_order(folder / "events.jsonl")
    yield tally


def _kill(hub: Hub, folder: Path, trial: str, rng: random.Random, tally: Tally) -> None:
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
    drained = hub.drain(trial, 0, outbox)
    hub.withdraw(trial, 0)
    outbox.unlink()
    tally.count += 1
    # One more may be there: killed after `publish`, before the byte that tells of it.
    if drained.problem or not returned <= drained.last <= returned + 1:
        tally.broken.append(f"{trial}: {returned} returned, {drained.last} held; {drained.problem}")


def out_of_order(path: Path) -> list[str]:
    """Where in a log the numbers of a speaker have a gap, or come twice."""
    last: dict[tuple[str | None, int], int] = {}
    wrong = []
    for event in read_log(path):
        speaker = (event.trial, event.attempt)
        if event.seq != last.get(speaker, 0) + 1:
            wrong.append(f"{speaker}: {event.seq} after {last.get(speaker, 0)}")
        last[speaker] = event.seq
    return wrong
