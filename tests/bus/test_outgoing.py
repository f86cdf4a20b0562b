"""The worker's side of the protocol, message by message."""

from __future__ import annotations

import pytest

from tournament.bus.outgoing import Outgoing
from tournament.bus.wire import Ack, Answer, Order, Refused, Welcome, frames
from tournament.errors import BusError


def told(outgoing: Outgoing, *messages: Answer) -> None:
    for message in messages:
        outgoing.heard(frames(message))


def all_sent(outgoing: Outgoing) -> list[bytes]:
    bodies = []
    while (body := outgoing.unsent()) is not None:
        bodies.append(body)
        outgoing.sent()
    return bodies


@pytest.fixture
def outgoing() -> Outgoing:
    made = Outgoing(window=5, beat=2.0)
    for body in (b"1", b"2", b"3"):
        made.add(body)
    return made


def test_a_hello_is_due_at_first_and_at_every_beat(outgoing: Outgoing) -> None:
    assert outgoing.hello_due(100.0)
    outgoing.hello_sent(100.0)
    assert not outgoing.hello_due(101.9)
    assert outgoing.hello_due(102.0)


def test_nothing_is_sent_before_the_welcome(outgoing: Outgoing) -> None:
    assert outgoing.unsent() is None
    told(outgoing, Welcome(seq=0))
    assert all_sent(outgoing) == [b"1", b"2", b"3"]


def test_a_welcome_makes_it_send_everything_behind_what_the_hub_holds(outgoing: Outgoing) -> None:
    told(outgoing, Welcome(seq=0))
    all_sent(outgoing)
    told(outgoing, Welcome(seq=1))
    assert all_sent(outgoing) == [b"2", b"3"]
    assert outgoing.outstanding == 3


def test_an_ack_frees_the_window_and_a_welcome_does_not(outgoing: Outgoing) -> None:
    outgoing.add(b"4")
    outgoing.add(b"5")
    told(outgoing, Welcome(seq=5))
    assert outgoing.full
    told(outgoing, Ack(seq=2))
    assert not outgoing.full
    assert (outgoing.outstanding, outgoing.next_seq) == (3, 6)


def test_acks_that_come_late_or_twice_change_nothing(outgoing: Outgoing) -> None:
    told(outgoing, Welcome(seq=0), Ack(seq=2), Ack(seq=1), Ack(seq=2), Welcome(seq=0))
    assert outgoing.outstanding == 1
    assert all_sent(outgoing) == [b"3"]


def test_what_is_acknowledged_is_not_sent_again(outgoing: Outgoing) -> None:
    told(outgoing, Welcome(seq=0))
    all_sent(outgoing)
    told(outgoing, Welcome(seq=0), Ack(seq=2))
    assert all_sent(outgoing) == [b"3"]


def test_a_hub_that_holds_what_was_never_published_is_an_error(outgoing: Outgoing) -> None:
    for message in (Ack(seq=4), Welcome(seq=4)):
        with pytest.raises(BusError, match="another process publish as the same attempt"):
            told(outgoing, message)


def test_an_order_to_stop_is_final(outgoing: Outgoing) -> None:
    assert outgoing.order is None
    told(outgoing, Order(order="start"))
    assert outgoing.order == "start"
    told(outgoing, Order(order="stop"), Order(order="start"))
    assert outgoing.order == "stop"


def test_a_refusal_is_kept(outgoing: Outgoing) -> None:
    told(outgoing, Refused(reason="a wrong secret"))
    assert outgoing.refusal == "a wrong secret"


def test_unknown_keys_are_ignored_and_unknown_messages_are_not(outgoing: Outgoing) -> None:
    outgoing.heard([b"ack", b'{"seq": 1, "since version 2": true}'])
    assert outgoing.outstanding == 2
    for message in ([b"ack", b"{}"], [b"nack", b"{}"], [b"ack"], [b""]):
        with pytest.raises(BusError, match="the hub sent"):
            outgoing.heard(message)
