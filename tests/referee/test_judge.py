"""Criteria are joint: all on one check of one trial, with their margins."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournament.config.criteria import criteria_from_json
from tournament.referee.judge import judge

from .race import check


def judged(criteria, *checks):
    return judge(criteria_from_json({"every": 1, **criteria}), list(checks))


@pytest.mark.parametrize(
    ("text", "value", "met", "margin"),
    [
        ("a >= 1.5", 1.5, True, 0.0),
        ("a > 1.5", 1.5, False, 0.0),
        ("a <= 1.5", 1.5, True, 0.0),
        ("a < 1.5", 1.5, False, 0.0),
        ("a >= 1.5", 1.25, False, -0.25),
        ("a <= 1.5", 1.25, True, 0.25),
        ("a >= -2", -1.0, True, 1.0),
    ],
)
def test_a_single_criterion_and_its_margin(text, value, met, margin):
    judgement = judged({"all": [text]}, check(1, a=value))
    assert judgement.met is met
    assert judgement.leaves[0].margin == margin
    assert (judgement.shortfall == 0) is met


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("op", [">=", ">", "<=", "<"])
def test_no_non_finite_value_satisfies_anything(value, op):
    judgement = judged({"all": [f"a {op} 0"]}, check(1, a=value))
    assert not judgement.met
    assert judgement.shortfall == math.inf


def test_all_criteria_must_hold_on_the_same_check():
    criteria = {"all": ["a >= 1", "b >= 1"]}
    assert not judged(criteria, check(1, a=2, b=0), check(2, a=0, b=2)).met
    assert judged(criteria, check(1, a=2, b=0), check(2, a=2, b=2)).met


def test_any_needs_one_and_groups_nest():
    criteria = {"all": ["a >= 1", {"any": ["b >= 1", "b <= -1"]}]}
    assert judged(criteria, check(1, a=1, b=-2)).met
    assert judged(criteria, check(1, a=1, b=3)).met
    assert not judged(criteria, check(1, a=1, b=0)).met
    assert not judged(criteria, check(1, a=0, b=3)).met


def test_for_k_checks_needs_k_in_a_row():
    criteria = {"all": ["a >= 1 for 3 checks"]}
    values = [1, 1, 0, 1, 1, 1, 1]
    checks = [check(i + 1, a=v) for i, v in enumerate(values)]
    verdicts = [judged(criteria, *checks[: n + 1]).met for n in range(len(checks))]
    assert verdicts == [False, False, False, False, False, True, True]


def test_a_group_holds_as_a_whole():
    criteria = {"any": ["a >= 1", "b >= 1"], "holds": 2}
    assert judged(criteria, check(1, a=1, b=0), check(2, a=0, b=1)).met
    assert not judged({"any": ["a >= 1 for 2 checks", "b >= 1 for 2 checks"]},
                      check(1, a=1, b=0), check(2, a=0, b=1)).met  # fmt: skip


def test_check_zero_wins_nothing_and_starts_no_streak():
    assert not judged({"all": ["a >= 1"]}, check(0, a=5)).met
    assert not judged({"all": ["a >= 1 for 2 checks"]}, check(0, a=5), check(1, a=5)).met


def test_the_shortfall_is_the_worst_of_all_and_the_best_of_any():
    assert judged({"all": ["a >= 2", "b >= 10"]}, check(1, a=1, b=9)).shortfall == 0.5
    assert judged({"any": ["a >= 2", "b >= 10"]}, check(1, a=1, b=9)).shortfall == 0.1


def test_the_first_failed_criterion_is_named():
    judgement = judged({"all": ["a >= 1", "b >= 1"]}, check(1, a=1, b=0))
    assert judgement.first_failed.criterion == "b >= 1"


@given(st.lists(st.tuples(st.floats(), st.floats()), min_size=1, max_size=8), st.integers(1, 4))
def test_a_held_group_is_met_exactly_when_its_last_k_checks_are(values, holds):
    checks = [check(i + 1, a=a, b=b) for i, (a, b) in enumerate(values)]
    single = [judged({"all": ["a >= 0", "b < 1"]}, c).met for c in checks]
    held = judged({"all": ["a >= 0", "b < 1"], "holds": holds}, *checks).met
    assert held is (len(checks) >= holds and all(single[-holds:]))
