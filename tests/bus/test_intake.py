"""The hub's side of the protocol, message by message."""

from __future__ import annotations

import pytest

from tournament.bus.intake import Append, Intake, Send
from tournament.bus.wire import Ack, Order, Welcome
from tournament.record.events import AnyEvent, make_event
from tournament.record.fields import Payload
from tournament.record.payloads import Interrupted, Retry, Start, Stop

from .talk import KEYS, RUN, STRANGER, A, B, appended, event, hello, made_intake, refused, told


def decision(payload: Payload) -> AnyEvent:
    return make_event(payload, run=RUN, seq=0, t=1.0)


@pytest.fixture
def intake() -> Intake:
    return made_intake()


@pytest.fixture
def seated(intake: Intake) -> Intake:
    assert told(intake, A, hello("a")) == [Send(A, Welcome(seq=0))]
    assert told(intake, B, hello("b")) == [Send(B, Welcome(seq=0))]
    return intake


def test_events_are_numbered_in_the_order_in_which_they_come(seated: Intake) -> None:
    stated = seated.stated(decision(Interrupted(signal="SIGINT")))
    outputs = [
        *told(seated, A, event(1)),
        *told(seated, B, event(1, "b")),
        *told(seated, A, event(2)),
    ]
    assert stated.event.offset == 0
    assert stated.event.seq == 1
    found = [(made.offset, made.trial, made.seq) for made in appended(outputs)]
    assert found == [(1, "a", 1), (2, "b", 1), (3, "a", 2)]


def test_nothing_is_acknowledged_before_it_is_committed(seated: Intake) -> None:
    accepted = told(seated, A, event(1)) + told(seated, A, event(2))
    assert [type(output) for output in accepted] == [Append, Append]
    assert seated.committed([]) == []
    assert seated.committed(appended(accepted)) == [Send(A, Ack(seq=2))]


def test_a_duplicate_is_dropped_and_acknowledged_again(seated: Intake) -> None:
    seated.committed(appended(told(seated, A, event(1))))
    assert told(seated, A, event(1)) == []
    assert told(seated, A, event(1)) == []
    assert seated.committed([]) == [Send(A, Ack(seq=1))]
    assert seated.counters.duplicates == 2


def test_after_a_hello_what_is_committed_is_acknowledged_again(seated: Intake) -> None:
    seated.committed(appended(told(seated, A, event(1))))
    assert told(seated, STRANGER, hello(), KEYS[A]) == [Send(STRANGER, Welcome(seq=1))]
    assert seated.committed([]) == [Send(STRANGER, Ack(seq=1))]


def test_a_duplicate_of_an_uncommitted_event_is_not_acknowledged(seated: Intake) -> None:
    told(seated, A, event(1))
    assert told(seated, A, event(1)) == []
    assert seated.committed([]) == []


def test_an_ack_goes_no_further_than_what_is_committed(seated: Intake) -> None:
    first = appended(told(seated, A, event(1)))
    told(seated, A, event(2))
    assert seated.committed(first) == [Send(A, Ack(seq=1))]
    told(seated, A, event(1))
    assert seated.committed([]) == [Send(A, Ack(seq=1))]


def test_after_a_gap_the_worker_is_told_once_what_is_held(seated: Intake) -> None:
    told(seated, A, event(1))
    assert told(seated, A, event(3)) == [Send(A, Welcome(seq=1))]
    assert told(seated, A, event(4)) == []
    resent = [output for seq in (2, 3, 4) for output in told(seated, A, event(seq))]
    assert [made.seq for made in appended(resent)] == [2, 3, 4]
    assert told(seated, A, event(6)) == [Send(A, Welcome(seq=4))]


def test_after_a_hello_a_gap_is_told_of_again(seated: Intake) -> None:
    assert told(seated, A, event(3)) == [Send(A, Welcome(seq=0))]
    assert told(seated, A, event(4)) == []
    assert told(seated, A, hello()) == [Send(A, Welcome(seq=0))]
    assert told(seated, A, event(4)) == [Send(A, Welcome(seq=0))]


def test_a_welcome_counts_accepted_events_so_that_they_are_not_sent_again(seated: Intake) -> None:
    told(seated, A, event(1))
    assert told(seated, A, hello()) == [Send(A, Welcome(seq=1))]


