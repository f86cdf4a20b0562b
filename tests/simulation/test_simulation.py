"""In no simulated tournament is a promise broken, and a simulator that can find bugs says so."""

from __future__ import annotations

import pytest

from .bugs import BUGS
from .many import first_broken, simulate
from .play import Play, broken_by, shrunk
from .scenario import KINDS, draw

SEEDS = 5_000


def test_no_promise_is_broken_in_five_thousand_tournaments():
    broken = [found for _, found in simulate(0, SEEDS) if found is not None]
    assert [(seed, found.what) for seed, found in broken] == []


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found(name):
    with BUGS[name]():
        assert first_broken(0, SEEDS) is not None


def test_a_story_is_made_shorter_and_still_tells_of_the_bug():
    with BUGS["wins without an exam"]():
        seed, broken = first_broken(0, SEEDS)
        short = shrunk(broken)
        assert len(short.trace) < len(broken.trace)
        assert broken_by(short.scenario) == short
        assert "its exam had failed" in short.what
    assert broken_by(draw(seed)) is None, "without the bug all is well"


def test_the_same_seed_tells_the_same_story():
    stories = []
    for _ in range(2):
        play = Play(draw(7))
        assert play.run() == ""
        stories.append(play.world.trace)
    assert stories[0] == stories[1]


def test_every_kind_of_disaster_and_of_end_comes_up():
    """What never happens is not tested."""
    struck, ends = set(), set()
    for seed in range(600):
        play = Play(draw(seed))
        assert play.run() == ""
        struck |= {fault.kind for fault in play.scenario.faults}
        ends |= {e.data.outcome for e in play.promises.events if e.type == "verdict"}
    assert struck == set(KINDS)
    assert ends == {"winner", "no-winner", "all-failed", "interrupted"}
