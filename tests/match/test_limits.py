"""A worker is given up for silence where it should speak, or for too much output."""

from __future__ import annotations

import pytest

from tournament.config.models import Limits
from tournament.match.limits import Patience
from tournament.record.payloads import Preparing, Progress, Ready, Start

LIMITS = Limits(start=10.0, stall=5.0, output=1000)
READY = Ready(metrics=(), device="cpu", threads=1, seconds=1, steps=(), report={}, versions={})
PROGRESS = Progress(epoch=1, batch=1, batches=1, seconds=1, figures={})


@pytest.fixture
def patience():
    return Patience(LIMITS, since=100.0)


def test_silence_in_import_or_preparation_ends_after_the_start_limit(patience):
    assert patience.overdue(110.0, 0) is None
    assert "limits.start is 10 s" in patience.overdue(110.1, 0).reason


def test_a_moving_bar_is_a_sign_of_life(patience):
    patience.heard(Preparing(what="videos", done=1, total=9), 109.0)
    assert patience.overdue(118.0, 0) is None


def test_waiting_at_the_barrier_is_no_silence(patience):
    patience.heard(READY, 101.0)
    assert patience.overdue(1e6, 0) is None


def test_the_stall_limit_counts_from_the_start_and_from_each_progress(patience):
    patience.heard(READY, 101.0)
    patience.heard(Start(because=0, trials=()), 200.0)
    assert patience.overdue(205.0, 0) is None
    patience.heard(PROGRESS, 204.0)
    assert patience.overdue(209.0, 0) is None
    assert "limits.stall is 5 s" in patience.overdue(209.1, 0).reason


def test_too_much_output_ends_it_at_once(patience):
    assert patience.overdue(100.0, 1000) is None
    assert "limits.output" in patience.overdue(100.0, 1001).reason


def test_another_attempt_whose_rivals_race_already_races_as_soon_as_it_is_ready():
    patience = Patience(LIMITS, since=100.0, racing=True)
    patience.heard(READY, 101.0)
    assert patience.overdue(106.0, 0) is None
    late = patience.overdue(106.1, 0)
    assert (late.kind, "limits.stall is 5 s" in late.reason) == ("stall", True)
