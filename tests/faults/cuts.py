"""A log is cut at every byte of its last three records, as by a crash in the middle of a write."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tournament.record.events import AnyEvent, make_event
from tournament.record.log import LogWriter, read_log
from tournament.record.payloads import Note, Notice

from .tally import Tally

LAST = 3


def cut_logs(size: int, rng: random.Random) -> Iterator[Tally]:
    """At each byte the lines before are kept, the rest is put aside, and appending works.

    `size` is how many cuts there are at least: the log is made long enough.
    """
    tally = Tally("log cut at every byte of its last three records")
    with tempfile.TemporaryDirectory(prefix="faults-") as place:
        path = Path(place) / "events.jsonl"
        lines = _written(path, max(1, size // LAST - 300), rng)
        whole = path.read_bytes()
        begin = len(whole) - sum(len(line) + 1 for line in lines[-LAST:])
        for cut in range(begin, len(whole) + 1):
            _cut(path, whole[:cut], tally)
    yield tally


def _written(path: Path, length: int, rng: random.Random) -> list[bytes]:
    """A log of some events of which the last three have texts of this length."""
    texts = ["short"] * 5 + ["x" * rng.randint(length, length + 20) for _ in range(LAST)]
    events = [
        make_event(Note(text=text), run="r", trial="t", attempt=1, seq=n + 1, offset=n, t=1.0)
        for n, text in enumerate(texts)
    ]
    with LogWriter(path) as log:
        return log.append(events)


def _cut(path: Path, content: bytes, tally: Tally) -> None:
    for torn in path.parent.glob("*.torn-*"):
        torn.unlink()
    path.write_bytes(content)
    kept = content.count(b"\n")
    tail = content[content.rfind(b"\n") + 1 :]
    with LogWriter(path) as log:
        if log.next_offset != kept or (log.torn.read_bytes() if log.torn else b"") != tail:
            tally.broken.append(f"cut at {len(content)}: {log.next_offset} of {kept} lines kept")
        log.append([_after(log.next_offset)])
    found = list(read_log(path))
    if len(found) != kept + 1:
        tally.broken.append(f"cut at {len(content)}: {len(found)} lines after appending")
    tally.count += 1


def _after(offset: int) -> AnyEvent:
    return make_event(Notice(text="later"), run="r", seq=1, offset=offset, t=1.0)
