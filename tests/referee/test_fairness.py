"""Had everybody the same machine? What each used, and a warning when the winner had more."""

from __future__ import annotations

import pytest

from tournament.record.payloads import Ended, Exam
from tournament.referee.fairness import MORE, machine_warnings, usage

from .race import Race, check, ready


def race_of(winner: dict, rival: dict, cores=(1.0, 1.0)) -> Race:
    """x wins at its second check; each had the given machine and used so many cores."""
    race = Race()
    for trial, given in (("x", winner), ("y", rival)):
        race.say_all(ready().model_copy(update=given), trial)
    for trial, used in (("y", cores[1]), ("x", cores[0])):
        for index, value in ((1, 0.5), (2, 2.0 if trial == "x" else 0.5)):
            told = check(index, a=value)
            race.say_all(told.model_copy(update={"cpu_seconds": used * told.seconds}), trial)
    assert race.verdict.trial == "x"
    return race


def said(race: Race) -> list[str]:
    return machine_warnings(race.referee.standings)


def test_what_a_trial_used_is_told_as_far_as_it_is_known():
    race = race_of({"threads": 2, "seconds": 7.0, "device": "cuda:0"}, {}, cores=(1.5, 1.0))
    found = usage(race.referee.standings.trials["x"])
    assert (found.trial, found.device, found.threads, found.preparation) == ("x", "cuda:0", 2, 7.0)
    assert (found.seconds, found.cores) == (20.0, 1.5)
    assert (found.cpu_seconds, found.peak_memory) == (None, None)


def test_what_the_kernel_counted_is_known_once_a_trial_has_ended():
    race = race_of({}, {})
    race.say_all(
        Ended(trial="x", attempt=1, exit_code=0, signal=None, out_of_memory=False,
              stderr=(), cpu_seconds=44.0, peak_memory=123)
    )  # fmt: skip
    found = usage(race.referee.standings.trials["x"])
    assert (found.cpu_seconds, found.peak_memory) == (44.0, 123)


def test_a_trial_that_never_got_ready_used_nothing():
    race = Race()
    race.say_all(ready(), "x")
    assert usage(race.referee.standings.trials["y"]) is None


def test_a_trial_without_a_check_has_used_no_cores_yet():
    race = Race().start()
    assert usage(race.referee.standings.trials["x"]).cores == 0


def test_the_same_machine_is_no_reason_to_warn():
    assert said(race_of({}, {})) == []


def test_a_winner_that_had_less_is_no_reason_to_warn():
    assert said(race_of({"threads": 1}, {"threads": 4}, cores=(0.5, 2.0))) == []


@pytest.mark.parametrize(
    ("winner", "rival", "text"),
    [
        ({"device": "cuda:0"}, {"device": "cpu"}, "had another machine than y: cuda:0 beside cpu"),
        ({"device": "cpu"}, {"device": "cuda:1"}, "had another machine than y: cpu beside cuda:1"),
        (
            {"threads": 2},
            {"threads": 1},
            "may have won by having more machine than y: 2 threads beside 1",
        ),
    ],
)
def test_a_winner_with_more_or_another_machine_is_warned_of(winner, rival, text):
    (warning,) = said(race_of(winner, rival))
    assert warning == f"x {text}"


def test_two_gpus_of_one_machine_are_alike():
    assert said(race_of({"device": "cuda:0"}, {"device": "cuda:1"})) == []


@pytest.mark.parametrize(("times", "warned"), [(0.99 * MORE, False), (1.01 * MORE, True)])
def test_a_winner_that_had_more_processor_time_a_second_is_warned_of(times, warned):
    found = said(race_of({}, {}, cores=(times, 1.0)))
    assert bool(found) is warned
    if warned:
        assert found[0].endswith("1.26 cores on average beside 1.00")


def test_a_rival_that_never_trained_had_no_share_to_compare():
    race = Race().start()
    race.say_all(check(1, a=2.0), "x")
    assert race.verdict.trial == "x"
    assert said(race) == []


def test_without_a_winner_there_is_nothing_to_warn_of():
    race = Race(judge=lambda exam: None).start()
    race.say_all(check(1, a=2.0), "x")
    assert race.of(Exam)
    assert said(race) == []
