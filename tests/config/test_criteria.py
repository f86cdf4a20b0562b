"""Criteria are read as people write them, written as they are read, and never guessed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tournament.config import Criteria, Group, Leaf, criteria_from_json, criteria_to_json
from tournament.config.criteria import DEEPEST
from tournament.config.leaf_text import read_leaf
from tournament.config.parse import parse_yaml
from tournament.config.tree import plain
from tournament.errors import ConfigError

FORM = "write METRIC OP NUMBER, such as `{0}` or `{0} for 3 checks`, where OP is >=, >, <= or <"
CHECKS = (
    "say for how many checks with a whole number from 1 to 1,000,000, such as `{0} for 3 checks`"
)

names = st.from_regex(r"[A-Za-z_]([A-Za-z0-9_./-]{0,20}[A-Za-z0-9_])?", fullmatch=True)
leaves = st.builds(
    Leaf,
    metric=names,
    op=st.sampled_from([">=", ">", "<=", "<"]),
    threshold=st.floats(allow_nan=False, allow_infinity=False),
    holds=st.integers(min_value=1, max_value=1_000_000) | st.just(1),
)


def groups_of(members: st.SearchStrategy[Leaf | Group]) -> st.SearchStrategy[Group]:
    return st.builds(
        Group,
        kind=st.sampled_from(["all", "any"]),
        members=st.lists(members, min_size=1, max_size=3).map(tuple),
        holds=st.integers(min_value=1, max_value=5),
    )


nested = st.recursive(leaves, groups_of, max_leaves=8).filter(lambda tree: depth(tree) < DEEPEST)
criteria = st.builds(
    Criteria, every=st.integers(min_value=1, max_value=10**6), group=groups_of(nested)
)


def depth(tree: Leaf | Group) -> int:
    return 0 if isinstance(tree, Leaf) else 1 + max(map(depth, tree.members))


def told(value: object) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        criteria_from_json(value)
    return [str(problem) for problem in caught.value.problems]


def test_the_form_of_the_guide_is_read() -> None:
    read = criteria_from_json(
        {
            "every": 5,
            "all": ["attention_ratio >= 1.5", "val_accuracy>=.75", "loss  <1e-3 for 3 checks"],
        }
    )
    leaves = (
        Leaf(metric="attention_ratio", op=">=", threshold=1.5),
        Leaf(metric="val_accuracy", op=">=", threshold=0.75),
        Leaf(metric="loss", op="<", threshold=0.001, holds=3),
    )
    assert read == Criteria(every=5, group=Group(kind="all", members=leaves))


def test_groups_may_stand_inside_groups_and_hold_for_several_checks() -> None:
    read = criteria_from_json(
        {"every": 1, "any": ["a > 1", {"all": ["b < 2", "c <= 3"], "holds": 2}]}
    )
    inner = read.group.members[1]
    assert isinstance(inner, Group)
    assert (inner.kind, inner.holds, len(inner.members)) == ("all", 2, 2)
    assert [key for key, _ in read.group.leaves()] == ["any.0", "any.1.all.0", "any.1.all.1"]


def test_criteria_are_written_as_they_stand_in_a_config() -> None:
    text = (
        "{every: 5, all: [a >= 1.5, {any: [b > 2, c < -0.001 for 3 checks], holds: 2}], holds: 4}"
    )
    (root,) = [parse_yaml(f"criteria: {text}", "c").root]
    assert root is not None
    assert str(criteria_from_json(plain(root)["criteria"])) == text


def test_each_metric_is_named_once_in_the_order_of_writing() -> None:
    read = criteria_from_json({"every": 1, "all": ["b > 1", {"any": ["a > 2", "b < 3"]}, "c > 0"]})
    assert read.metrics() == ("b", "a", "c")


@given(criteria)
def test_any_criteria_survive_their_text(value: Criteria) -> None:
    root = parse_yaml(f"criteria: {value}", "c").root
    assert root is not None
    assert criteria_from_json(plain(root)["criteria"]) == value


@given(criteria)
def test_any_criteria_survive_json(value: Criteria) -> None:
    assert criteria_from_json(json.loads(json.dumps(criteria_to_json(value)))) == value


@given(leaves)
def test_any_criterion_survives_its_text(leaf: Leaf) -> None:
    assert Leaf(**read_leaf(str(leaf))._asdict()) == leaf


@given(st.text(max_size=60) | st.text(alphabet="ab_ <>=!≥0123.,%efor checks-", max_size=40))
def test_any_text_is_a_criterion_or_a_message_that_shows_one(text: str) -> None:
    try:
        leaf = Leaf(**read_leaf(text)._asdict())
    except ValueError as error:
        message = str(error).removeprefix(f"cannot read {text.strip()!r}: ")
        example = message.split("`")[1].removeprefix("all: [").split(",")[0]
        read_leaf(example)
    else:
        assert Leaf(**read_leaf(str(leaf))._asdict()) == leaf


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("acc == 0.5", "a measured number is hardly ever equal to another; use >= or <=, such as "
         "`acc >= 0.5`"),
        ("acc = 1", "a measured number is hardly ever equal to another; use >= or <=, such as "
         "`acc >= 1`"),
        ("acc != 1", "a measured number is hardly ever equal to another; use >= or <=, such as "
         "`acc >= 1`"),
        ("acc ≥ 0.5", "write >= in place of ≥, such as `acc >= 0.5`"),
        ("acc ≤ 0.5", "write <= in place of ≤, such as `acc <= 0.5`"),
        ("acc => 0.5", "the = comes last, >= or <=, such as `acc >= 0.5`"),
        ("acc =< 0.5", "the = comes last, >= or <=, such as `acc <= 0.5`"),
        ("acc", FORM.format("acc >= 0.75")),
        ("", FORM.format("val_accuracy >= 0.75")),
        ("acc at least 0.5", FORM.format("acc >= 0.5")),
        ("acc >= high", FORM.format("acc >= 0.75")),
        ("acc >= 1 2", FORM.format("acc >= 1")),
        ("acc <", "the number is missing; " + FORM.format("acc < 0.75")),
        (">= 0.5", "the name of a metric is missing; " + FORM.format("val_accuracy >= 0.5")),
        ("0.5 <= acc", "the metric comes first; " + FORM.format("acc >= 0.5")),
        ("1 > loss", "the metric comes first; " + FORM.format("loss < 1")),
        ("acc >= 75%", "write a share as a number between 0 and 1, such as `acc >= 0.75`"),
        ("acc >= 0,75", "decimals are written with a point, such as `acc >= 0.75`"),
        ("acc >= .nan", "a threshold must be a finite number; " + FORM.format("acc >= 0.75")),
        ("acc < -inf", "a threshold must be a finite number; " + FORM.format("acc < 0.75")),
        ("acc >= 1e999", "a threshold must be a finite number; " + FORM.format("acc >= 0.75")),
        ("acc >= 1 for 0 checks", CHECKS.format("acc >= 1")),
        ("acc >= 1 for 3", CHECKS.format("acc >= 1")),
        ("acc >= 1 for three checks", CHECKS.format("acc >= 1")),
        ("acc >= 1 for 3 epochs", CHECKS.format("acc >= 1")),
        ("a >= 1 and b >= 2", "one comparison a criterion; make a group of several: "
         "`all: [a >= 1, b < 2]` or `any: [a >= 1, b < 2]`"),
        ("0 < a < 1", "one comparison a criterion; make a group of several: "
         "`all: [a >= 1, b < 2]` or `any: [a >= 1, b < 2]`"),
    ],
)  # fmt: skip
def test_a_criterion_that_cannot_be_read_is_answered_with_a_right_one(
    text: str, message: str
) -> None:
    assert told({"every": 5, "all": [text]}) == [f"criteria.all.0: cannot read {text!r}: {message}"]


EXAMPLE = "all: [accuracy >= 0.9, loss <= 0.3]"
AS_TEXT = "A criterion is written as text in a list: `all: [accuracy >= 0.9]`."


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        ("a >= 1", [f"criteria: expected a mapping such as `{{every: 5, {EXAMPLE}}}`"]),
        (None, [f"criteria: expected a mapping such as `{{every: 5, {EXAMPLE}}}`"]),
        (
            {"all": ["a > 1"]},
            ["criteria.every: missing: a check every how many epochs; add `every: 5`"],
        ),
        (
            {"every": 0, "all": ["a > 1"]},
            ["criteria.every: expected a whole number from 1 to 1,000,000, got 0"],
        ),
        (
            {"every": True, "all": ["a > 1"]},
            ["criteria.every: expected a whole number from 1 to 1,000,000, got true"],
        ),
        ({"every": 5}, [f"criteria.all: missing; add `all` or `any`: `{EXAMPLE}`"]),
        (
            {"every": 5, "al": ["a > 1"]},
            [f"criteria.al: unknown key. Did you mean 'all'? {AS_TEXT}"],
        ),
        (
            {"every": 5, "all": ["a > 1"], "any": ["b > 1"]},
            ["criteria: has both `all` and `any`; put one into the other: `all: [a >= 1, any: "
             "[b >= 2, c >= 3]]`. An inherited one is removed by `all: null`"],
        ),
        (
            {"every": 5, "all": "a > 1"},
            [f"criteria.all: expected a list in brackets, such as `{EXAMPLE}`"],
        ),
        (
            {"every": 5, "all": []},
            [f"criteria.all: expected at least one criterion, such as `{EXAMPLE}`"],
        ),
        (
            {"every": 5, "all": ["a >= 0", 75]},
            ["criteria.all.1: expected a criterion such as `accuracy >= 0.9`, got 75; "
             "decimals are written with a point"],
        ),
        (
            {"every": 5, "all": [None]},
            ["criteria.all.0: expected a criterion such as `accuracy >= 0.9`, got nothing "
             "(null)"],
        ),
        (
            {"every": 5, "all": [{"val_accuracy": 0.75}]},
            ["criteria.all.0.val_accuracy: unknown key. Known: all, any, holds. " + AS_TEXT],
        ),
        (
            {"every": 5, "all": [{"all": ["a > 1"], "holds": 0, "every": 3}]},
            [f"criteria.all.0.every: unknown key. Known: all, any, holds. {AS_TEXT}",
             "criteria.all.0.holds: expected a whole number from 1 to 1,000,000, got 0"],
        ),
    ],
)  # fmt: skip
def test_a_group_that_cannot_be_read_says_why(value: object, messages: list[str]) -> None:
    assert told(value) == messages


def test_all_that_is_wrong_in_criteria_is_told_at_once() -> None:
    found = told({"every": 0, "all": ["a = 1", {"any": ["b", "c > 1", {"all": []}], "holds": -1}]})
    assert [message.split(": ")[0] for message in found] == [
        "criteria.every",
        "criteria.all.0",
        "criteria.all.1.holds",
        "criteria.all.1.any.0",
        "criteria.all.1.any.2.all",
    ]


def test_what_is_in_a_group_of_both_kinds_is_told_too() -> None:
    found = told({"every": 1, "all": ["a = 1"], "any": []})
    assert [message.split(": ")[0] for message in found] == [
        "criteria.all.0",
        "criteria.any",
        "criteria",
    ]


def test_groups_stand_inside_each_other_only_so_deep() -> None:
    def nest(levels: int) -> dict[str, object]:
        value: dict[str, object] = {"all": ["a > 1"]}
        for _ in range(levels - 1):
            value = {"any": [value]}
        return {"every": 1, **value}

    criteria_from_json(nest(DEEPEST))
    (message,) = told(nest(DEEPEST + 1))
    assert message.endswith("more than 8 groups inside each other; use fewer")


@pytest.mark.parametrize(
    "build",
    [
        lambda: Leaf(metric="a", op=">=", threshold=math.nan),
        lambda: Leaf(metric="a", op=">=", threshold=math.inf),
        lambda: Leaf(metric="a b", op=">=", threshold=1.0),
        lambda: Leaf(metric="a", op="==", threshold=1.0),  # type: ignore[arg-type]
        lambda: Leaf(metric="a", op=">=", threshold=1.0, holds=0),
        lambda: Group(kind="all", members=()),
    ],
)
def test_a_model_cannot_hold_what_no_text_can_say(build: Callable[[], object]) -> None:
    with pytest.raises(ValidationError):
        build()


def test_a_key_of_the_callers_choice_stands_before_the_problems() -> None:
    with pytest.raises(ConfigError, match=r"^opened\.criteria\.every: missing"):
        criteria_from_json({"all": ["a > 1"]}, "opened.criteria")
