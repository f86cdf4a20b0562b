"""How a hub begins, fails and ends."""

from __future__ import annotations

import stat
import tempfile
from collections.abc import Callable
from concurrent.futures import wait
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

from tournament.bus import Endpoints, Hub, Subscriber
from tournament.bus.wire import Ack, Hello, Welcome, frames
from tournament.errors import BusError, LogError
from tournament.record.events import AnyEvent, make_event, write_event
from tournament.record.log import LogWriter, read_log
from tournament.record.payloads import Interrupted, Note

RUN = "race-1"
Logged = Callable[[], list[AnyEvent]]


def hello(trial: str = "a") -> list[bytes]:
    return frames(Hello(run=RUN, trial=trial, attempt=0))


def said(seq: int, trial: str = "a") -> list[bytes]:
    data = Note(text=str(seq))
    return [b"event", write_event(make_event(data, run=RUN, seq=seq, t=1.0, trial=trial))]


def ack(message: list[bytes]) -> int:
    assert message[0] == b"ack", message
    return Ack.model_validate_json(message[1]).seq


@pytest.fixture
def seated(hub: Hub, peer: Callable[..., Any]) -> Any:
    """A peer that the hub knows as trial a."""
    made = peer(hub.endpoints.ingest, hub.admit("a", 0))
    made.send(*hello())
    assert made.hear() == frames(Welcome(seq=0))
    return made


def test_when_the_log_fails_nothing_is_acknowledged_and_the_match_is_told(
    log: LogWriter, seated: Any, hub: Hub, logged: Logged, tmp_path: Path
) -> None:
    seated.send(*said(1))
    assert ack(seated.hear()) == 1
    log.close()
    futures = []
    with suppress(BusError):
        for _ in range(1000):
            futures.append(hub.publish(Interrupted(signal="SIGINT")))
    for future in futures:
        with pytest.raises(BusError, match=r"the hub has stopped: .*this writer was closed"):
            future.result(timeout=20)
    seated.send(*said(2))
    for ask in (
        lambda: hub.publish(Interrupted(signal="SIGINT")),
        lambda: hub.admit("b", 0),
        lambda: hub.drain("a", 0, tmp_path / "outbox.jsonl"),
    ):
        with pytest.raises(BusError, match="the hub has stopped"):
            ask()
    hub.close()
    assert isinstance(hub.failure, LogError)
    assert [event.seq for event in logged()] == [1]


def test_a_failure_that_nobody_was_told_is_told_at_the_end(log: LogWriter, tmp_path: Path) -> None:
    hub = Hub(RUN, tmp_path, log)
    hub.start()
    log.close()
    unread = hub.publish(Interrupted(signal="SIGINT"))
    assert wait([unread], timeout=20).done
    with pytest.raises(BusError, match="the hub has stopped"):
        hub.close()


def test_a_worker_is_greeted_and_not_acknowledged_when_the_log_fails(
    log: LogWriter, seated: Any, hub: Hub, logged: Logged
) -> None:
    log.close()
    seated.send(*said(1))
    with pytest.raises(BusError, match="the hub has stopped"):
        hub.publish(Interrupted(signal="SIGINT")).result(timeout=20)
    with suppress(BusError):
        hub.close()
    assert logged() == []


def folder_of(endpoints: Endpoints) -> Path:
    return Path(urlparse(endpoints.ingest).path).parent


def test_its_sockets_are_in_a_folder_of_their_own_that_goes_with_it(
    log: LogWriter, tmp_path: Path
) -> None:
    with Hub(RUN, tmp_path, log) as hub:
        folder = folder_of(hub.endpoints)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {file.name for file in folder.iterdir()} == {"ingest", "live", "replay", "control"}
    assert not folder.exists()


def test_closing_carries_out_everything_that_was_asked(
    log: LogWriter, tmp_path: Path, logged: Logged
) -> None:
    with Hub(RUN, tmp_path, log) as hub:
        for number in range(2000):
            hub.publish(Interrupted(signal=str(number)))
    assert len(logged()) == 2000
    hub.close()
    with pytest.raises(BusError, match="the hub is not running"):
        hub.publish(Interrupted(signal="late"))


def test_a_hub_that_was_not_started_says_so(log: LogWriter, tmp_path: Path) -> None:
    hub = Hub(RUN, tmp_path, log)
    with pytest.raises(BusError, match="before it is started"):
        _ = hub.endpoints
    with pytest.raises(BusError, match="not running"):
        hub.admit("a", 0)
    hub.close()


def test_a_temporary_folder_with_a_long_name_is_an_error_with_advice(
    log: LogWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    hub = Hub(RUN, tmp_path, log)
    with pytest.raises(BusError, match="set TMPDIR"):
        hub.start()
    hub.close()
    assert list(long.iterdir()) == []


def test_a_hub_goes_on_with_a_log_from_an_earlier_life(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    for life in range(3):
        with LogWriter(path) as log, Hub(RUN, tmp_path, log) as hub:
            event = hub.publish(Interrupted(signal=str(life))).result()
            assert (event.offset, event.seq) == (life, life + 1)
            with Subscriber(
                hub.endpoints.live, hub.endpoints.replay, hub.new_monitor()
            ) as follower:
                seen: list[AnyEvent] = []
                while len(seen) <= life:
                    seen += follower.poll(20)
            assert seen == list(read_log(path))
