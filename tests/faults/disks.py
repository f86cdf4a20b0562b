"""A disk that is full for a while, and one on which fsync fails."""

from __future__ import annotations

import errno
import random
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tests.disk import fill, small_disk
from tournament.bus import Hub, Publisher
from tournament.errors import BusError
from tournament.record.log import LogWriter
from tournament.record.log_file import LogFile
from tournament.record.payloads import Note

from .publishers import out_of_order
from .tally import Tally

PATIENCE = 30.0


def fill_disks(size: int, rng: random.Random) -> Iterator[Tally]:
    """Fill the disk below the log at random moments; with room again all goes on."""
    tally = Tally("disk full while a worker publishes")
    for number in range(size):
        with tempfile.TemporaryDirectory(prefix="faults-") as place:
            _fill(Path(place), number, rng, tally)
        tally.count += 1
    yield tally


def _fill(place: Path, number: int, rng: random.Random, tally: Tally) -> None:
    with (
        small_disk(place / "disk") as disk,
        LogWriter(disk / "events.jsonl") as log,
        Hub("race-1", place, log) as hub,
        Publisher(
            hub.endpoints.ingest, "race-1", "t", 1, hub.admit("t", 1), place / "outbox"
        ) as worker,
    ):
        for _ in range(rng.randrange(1, 50)):
            worker.publish(Note(text="x" * rng.randrange(2000)))
        ballast = fill(disk)
        for _ in range(rng.randrange(20, 50)):
            worker.publish(Note(text="x" * 2000))
        if not worker.wait(lambda: bool(hub.trouble), PATIENCE):
            tally.broken.append(f"{number}: nobody noticed the full disk")
        ballast.unlink()
        if not worker.wait(lambda: worker.unacknowledged == 0, PATIENCE):
            tally.broken.append(f"{number}: {worker.unacknowledged} events were never acknowledged")
        tally.broken += out_of_order(log.path)


class FailingFile(LogFile):
    """Its n-th sync fails, as on a dying disk."""

    syncs = 0
    fails_at = 0

    def sync(self) -> None:
        FailingFile.syncs += 1
        if FailingFile.syncs == FailingFile.fails_at:
            raise OSError(errno.EIO, "Input/output error")
        super().sync()


def fail_syncs(size: int, rng: random.Random) -> Iterator[Tally]:
    """Let an fsync fail at a random moment: the hub stops, and what was acknowledged is there."""
    tally = Tally("failing fsync")
    for number in range(size):
        with tempfile.TemporaryDirectory(prefix="faults-") as place:
            _fail(Path(place), number, rng, tally)
        tally.count += 1
    yield tally


def _fail(place: Path, number: int, rng: random.Random, tally: Tally) -> None:
    FailingFile.syncs, FailingFile.fails_at = 0, rng.randrange(1, 30)
    path, acknowledged = place / "events.jsonl", 0
    with LogWriter(path, FailingFile) as log:
        hub = Hub("race-1", place, log)
        hub.start()
        access, outbox = hub.admit("t", 1), place / "outbox"
        worker = Publisher(hub.endpoints.ingest, "race-1", "t", 1, access, outbox)
        for seq in range(1, 200):
            worker.publish(Note(text=str(seq)))
            worker.wait(lambda: worker.unacknowledged == 0 or hub.failure is not None, PATIENCE)
            if hub.failure is not None:
                break
            acknowledged = seq
        if hub.failure is None or "Mend the disk, then resume" not in str(hub.failure):
            tally.broken.append(f"{number}: the hub went on, or did not say why: {hub.failure}")
        worker.close(timeout=0)
        with suppress(BusError):  # That it had failed.
            hub.close()
    with LogWriter(path) as log, Hub("race-1", place, log) as hub:
        if hub.drain("t", 1, outbox).last < acknowledged + 1:
            tally.broken.append(
                f"{number}: {acknowledged} events were acknowledged, fewer are there"
            )
    tally.broken += out_of_order(path)
