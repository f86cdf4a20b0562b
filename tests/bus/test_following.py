"""The subscriber's side of the protocol: every event once, in order, whatever happens."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tournament.bus.following import Following
from tournament.record.events import AnyEvent, make_event
from tournament.record.payloads import Note

LOG = [
    make_event(
        Note(text=str(at)), run="r", trial="a", seq=at + 1, t=1.0, offset=at
    )
    for at in range(40)
]  # fmt: skip


def offsets(events: list[AnyEvent]) -> list[int | None]:
    return [event.offset for event in events]


def test_it_begins_with_a_replay() -> None:
    following = Following()
    assert following.request(0.0) == 0
    assert offsets(following.replayed(LOG[:3], 3, False)) == [0, 1, 2]
    assert following.request(100.0) is None


def test_live_events_pass_through_in_order_and_once() -> None:
    following = Following()
    assert offsets(following.live(LOG[0])) == [0]
    assert following.live(LOG[0]) == []
    assert offsets(following.live(LOG[1])) == [1]


def test_a_gap_holds_events_back_until_it_is_replayed() -> None:
    following = Following()
    following.request(0.0)
    following.replayed([], 0, False)
    following.live(LOG[0])
    assert following.live(LOG[3]) == []
    assert following.live(LOG[2]) == []
    assert following.request(1.0) == 1
    assert offsets(following.replayed([LOG[1]], 2, True)) == [1, 2, 3]
    assert following.request(2.0) is None


def test_a_beat_tells_of_a_lost_tail() -> None:
    following = Following()
    following.request(0.0)
    following.replayed(LOG[:2], 2, False)
    following.beat(None)
    following.beat(1)
    assert following.request(1.0) is None
    following.beat(4)
    assert following.request(1.0) == 2


def test_an_unanswered_request_is_repeated_after_a_while_only() -> None:
    following = Following(patience=2.0)
    assert following.request(10.0) == 0
    assert following.request(11.9) is None
    assert following.request(12.0) == 0


def test_a_replay_in_pieces_is_asked_for_piece_by_piece() -> None:
    following = Following()
    given_out = []
    for begin in (0, 10, 20, 30):
        assert following.request(0.0) == begin
        given_out += following.replayed(LOG[begin : begin + 10], begin + 10, begin < 30)
    assert given_out == LOG
    assert following.request(0.0) is None


def test_a_useless_answer_is_not_asked_for_again_at_once() -> None:
    following = Following(patience=2.0)
    following.beat(5)
    assert following.request(0.0) == 0
    assert following.replayed([], 0, False) == []
    assert following.request(0.0) is None
    assert following.request(2.0) == 0


def test_it_can_begin_anywhere() -> None:
    following = Following(since=7)
    assert following.live(LOG[3]) == []
    assert following.request(0.0) == 7
    assert offsets(following.replayed(LOG[5:9], 9, False)) == [7, 8]


def test_events_far_ahead_of_a_gap_take_little_room_and_are_not_lost() -> None:
    following = Following(room=3)
    for event in LOG[1:]:
        assert following.live(event) == []
    out = following.replayed(LOG[:2], 2, True)
    assert offsets(out) == [0, 1, 2, 3]
    following.request(0.0)
    assert following.replayed(LOG[4:], 40, False) == LOG[4:]


ACTIONS = st.one_of(
    st.tuples(st.just("live"), st.integers(0, 39)),
    st.tuples(st.just("beat"), st.integers(0, 39)),
    st.tuples(st.just("ask"), st.just(0)),
    st.tuples(st.just("answer"), st.integers(0, 5)),
    st.tuples(st.just("lose"), st.integers(0, 5)),
)


@settings(max_examples=300, deadline=None)
@given(
    since=st.integers(0, 45),
    room=st.integers(0, 6),
    piece=st.integers(1, 9),
    actions=st.lists(ACTIONS, max_size=80),
)
def test_every_event_comes_once_in_order_under_loss_doubling_and_disorder(
    since: int, room: int, piece: int, actions: list[tuple[str, int]]
) -> None:
    following = Following(since, room=room, patience=1.0)
    out: list[AnyEvent] = []
    asked: list[int] = []
    now = 0.0

    def answer(begin: int) -> None:
        end = min(begin + piece, len(LOG))
        out.extend(following.replayed(LOG[begin:end], max(begin, end), end < len(LOG)))

    for action, number in actions:
        now += 0.1
        if action == "live":
            out.extend(following.live(LOG[number]))
        elif action == "beat":
            following.beat(number)
        elif action == "ask" and (begin := following.request(now)) is not None:
            asked.append(begin)
        elif action == "answer" and asked:
            answer(asked[number % len(asked)])
        elif action == "lose" and asked:
            asked.pop(number % len(asked))

    following.beat(39)
    for _ in range(len(LOG) + 1):
        now += 1.0
        if (begin := following.request(now)) is not None:
            answer(begin)
    assert out == LOG[since:]
    assert following.request(now + 10) is None