def test_the_newest_connection_of_the_key_speaks_for_the_trial(seated: Intake) -> None:
    told(seated, A, event(1))
    assert told(seated, STRANGER, hello(), KEYS[A]) == [Send(STRANGER, Welcome(seq=1))]
    assert told(seated, A, event(2)) == []
    assert len(appended(told(seated, STRANGER, event(2), KEYS[A]))) == 1


def test_a_worker_may_not_say_hello_for_another_trial(seated: Intake) -> None:
    assert "a wrong key" in refused(told(seated, A, hello("b")))
    assert "from a" in refused(told(seated, A, event(1, "b")))
    assert len(appended(told(seated, A, event(1, "a")))) == 1
    assert len(appended(told(seated, B, event(1, "b")))) == 1


def test_who_takes_over_a_connection_speaks_for_nobody(seated: Intake) -> None:
    """A peer chooses its routing id; its key it has to prove."""
    assert told(seated, A, event(1), KEYS[B]) == []
    assert told(seated, A, event(1), KEYS[STRANGER]) == []
    assert seated.counters.strangers == 2


def test_nobody_speaks_for_a_withdrawn_attempt(seated: Intake) -> None:
    seated.withdraw("a", 0)
    assert told(seated, A, event(1)) == []
    assert "not expected here" in refused(told(seated, A, hello()))
    seated.withdraw("a", 0)


def test_an_order_follows_its_committed_decision_only(seated: Intake) -> None:
    start = seated.stated(decision(Start(because=0, trials=("a",))))
    assert told(seated, A, hello()) == [Send(A, Welcome(seq=0))]
    assert seated.committed([start.event]) == [Send(A, Order(order="start"))]
    stop = seated.stated(decision(Stop(because=0, trial="a", reason="lost")))
    assert told(seated, A, hello())[1:] == [Send(A, Order(order="start"))]
    assert seated.committed([stop.event]) == [Send(A, Order(order="stop"))]
    assert told(seated, A, hello())[1:] == [Send(A, Order(order="stop"))]


def test_a_standing_order_is_told_to_a_worker_that_comes_later(intake: Intake) -> None:
    start = intake.stated(decision(Start(because=0, trials=("a", "b"))))
    assert intake.committed([start.event]) == []
    answers = told(intake, A, hello())
    assert answers == [Send(A, Welcome(seq=0)), Send(A, Order(order="start"))]


def test_an_order_to_stop_is_final(seated: Intake) -> None:
    stop = seated.stated(decision(Stop(because=0, trial="a", reason="overdue")))
    start = seated.stated(decision(Start(because=0, trials=("a", "b"))))
    told = seated.committed([stop.event, start.event])
    assert told == [Send(A, Order(order="stop")), Send(B, Order(order="start"))]


def test_an_order_is_for_one_attempt_and_the_next_one_starts_if_the_race_has_begun(
    seated: Intake,
) -> None:
    start = seated.stated(decision(Start(because=0, trials=("a",))))
    stops = [seated.stated(decision(Stop(because=0, trial=t, reason=""))) for t in ("a", "b")]
    seated.committed([start.event, *(stop.event for stop in stops)])
    retries = [
        seated.stated(decision(Retry(because=0, trial=t, attempt=1, reason=""))) for t in ("a", "b")
    ]
    seated.committed([retry.event for retry in retries])
    assert told(seated, A, hello())[1:] == [Send(A, Order(order="start"))]
    assert told(seated, B, hello("b"))[1:] == []


def test_an_outbox_gives_what_is_new_and_nothing_twice(seated: Intake) -> None:
    told(seated, A, event(1))
    outbox = [event(seq)[1] for seq in (1, 2, 3)]
    taken = [made for body in outbox for made in appended(seated.drained(("a", 0), body))]
    assert [made.seq for made in taken] == [2, 3]
    again = [made for body in outbox for made in appended(seated.drained(("a", 0), body))]
    assert again == []


def test_a_log_from_an_earlier_life_is_remembered() -> None:
    before = Intake(RUN)
    before.admit("a", 0, KEYS[A])
    told(before, A, hello())
    events = [before.stated(decision(Start(because=0, trials=("a",)))).event]
    events += appended(told(before, A, event(1)))
    after = Intake(RUN)
    after.committed(events)
    after.admit("a", 0, KEYS[B])
    answers = told(after, B, hello())
    assert answers == [Send(B, Welcome(seq=1)), Send(B, Order(order="start"))]
    stated = after.stated(decision(Stop(because=0, trial="a", reason="")))
    assert (stated.event.offset, stated.event.seq) == (2, 2)
