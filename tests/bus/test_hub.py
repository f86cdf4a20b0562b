"""The hub on real sockets and a real file: durable first, then acknowledged, ordered, published."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tournament.bus import Hub, Publisher, Subscriber
from tournament.bus.wire import Ack, Hello, Order, Refused, Welcome, frames
from tournament.errors import BusError
from tournament.record.events import AnyEvent, make_event, write_event
from tournament.record.fields import Payload
from tournament.record.payloads import Closed, Interrupted, Note, Start, Stop, Verdict

RUN = "race-1"
Logged = Callable[[], list[AnyEvent]]


def hello(trial: str = "a") -> list[bytes]:
    return frames(Hello(run=RUN, trial=trial, attempt=0))


def said(seq: int, payload: Payload | None = None, trial: str = "a") -> list[bytes]:
    data = payload or Note(text=str(seq))
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


def test_events_of_the_match_and_of_workers_reach_the_log_and_a_subscriber_in_one_order(
    hub: Hub,
    worker: Callable[..., Publisher],
    subscriber: Callable[..., Subscriber],
    logged: Logged,
) -> None:
    follower, alpha, beta = subscriber(), worker("alpha"), worker("beta")
    for epoch in range(50):
        hub.publish(Interrupted(signal=f"S{epoch}"))
        alpha.publish(Note(text=str(epoch)))
        beta.publish(Note(text=str(epoch)))
    assert alpha.close() == 0
    assert beta.close() == 0
    hub.publish(Closed(exit_code=0, seconds=1.0)).result()
    events = list(follower)
    assert events == logged()
    assert [event.offset for event in events] == list(range(151))
    for trial in (None, "alpha", "beta"):
        mine = [event for event in events if event.trial == trial]
        assert [event.seq for event in mine] == list(range(1, len(mine) + 1))


def test_an_ack_comes_only_when_the_events_are_in_the_file(seated: Any, logged: Logged) -> None:
    sent = acked = 0
    while sent < 500:
        for sent in range(sent + 1, sent + 11):  # noqa: B020 - goes on where it stopped
            seated.send(*said(sent))
        while acked < sent:
            acked = ack(seated.hear())
            assert len(logged()) >= acked


def test_a_published_event_is_in_the_file_when_its_future_is_done(hub: Hub, logged: Logged) -> None:
    event = hub.publish(Interrupted(signal="SIGINT")).result()
    assert logged() == [event]
    assert (event.offset, event.seq, event.trial) == (0, 1, None)


def test_a_gap_is_answered_with_what_is_held_and_closed_by_sending_again(
    seated: Any, logged: Logged
) -> None:
    seated.send(*said(1))
    assert ack(seated.hear()) == 1
    seated.send(*said(3))
    assert seated.hear() == frames(Welcome(seq=1))
    seated.send(*said(2))
    seated.send(*said(3))
    while ack(seated.hear()) < 3:
        pass
    assert [event.seq for event in logged()] == [1, 2, 3]


def test_a_doubled_event_is_logged_once_and_acknowledged_again(
    seated: Any, logged: Logged, hub: Hub
) -> None:
    for _ in range(3):
        seated.send(*said(1))
        assert ack(seated.hear()) == 1
    assert len(logged()) == 1
    assert hub.counters.duplicates == 2


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (said(1, trial="b"), "an event of b, attempt 0, from a"),
        (
            said(
                1,
                Verdict(
                    because=0,
                    outcome="winner",
                    trial="a",
                    check=1,
                    epoch=1,
                    claimed={},
                    examined=None,
                    reason="I won",
                ),
            ),
            "a worker may not say 'verdict'",
        ),
        ([b"event", said(1)[1].replace(b'"t":1.0', b'"t":NaN')], "event: "),
        ([b"event", said(1)[1].replace(b'"v":1', b'"v":2')], "v: Input should be 1"),
        ([b"event", b"x" * 62_000], "62000 bytes"),
        ([*said(1), *[b"more"] * 10], "expected two frames"),
    ],
    ids=["another trial", "verdict", "bare NaN", "version", "oversize", "frames"],
)
def test_what_a_worker_may_not_say_is_refused_and_kept_for_people(
    seated: Any, hub: Hub, logged: Logged, tmp_path: Path, message: list[bytes], reason: str
) -> None:
    hub.admit("b", 0)
    seated.send(*message)
    answer = seated.hear()
    assert reason in Refused.model_validate_json(answer[1]).reason
    assert reason in (tmp_path / "rejected.jsonl").read_text()
    assert logged() == []
    seated.send(*said(1))
    assert ack(seated.hear()) == 1


def test_the_key_of_another_trial_is_refused(
    hub: Hub, peer: Callable[..., Any], logged: Logged
) -> None:
    hub.admit("a", 0)
    other = peer(hub.endpoints.ingest, hub.admit("b", 0))
    other.send(*hello("a"))
    assert "a wrong key" in Refused.model_validate_json(other.hear()[1]).reason
    other.send(*said(1))
    other.send(b"junk")
    assert other.hear()[0] == b"refused"
    assert logged() == []
    assert hub.counters.strangers == 1


def test_a_worker_with_the_key_of_another_gets_an_error(hub: Hub, tmp_path: Path) -> None:
    hub.admit("a", 0)
    outbox = tmp_path / "outbox.jsonl"
    publisher = Publisher(hub.endpoints.ingest, RUN, "a", 0, hub.admit("b", 0), outbox)
    with pytest.raises(BusError, match="the hub refused a: a, attempt 0: not expected"):
        publisher.wait(lambda: False, timeout=20)
    with pytest.raises(BusError, match="the hub refused"):
        publisher.publish(Note(text="let me in"))
    assert publisher.close() == 0


def test_nobody_speaks_for_a_withdrawn_attempt(seated: Any, hub: Hub) -> None:
    hub.withdraw("a", 0)
    seated.send(*hello())
    assert seated.hear()[0] == b"refused"


def test_orders_follow_the_log_and_are_told_again_to_whoever_comes_back(
    hub: Hub, peer: Callable[..., Any]
) -> None:
    access = hub.admit("a", 0)
    seated = peer(hub.endpoints.ingest, access)
    seated.send(*hello())
    assert seated.hear() == frames(Welcome(seq=0))
    hub.publish(Start(because=0, trials=("a",))).result()
    assert seated.hear() == frames(Order(order="start"))
    hub.publish(Stop(because=1, trial="a", reason="another one won"))
    assert seated.hear() == frames(Order(order="stop"))
    again = peer(hub.endpoints.ingest, access)
    again.send(*hello())
    assert again.hear() == frames(Welcome(seq=0))
    assert again.hear() == frames(Order(order="stop"))


def test_answers_to_a_worker_that_is_gone_are_counted(hub: Hub, seated: Any) -> None:
    seated.close()
    for _ in range(10_000):
        hub.publish(Stop(because=0, trial="a", reason="gone")).result()
        if hub.counters.undelivered:
            return
    pytest.fail("the hub never noticed")


def test_a_worker_waits_at_the_barrier_until_the_start_is_logged(
    hub: Hub, worker: Callable[..., Publisher], logged: Logged
) -> None:
    publisher = worker("a")
    assert not publisher.wait(lambda: publisher.order == "start", timeout=0.05)
    hub.publish(Start(because=0, trials=("a",)))
    assert publisher.wait(lambda: publisher.order == "start", timeout=20)
    assert isinstance(logged()[0].data, Start)


def test_threads_of_the_match_publish_at_the_same_time(hub: Hub, logged: Logged) -> None:
    def state(thread: int) -> None:
        for number in range(100):
            hub.publish(Interrupted(signal=f"{thread} {number}"))

    threads = [threading.Thread(target=state, args=(at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hub.publish(Closed(exit_code=0, seconds=1.0)).result()
    signals = [event.data.signal for event in logged()[:-1] if isinstance(event.data, Interrupted)]
    assert len(signals) == 400
    for thread_number in range(4):
        mine = [signal for signal in signals if signal.startswith(f"{thread_number} ")]
        assert mine == [f"{thread_number} {number}" for number in range(100)]


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (Note(text="hello"), "only a worker says 'note'"),
        (
            Closed.model_construct(exit_code=0, seconds=float("nan")),
            "'closed' cannot be published: .*seconds",
        ),
    ],
)
def test_what_the_match_may_not_say_is_an_error(hub: Hub, payload: Payload, message: str) -> None:
    with pytest.raises(BusError, match=message):
        hub.publish(payload)
