"""What the hub refuses, and that nothing a peer sends does harm."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournament.bus.intake import Drop, Intake, Reject, Send
from tournament.bus.wire import EVENT_LIMIT, Welcome
from tournament.record.events import make_event, write_event
from tournament.record.payloads import Failed, Finished, Note, Verdict

from .talk import KEYS, RUN, STRANGER, A, B, appended, event, hello, made_intake, refused, told


@pytest.fixture
def intake() -> Intake:
    return made_intake()


@pytest.fixture
def seated(intake: Intake) -> Intake:
    assert told(intake, A, hello("a")) == [Send(A, Welcome(seq=0))]
    assert told(intake, B, hello("b")) == [Send(B, Welcome(seq=0))]
    return intake


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (hello("b"), "a wrong key"),
        (hello(secret="x"), "secret: Extra inputs are not permitted"),
        (hello("c"), "not expected here"),
        (hello(attempt=1), "not expected here"),
        (hello(run="another"), "this is the hub of run 'race-1'"),
        (hello(v=2), "v: Input should be 1"),
        (hello(more="x"), "more: Extra inputs are not permitted"),
        ([b"hello", b"{"], "hello: "),
        ([b"hello"], "expected two frames"),
        ([b"hello", b"{}", b""], "expected two frames"),
        ([b"howdy", b"{}"], "expected two frames"),
        ([], "expected two frames"),
    ],
)
def test_a_hello_that_proves_nothing_is_refused(
    intake: Intake, said: list[bytes], reason: str
) -> None:
    assert reason in refused(told(intake, A, said))
    assert told(intake, A, event(1)) == []
    assert intake.next_offset == 0


def test_events_before_a_hello_are_dropped_without_offence(intake: Intake) -> None:
    for seq in range(1, 1000):
        assert told(intake, STRANGER, event(seq)) == []
    assert intake.counters.strangers == 999
    assert told(intake, STRANGER, hello(), KEYS[A]) == [Send(STRANGER, Welcome(seq=0))]


def verdict() -> list[bytes]:
    said = Verdict(
        because=0,
        outcome="winner",
        trial="a",
        check=1,
        epoch=1,
        claimed=None,
        examined=None,
        reason="me",
    )
    return [b"event", write_event(make_event(said, run=RUN, seq=1, t=1.0, trial="a"))]


def with_body(**changes: Any) -> list[bytes]:
    return [b"event", json.dumps(json.loads(event(1)[1]) | changes).encode()]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (verdict(), "a worker may not say 'verdict'"),
        (event(1, "b"), "an event of b, attempt 0, from a, attempt 0"),
        (event(1, None), "an event of None"),
        (event(1, attempt=1), "an event of a, attempt 1, from a, attempt 0"),
        (event(1, run="another"), "an event of another run"),
        (with_body(v=2), "v: Input should be 1"),
        (with_body(more=1), "more: Extra inputs are not permitted"),
        (with_body(type="victory"), "does not match any of the expected tags"),
        (with_body(seq=-1), "seq: Input should be greater than or equal to 0"),
        (with_body(seq=2**53), "seq: Input should be less than or equal to"),
        (with_body(data={"epochs": 1}), "data.text: Field required"),
        ([b"event", event(1)[1].replace(b'"t":1.0', b'"t":NaN')], "event: "),
        ([b"event", event(1)[1].replace(b'"t":1.0', b'"t":1e999')], "event: "),
        ([b"event", b" " * EVENT_LIMIT + event(1)[1]], "an event may have 61440"),
        ([b"event", b"\xff\xfe"], "event: "),
        ([b"event", b"[" * 50_000], "event: "),
        ([b"event", event(1)[1], b"more"], "expected two frames"),
    ],
)
def test_what_a_worker_may_not_say_is_refused_and_changes_nothing(
    seated: Intake, said: list[bytes], reason: str
) -> None:
    assert reason in refused(told(seated, A, said))
    assert seated.counters.malformed == 1
    assert seated.next_offset == 0
    assert len(appended(told(seated, A, event(1)))) == 1


def test_only_what_reads_back_gets_in(seated: Intake) -> None:
    doubled = event(1)[1].replace(b'"seq":1', b'"seq":7,"seq":1')
    spaced = event(2)[1].replace(b",", b" ,\n")
    taken = appended(told(seated, A, [b"event", doubled]))
    taken += appended(told(seated, A, [b"event", spaced]))
    assert [write_event(made).count(b'"seq"') for made in taken] == [1, 1]
    assert all(b"\n" not in write_event(made) for made in taken)


def test_after_too_many_malformed_messages_a_connection_is_ignored() -> None:
    intake = made_intake(patience=3)
    told(intake, A, hello())
    for _ in range(2):
        assert len(told(intake, A, [b"junk"])) == 2
    assert told(intake, A, [b"junk"])[-1] == Drop(A)
    assert told(intake, A, hello()) == []
    assert told(intake, A, event(1)) == []
    assert (intake.counters.cut, intake.counters.ignored) == (1, 2)
    assert told(intake, B, hello(), KEYS[A]) == [Send(B, Welcome(seq=0))]


def test_an_ignored_connection_is_not_answered_any_more() -> None:
    intake = made_intake(patience=1)
    told(intake, A, hello())
    taken = appended(told(intake, A, event(1)))
    assert told(intake, A, [b"junk"])[-1] == Drop(A)
    assert intake.committed(taken) == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (event(5)[1], "event 5 comes after event 0"),
        (verdict()[1], "a worker may not say 'verdict'"),
        (event(1, "b")[1], "an event of b"),
        (b"", "event: "),
    ],
)
def test_an_outbox_is_not_trusted_either(seated: Intake, body: bytes, reason: str) -> None:
    (output,) = seated.drained(("a", 0), body)
    assert isinstance(output, Reject)
    assert reason in output.reason


@given(
    messages=st.lists(
        st.tuples(
            st.sampled_from([A, B, STRANGER]),
            st.one_of(
                st.lists(st.binary(max_size=30), max_size=4),
                st.binary(max_size=60).map(lambda body: [b"event", body]),
                st.binary(max_size=60).map(lambda body: [b"hello", body]),
                st.builds(
                    lambda at, byte: [b"event", event(1)[1][:at] + byte + event(1)[1][at:]],
                    st.integers(0, 150),
                    st.binary(max_size=3),
                ),
            ),
        ),
        max_size=30,
    )
)
def test_no_message_makes_it_raise_and_what_gets_in_reads_back(
    messages: list[tuple[bytes, list[bytes]]],
) -> None:
    intake = made_intake(patience=10)
    told(intake, A, hello())
    taken = []
    for connection, frames in messages:
        taken += appended(told(intake, connection, frames))
    assert [made.seq for made in taken] == list(range(1, len(taken) + 1))
    for made in taken:
        assert isinstance(made.data, (Finished, Failed, Note))
