"""The stop ladder climbs in time, one rung after the other, each once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tournament.process.ladder import StopLadder

waits = st.floats(0.01, 100)


@given(waits, waits, st.lists(st.floats(0, 10), max_size=50))
def test_it_gives_each_signal_once_in_order_and_never_early(grace, terminate, steps):
    ladder = StopLadder(0.0, grace, terminate)
    now, given_at = 0.0, []
    for step in [*steps, grace, terminate, 1.0]:
        now += step
        if (rung := ladder.tick(now)) is not None:
            given_at.append((rung, now))
    assert [rung for rung, _ in given_at] == ["terminate", "kill"]
    assert given_at[0][1] >= grace
    assert given_at[1][1] >= grace + terminate


def test_hurrying_skips_the_waits_but_no_rung():
    ladder = StopLadder(0.0, 10.0, 5.0)
    assert ladder.tick(1.0) is None
    ladder.hurry(1.0)
    assert [ladder.tick(1.0), ladder.tick(1.0), ladder.tick(1.0)] == ["terminate", "kill", None]
