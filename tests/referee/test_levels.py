"""How strict an exam is: all chances of a false pass together are what the config allows."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournament.config.criteria import Criteria, Group, Leaf, criteria_from_json
from tournament.record.payloads import Bound, ExamRules
from tournament.referee.levels import exam_held, exam_level, leaf_levels, leaves_held

from .race import RULES


def criteria(group) -> Criteria:
    return criteria_from_json({"every": 1, **group})


def bound(value: float, unfavourable: float | None = None) -> Bound:
    return Bound(
        criterion="c", metric="m", value=value, level=0.01, method="exact",
        bound=value if unfavourable is None else unfavourable,
    )  # fmt: skip


def held(group, *values) -> bool:
    return exam_held(criteria(group), [bound(value) for value in values])


leaves = st.builds(Leaf, metric=st.just("a"), op=st.just(">="), threshold=st.just(0.5))
groups = st.recursive(
    leaves,
    lambda members: st.builds(
        Group,
        kind=st.sampled_from(["all", "any"]),
        members=st.lists(members, min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=8,
).filter(lambda node: isinstance(node, Group))


@pytest.mark.parametrize("entrants", [1, 3, 8])
@pytest.mark.parametrize("attempts", [1, 3, 100])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_the_chance_of_a_false_winner_is_shared_among_all_exams(entrants, attempts, confidence):
    rules = ExamRules(**{**RULES, "attempts": attempts, "confidence": confidence})
    level = exam_level(rules, entrants)
    assert entrants * attempts * level == pytest.approx(1 - confidence)


def test_each_member_of_an_all_may_use_the_whole_level():
    assert leaf_levels(criteria({"all": ["a >= 1", "b >= 1", "c < 2"]}), 0.01) == (0.01,) * 3


def test_the_members_of_an_any_share_the_level():
    assert leaf_levels(criteria({"any": ["a >= 1", "b >= 1"]}), 0.01) == (0.005, 0.005)


def test_levels_go_down_through_nested_groups_in_the_written_order():
    group = {"all": ["a >= 1", {"any": ["b >= 1", {"all": ["c >= 1", "d >= 1"]}]}, "e >= 1"]}
    assert leaf_levels(criteria(group), 0.04) == (0.04, 0.02, 0.02, 0.02, 0.04)


@given(groups, st.floats(1e-4, 0.5))
def test_the_chance_that_a_group_holds_falsely_is_at_most_its_level(group, level):
    levels = iter(leaf_levels(Criteria(every=1, group=group), level))

    def chance(node) -> float:
        if isinstance(node, Leaf):
            return next(levels)
        parts = [chance(member) for member in node.members]
        # For an `all` to pass falsely one certain member must; for an `any` one of them all.
        return max(parts) if node.kind == "all" else sum(parts)

    assert chance(group) <= level * (1 + 1e-9)


@given(groups, st.data())
def test_a_group_holds_in_an_exam_as_its_members_do(group, data):
    said = [data.draw(st.booleans()) for _ in group.leaves()]
    verdicts = iter(said)

    def expected(node) -> bool:
        if isinstance(node, Leaf):
            return next(verdicts)
        parts = [expected(member) for member in node.members]
        return all(parts) if node.kind == "all" else any(parts)

    bounds = [bound(1.0, 1.0 if holds else 0.0) for holds in said]
    assert leaves_held(Criteria(every=1, group=group), bounds) == said
    assert exam_held(Criteria(every=1, group=group), bounds) is expected(group)


@pytest.mark.parametrize(
    ("value", "unfavourable", "holds"),
    [(0.8, 0.7, True), (0.8, 0.69, False), (0.6, 0.75, False), (0.7, 0.7, True)],
)
def test_a_criterion_holds_at_its_value_and_at_the_unfavourable_end(value, unfavourable, holds):
    assert exam_held(criteria({"all": ["a >= 0.7"]}), [bound(value, unfavourable)]) is holds


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_nothing_that_is_no_number_holds(bad):
    for op in (">=", "<="):
        group = criteria({"all": [f"a {op} 0"]})
        good = 1.0 if op == ">=" else -1.0
        assert exam_held(group, [bound(good)])
        assert not exam_held(group, [bound(bad, good)])
        assert not exam_held(group, [bound(good, bad)])


@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_exam_that_did_not_measure_every_criterion_does_not_hold(count):
    group = {"any": ["a >= 1", "b >= 1"]}
    assert not held(group, *[9.0] * count)
    assert leaves_held(criteria(group), [bound(9.0)] * count) == [False, False]


def test_an_exam_does_not_ask_again_for_checks_in_a_row():
    assert held({"all": ["a >= 1 for 3 checks"], "holds": 2}, 1.5)
