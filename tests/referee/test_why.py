"""Why a check was no claim: the smallest change of the criteria that would have made it one."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tournament.config.criteria import Criteria, Group, Leaf, criteria_from_json
from tournament.referee.judge import judge, margin
from tournament.referee.why import CLOSE, change_at, smallest_change

from .race import check


def criteria(group) -> Criteria:
    return criteria_from_json({"every": 1, **group})


def checks(*values, name="a"):
    """Checks 1, 2, ... with these values."""
    return [check(i, **{name: value}) for i, value in enumerate(values, 1)]


def told(group, *history) -> str:
    return str(smallest_change(criteria(group), history))


def test_the_change_is_told_in_the_words_of_the_config():
    group = {"all": ["attention_ratio >= 1.5", "val_accuracy >= 0.75", "consistency >= 0.7"]}
    history = [
        check(1, 5, attention_ratio=1.2, val_accuracy=0.6, consistency=0.5),
        check(2, 10, attention_ratio=1.6, val_accuracy=0.7, consistency=0.8),
        check(3, 15, attention_ratio=1.7, val_accuracy=0.7312, consistency=0.9),
    ]
    assert told(group, *history) == "at epoch 15 with val_accuracy >= 0.73"


def test_all_criteria_that_lack_are_told_together():
    group = {"all": ["a >= 2", "b <= 1", "c >= 0"]}
    assert told(group, check(1, a=1.8, b=1.2, c=1)) == "at epoch 1 with a >= 1.8, b <= 1.2"


def test_of_an_any_the_member_that_has_to_give_way_least_is_told():
    assert told({"any": ["a >= 2", "b >= 10"]}, check(1, a=1, b=9)) == "at epoch 1 with b >= 9"


def test_of_equal_changes_the_earliest_is_told():
    assert told({"all": ["a >= 2"]}, *checks(1.0, 1.5, 1.5)) == "at epoch 2 with a >= 1.5"


def test_a_check_that_is_a_claim_needs_no_change():
    change = smallest_change(criteria({"all": ["a >= 1"]}), checks(0.5, 1.5))
    assert (change.check, change.criteria, change.size) == (2, (), 0)
    assert str(change) == "at epoch 2 as they are"


def test_a_criterion_for_several_checks_gives_way_to_the_worst_of_them():
    group = {"all": ["a >= 2 for 3 checks"]}
    assert told(group, *checks(1.9, 1.7, 2.5)) == "at epoch 3 with a >= 1.7 for 3 checks"


def test_too_few_checks_leave_nothing_to_change():
    assert smallest_change(criteria({"all": ["a >= 2 for 3 checks"]}), checks(1, 1)) is None
    assert smallest_change(criteria({"all": ["a >= 2"], "holds": 2}), checks(1)) is None
    assert smallest_change(criteria({"all": ["a >= 2"]}), []) is None


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_no_threshold_makes_a_claim_of_what_is_no_number(bad):
    assert smallest_change(criteria({"all": ["a >= 2"]}), checks(bad)) is None
    assert told({"any": ["a >= 2", "b >= 2"]}, check(1, a=bad, b=1)) == "at epoch 1 with b >= 1"


def test_a_metric_that_a_check_lacks_is_no_number():
    assert smallest_change(criteria({"all": ["b >= 2"]}), checks(1)) is None


def test_check_zero_can_win_nothing_under_any_criteria():
    assert smallest_change(criteria({"all": ["a >= 2"]}), [check(0, a=1.99)]) is None
    assert (
        told({"all": ["a >= 2"]}, check(0, a=1.99), check(1, a=1.5)) == "at epoch 1 with a >= 1.5"
    )
    assert smallest_change(
        criteria({"all": ["a >= 2 for 2 checks"]}), [check(0, a=1.9), check(1, a=1.9)]
    ) is None  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value", "changed"),
    [
        ("a >= 1.5", 1.4999, "a >= 1.4999"),
        ("a >= 1.5", 1.4, "a >= 1.4"),
        ("a > 1.5", 1.4, "a > 1.39"),
        ("a <= 0.01", 0.0234, "a <= 0.024"),
        ("a < 0.01", 0.5, "a < 0.51"),
        ("a >= 0", -0.5, "a >= -0.5"),
        ("a >= -1", -1.25, "a >= -1.25"),
        ("a >= 100", 12.3456, "a >= 12.34"),
    ],
)
def test_thresholds_are_told_as_roundly_as_they_can_be(text, value, changed):
    assert told({"all": [text]}, *checks(value)) == f"at epoch 1 with {changed}"


names = ["a", "b", "c", "d"]


@st.composite
def criteria_and_checks(draw) -> tuple[Criteria, list]:
    """Criteria that use each metric once, so that a change says which one it changes."""
    fresh = iter(draw(st.permutations(names)))
    budget = draw(st.integers(1, len(names)))

    def leaf() -> Leaf:
        return Leaf(
            metric=next(fresh), op=draw(st.sampled_from([">", ">=", "<", "<="])),
            threshold=draw(st.floats(-100, 100)), holds=draw(st.integers(1, 2)),
        )  # fmt: skip

    first = [leaf() for _ in range((budget + 1) // 2)]
    second = [leaf() for _ in range(budget // 2)]
    kinds = st.sampled_from(["all", "any"])
    members: list = [*first]
    if second:
        inner = Group(kind=draw(kinds), members=tuple(second), holds=draw(st.integers(1, 2)))
        members.append(inner)
    group = Group(kind=draw(kinds), members=tuple(members), holds=draw(st.integers(1, 2)))
    figures = st.fixed_dictionaries({name: st.floats(-100, 100) for name in names})
    told = draw(st.lists(figures, min_size=1, max_size=5))
    return Criteria(every=1, group=group), [check(i, **f) for i, f in enumerate(told, 1)]


def relaxed(node, changed: dict[str, Leaf]):
    if isinstance(node, Leaf):
        return changed.get(node.metric, node)
    return node.model_copy(update={"members": tuple(relaxed(m, changed) for m in node.members)})


@given(criteria_and_checks())
def test_under_the_changed_criteria_the_check_is_a_claim(case):
    asked, history = case
    change = smallest_change(asked, history)
    assume(change is not None)
    changed = {leaf.metric: leaf for leaf in change.criteria}
    under = Criteria(every=1, group=relaxed(asked.group, changed))
    seen = [each for each in history if each.index <= change.check]
    assert judge(under, seen).met
    assert bool(change.criteria) is (not judge(asked, seen).met)


@given(criteria_and_checks())
def test_no_check_would_have_needed_a_smaller_change(case):
    asked, history = case
    change = smallest_change(asked, history)
    changes = [change_at(asked, history[: i + 1]) for i in range(len(history))]
    sizes = [each.size for each in changes if each is not None]
    assert (change is None) is (not sizes)
    if change is not None:
        assert change.size == min(sizes)


@given(st.floats(-1000, 1000), st.floats(-1000, 1000), st.sampled_from([">=", "<="]))
def test_a_threshold_gives_way_hardly_more_than_it_must(threshold, value, op):
    leaf = Leaf(metric="a", op=op, threshold=threshold)
    lacking = -margin(leaf, value)
    assume(lacking > 1e-6)
    asked = Criteria(every=1, group=Group(kind="all", members=(leaf,)))
    change = smallest_change(asked, checks(value))
    (changed,) = change.criteria
    assert lacking <= abs(changed.threshold - threshold) * (1 + 1e-9)
    assert abs(changed.threshold - threshold) <= (1 + CLOSE) * lacking + 1e-9
