"""A full disk stops acks and orders, not the hub; with room all goes on, once and in order."""

from __future__ import annotations

from pathlib import Path

from tests.disk import fill, small_disk
from tournament.bus import Hub, Publisher, Subscriber
from tournament.record.log import LogWriter, read_log
from tournament.record.payloads import Closed, Note, Stop

RUN = "race-1"


def test_what_is_published_meanwhile_is_acknowledged_when_there_is_room(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "disk") as disk,
        LogWriter(disk / "events.jsonl") as log,
        Hub(RUN, tmp_path, log) as hub,
        Publisher(
            hub.endpoints.ingest, RUN, "a", 1, hub.admit("a", 1), tmp_path / "outbox.jsonl"
        ) as worker,
        Subscriber(hub.endpoints.live, hub.endpoints.replay, hub.new_monitor()) as follower,
    ):
        worker.publish(Note(text="before"))
        assert worker.wait(lambda: worker.unacknowledged == 0, 20)
        ballast = fill(disk)
        for number in range(50):
            worker.publish(Note(text=f"{number} " + "x" * 4000))
        stop = hub.publish(Stop(because=0, trial="a", reason="y" * 8000))
        assert worker.wait(lambda: bool(hub.trouble), 20)
        assert "No space left on device; make room" in hub.trouble
        assert not worker.wait(lambda: worker.unacknowledged == 0 or bool(worker.order), 1.5)
        assert hub.failure is None
        ballast.unlink()
        assert worker.wait(lambda: worker.unacknowledged == 0 and worker.order == "stop", 30)
        assert stop.result(20).offset is not None
        assert hub.trouble == ""
        hub.publish(Closed(exit_code=0, seconds=1.0))
        seen = list(follower)
        assert seen == list(read_log(log.path))
    assert [event.seq for event in seen if event.trial == "a"] == list(range(1, 52))


def test_a_worker_waits_for_room_for_its_outbox(tmp_path: Path, hub: Hub) -> None:
    with (
        small_disk(tmp_path / "disk") as disk,
        Publisher(
            hub.endpoints.ingest, RUN, "a", 1, hub.admit("a", 1), disk / "outbox.jsonl"
        ) as worker,
    ):
        worker.publish(Note(text="before"))
        ballast = fill(disk)
        heard = []

        def make_room(timeout: float = 0.0) -> None:
            """In the place of the hub's next word: somebody tidies up."""
            heard.append(ballast.exists())
            ballast.unlink(missing_ok=True)
            service(timeout)

        service, worker.service = worker.service, make_room  # type: ignore[method-assign]
        for number in range(10):
            worker.publish(Note(text=f"{number} " + "x" * 8000))
        worker.service = service  # type: ignore[method-assign]
        assert heard[0] is True
        assert worker.close() == 0
        assert (disk / "outbox.jsonl").read_bytes().count(b"\n") == 11
