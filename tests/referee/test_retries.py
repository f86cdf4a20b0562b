"""Who gets another attempt, from where training goes on, and what does not count any more."""

from __future__ import annotations

import pytest

from tournament.record.payloads import (
    Ended,
    Failed,
    Interrupted,
    Overdue,
    Resumed,
    Retry,
    Spawned,
    Stopped,
    Verdict,
)

from .race import Race, check, ended, finished, ready

OOM = Ended(trial="x", attempt=1, exit_code=None, signal="SIGKILL", out_of_memory=True, stderr=(),
            cpu_seconds=1.0, peak_memory=1)  # fmt: skip


def race(**more) -> Race:
    return Race({"all": ["a >= 1"]}, ("x", "y"), **{"retries": 2, **more})


def spawn(race: Race, trial: str, at: int | None = None) -> None:
    number = race.referee.standings.trials[trial].attempt.number
    race.say_all(Spawned(trial=trial, attempt=number, pid=1, check=at))
    race.say_all(ready(), trial)


def kill(race: Race, trial: str, signal: str | None = "SIGKILL") -> None:
    number = race.referee.standings.trials[trial].attempt.number
    race.say_all(ended(trial, None, signal, number))


@pytest.mark.parametrize(
    "last", [ended("x", None, "SIGKILL"), ended("x", 7), ended("x", 0), ended("x", None), OOM]
)
def test_a_worker_that_ends_for_no_reason_of_its_own_is_followed_by_another(last):
    held = race().start()
    held.say_all(last)
    (retry,) = held.of(Retry)
    assert (retry.trial, retry.attempt) == ("x", 2)
    assert held.state("x") == "RUNNING"
    assert held.verdict is None


@pytest.mark.parametrize(
    ("words", "again"),
    [
        ([(Failed(reason="no", kind="ValueError"), "x")], False),
        ([(Failed(reason="no", kind="OSError", transient=True), "x")], True),
        ([(Overdue(trial="x", kind="stall", reason="no"), None)], True),
        ([(Overdue(trial="x", kind="start", reason="no"), None)], True),
        ([(Overdue(trial="x", kind="output", reason="no"), None)], False),
        ([(finished(), "x")], False),
    ],
)
def test_the_kind_of_the_end_decides(words, again):
    held = race().start()
    for payload, trial in words:
        held.say_all(payload, trial)
    held.say_all(ended("x", 1))
    assert bool(held.of(Retry)) == again


def test_so_many_retries_as_are_allowed():
    held = race(retries=1).start()
    held.say_all(ended("x", 7))
    spawn(held, "x")
    held.say_all(ended("x", 8, attempt=2))
    assert len(held.of(Retry)) == 1
    assert held.state("x") == "FAILED"
    reason = "the worker exited with code 8 (attempt 2)"
    assert held.referee.standings.trials["x"].reason == reason


def test_the_same_end_twice_without_a_check_in_between_is_the_last():
    held = race(retries=9).start()
    kill(held, "x")
    spawn(held, "x")
    held.say_all(check(0), "x")
    kill(held, "x")
    spawn(held, "x", at=0)
    kill(held, "x")
    assert len(held.of(Retry)) == 2
    assert held.state("x") == "FAILED"


def test_what_was_lost_with_its_match_is_never_counted():
    held = race(retries=0).start()
    for number in range(5):
        kill(held, "x", None)
        assert len(held.of(Retry)) == number + 1
        spawn(held, "x")
    kill(held, "x")
    assert held.state("x") == "FAILED"


def test_before_the_start_everybody_waits_for_the_new_attempt():
    held = race()
    held.say_all(ready(), "x")
    held.say_all(ended("x", 7))
    held.say_all(ready(), "y")
    assert held.referee.standings.started is None
    spawn(held, "x")
    assert held.referee.standings.started.trials == ("x", "y")


def test_checks_behind_the_one_where_training_goes_on_count_no_more():
    held = Race({"all": ["a >= 1 for 2 checks"]}, ("x", "y"), retries=2).start()
    for index, value in enumerate([0.0, 1.5]):
        held.say_all(check(index, a=value), "x")
    kill(held, "x")
    spawn(held, "x", at=0)
    held.say_all(check(2, 1, a=1.5), "x")
    trial = held.referee.standings.trials["x"]
    assert [c.index for c in trial.checks] == [0, 2]
    assert [c.index for c in trial.history] == [0, 1, 2]
    assert held.verdict is None, "the lost check must not help"
    held.say_all(check(3, 2, a=1.5), "x")
    assert held.verdict.trial == "x"
    assert held.verdict.epoch == 2


def test_all_checks_of_one_line_of_training_count_whoever_made_them():
    held = Race({"all": ["a >= 1 for 2 checks"]}, ("x", "y"), retries=2).start()
    for index, value in enumerate([0.0, 1.5]):
        held.say_all(check(index, a=value), "x")
    kill(held, "x")
    spawn(held, "x", at=1)
    held.say_all(check(2, 2, a=1.5), "x")
    assert held.verdict.trial == "x"


def test_a_claim_of_an_attempt_that_died_is_examined_all_the_same():
    held = race(judge=lambda exam: None).start()
    held.say_all(check(1, a=2.0), "x")
    kill(held, "x")
    held.finish_exam(9.0)
    assert held.verdict.trial == "x"


def test_nobody_is_started_again_once_there_is_a_verdict():
    held = race().start()
    held.say_all(check(1, a=2.0), "x")
    kill(held, "y")
    assert held.of(Retry) == []
    assert held.state("y") == "STOPPED"


def interrupted(held: Race) -> Race:
    held.say_all(Interrupted(signal="SIGINT"))
    for trial in ("x", "y"):
        held.say_all(Stopped(epoch=0, checkpoint=None), trial)
        held.say_all(ended(trial))
    return held


def test_after_an_interruption_everybody_who_was_stopped_goes_on():
    held = race().start()
    interrupted(held).say_all(Resumed(version="1"))
    assert [retry.trial for retry in held.of(Retry)] == ["x", "y"]
    assert held.verdict is None
    for trial in ("x", "y"):
        spawn(held, trial)
    held.say_all(check(1, a=2.0), "x")
    assert [v.outcome for v in held.of(Verdict)] == ["interrupted", "winner"]


def test_a_claim_that_came_after_the_interruption_is_heard_when_the_run_goes_on():
    held = race().start()
    held.say_all(Interrupted(signal="SIGINT"))
    held.say_all(check(1, a=2.0), "x")
    for trial in ("x", "y"):
        held.say_all(Stopped(epoch=1, checkpoint=None), trial)
        held.say_all(ended(trial))
    held.say_all(Resumed(version="1"))
    assert held.verdict.trial == "x"


def test_no_other_verdict_is_taken_back():
    held = race().start()
    held.say_all(check(1, a=2.0), "x")
    held.say_all(Resumed(version="1"))
    assert held.verdict.trial == "x"
    assert held.of(Retry) == []


def test_the_restarts_of_a_resumed_run_use_up_no_retries():
    held = race(retries=1).start()
    interrupted(held).say_all(Resumed(version="1"))
    spawn(held, "x")
    kill(held, "x")
    assert [r.attempt for r in held.of(Retry) if r.trial == "x"] == [2, 3]
