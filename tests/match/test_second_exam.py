"""An exam that is held again is compared figure by figure."""

from __future__ import annotations

import math

import pytest

from tests.referee.race import Race, check, examined
from tournament.match.second_exam import differences
from tournament.record.payloads import Exam, Examined


@pytest.fixture
def result() -> Examined:
    race = Race(judge=lambda exam: None).start()
    race.say_all(check(1, a=2), "x")
    return examined(race.of(Exam)[0], 0, 2.0)


def told(logged: Examined, **now: object) -> str:
    return "; ".join(differences(logged, logged.model_copy(update=now)))


def test_the_same_figures_are_the_same_also_when_they_are_nan(result):
    assert told(result, seconds=9.0) == ""
    strange = result.model_copy(update={"metrics": {"a": math.nan}})
    assert told(strange) == ""


def test_figures_may_differ_by_rounding_and_no_more(result):
    assert told(result, metrics={"a": 2.0001}) == ""
    assert told(result, metrics={"a": 2.1}) == "a: logged 2, now 2.1"
    assert told(result, metrics={}) == "a: logged 2, now nan"


def test_another_bound_is_told(result):
    bound = result.bounds[0].model_copy(update={"bound": 1.5})
    assert told(result, bounds=(bound,)) == "c: bound logged 2, now 1.5"


def test_a_finding_that_turned_is_told(result):
    turned = result.findings[0].model_copy(update={"passed": False})
    assert told(result, findings=(turned,)) == "faithful: logged as passed, now failed"
    assert told(result, findings=()) == "faithful: logged as passed, now not asked"


def test_an_exam_that_broke_has_to_break_again(result):
    broken = result.model_copy(update={"problem": "killed"})
    assert told(broken, problem="killed in another way") == ""
    assert told(broken, problem="") == "logged: killed; now: held"
    assert told(result, problem="killed") == "logged: held; now: killed"
