"""Everybody's view of the bus: every event once, in order, however late or slow the reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tournament.bus import Hub, Publisher, Subscriber
from tournament.bus.watch import subscribe
from tournament.errors import BusError
from tournament.record.events import AnyEvent
from tournament.record.log import LogWriter
from tournament.record.payloads import Closed, Interrupted, Note

Take = Callable[[Subscriber, int], list[AnyEvent]]


def offsets(events: list[AnyEvent]) -> list[int | None]:
    return [event.offset for event in events]


def end(hub: Hub) -> None:
    hub.publish(Closed(exit_code=0, seconds=1.0)).result()


def test_a_late_subscriber_gets_everything(
    hub: Hub, worker: Callable[..., Publisher], subscriber: Callable[..., Subscriber]
) -> None:
    publisher = worker("a")
    for number in range(1000):
        publisher.publish(Note(text=str(number)))
    assert publisher.close() == 0
    end(hub)
    assert offsets(list(subscriber())) == list(range(1001))


def test_a_long_history_comes_in_pieces_whatever_its_lines_weigh(
    hub: Hub, worker: Callable[..., Publisher], subscriber: Callable[..., Subscriber]
) -> None:
    publisher = worker("a")
    for number in range(300):
        publisher.publish(Note(text="x" * (8000 if number % 2 else 10)))
    assert publisher.close() == 0
    end(hub)
    follower = subscriber()
    assert offsets(list(follower)) == list(range(301))
    assert follower.replays > 301 // 256


def test_two_subscribers_see_the_same_while_it_happens(
    hub: Hub, subscriber: Callable[..., Subscriber], take: Take
) -> None:
    first, second = subscriber(), subscriber()
    for number in range(20):
        hub.publish(Interrupted(signal=str(number)))
        assert offsets(take(first, 1)) == [number]
    assert offsets(take(second, 20)) == list(range(20))


def test_a_subscriber_can_begin_in_the_middle(
    hub: Hub, subscriber: Callable[..., Subscriber]
) -> None:
    for number in range(10):
        hub.publish(Interrupted(signal=str(number)))
    end(hub)
    assert offsets(list(subscriber(since=7))) == [7, 8, 9, 10]


def test_a_slow_subscriber_that_loses_frames_gets_them_by_replay(
    hub: Hub, subscriber: Callable[..., Subscriber], take: Take
) -> None:
    slow = subscriber(queue=1)
    hub.publish(Interrupted(signal="0"))
    assert offsets(take(slow, 1)) == [0]
    before = slow.replays
    for number in range(15_000):
        hub.publish(Interrupted(signal=str(number)))
    end(hub)
    assert offsets(list(slow)) == list(range(1, 15_002))
    assert slow.replays > before


def test_polling_an_idle_hub_gives_nothing_and_hears_its_beats(
    hub: Hub, subscriber: Callable[..., Subscriber]
) -> None:
    follower = subscriber()
    assert follower.poll() == []
    beats, silence = 0, follower.silence
    while beats < 2:
        assert follower.poll(0.1) == []
        beats += follower.silence < silence
        silence = follower.silence


def test_a_hub_that_is_gone_is_noticed(tmp_path: Path, log: LogWriter) -> None:
    with Hub("race-1", tmp_path, log) as hub:
        endpoints = hub.endpoints
        hub.publish(Interrupted(signal="last")).result()
        follower = Subscriber(endpoints.live, endpoints.replay, hub.new_monitor(), patience=3.0)
        events = iter(follower)
        assert next(events).offset == 0
    with pytest.raises(BusError, match="nothing was heard of the hub for 3 s"):
        next(events)
    follower.close()
    follower.close()


def test_an_address_without_a_key_is_told_what_is_needed():
    with pytest.raises(BusError, match="over the network a key is needed"):
        subscribe("tcp://127.0.0.1:5555")
