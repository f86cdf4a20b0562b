"""After a worker died: what its outbox holds comes into the log, once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tournament.bus import Hub, Publisher
from tournament.record.events import AnyEvent, make_event, write_event
from tournament.record.payloads import Closed, Note

RUN = "race-1"
Logged = Callable[[], list[AnyEvent]]


def line(seq: int, trial: str = "a") -> bytes:
    said = Note(text=str(seq))
    return write_event(make_event(said, run=RUN, seq=seq, t=1.0, trial=trial)) + b"\n"


def test_a_drain_takes_in_what_had_not_arrived_and_nothing_twice(
    worker: Callable[..., Publisher], hub: Hub, tmp_path: Path, logged: Logged
) -> None:
    publisher, outbox = worker("a"), tmp_path / "a-0.jsonl"
    publisher.publish(Note(text="1"))
    assert publisher.close() == 0
    with outbox.open("ab") as file:
        file.write(b"".join(line(seq) for seq in range(2, 1001)) + b'{"torn')
    drained = hub.drain("a", 0, outbox)
    assert (drained.taken, drained.last, drained.torn, drained.problem) == (999, 1000, 6, "")
    assert [event.seq for event in logged()] == list(range(1, 1001))
    assert hub.drain("a", 0, outbox).taken == 0
    assert len(logged()) == 1000


def test_what_is_published_after_a_drain_comes_after_it_in_the_log(
    hub: Hub, tmp_path: Path, logged: Logged
) -> None:
    outbox = tmp_path / "outbox.jsonl"
    outbox.write_bytes(b"".join(line(seq) for seq in range(1, 1001)))
    hub.drain("a", 0, outbox)
    hub.publish(Closed(exit_code=0, seconds=1.0)).result()
    assert [event.type for event in logged()] == ["note"] * 1000 + ["closed"]


def test_a_drain_stops_where_an_outbox_is_damaged_and_says_so(
    hub: Hub, tmp_path: Path, logged: Logged
) -> None:
    outbox = tmp_path / "outbox.jsonl"
    outbox.write_bytes(line(1) + line(2, trial="b") + line(3))
    drained = hub.drain("a", 0, outbox)
    assert (drained.taken, drained.last) == (1, 1)
    assert drained.problem.startswith("line 2 of the outbox: an event of b")
    assert len(logged()) == 1


def test_a_worker_that_never_spoke_leaves_nothing_to_drain(hub: Hub, tmp_path: Path) -> None:
    drained = hub.drain("a", 0, tmp_path / "never-made.jsonl")
    assert (drained.taken, drained.last, drained.problem) == (0, 0, "")
