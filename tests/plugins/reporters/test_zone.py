"""The zone of success of one metric, under criteria of any form."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournament.config.criteria import criteria_from_json
from tournament.referee.judge import passes
from tournament_plugins.reporters.zone import success_zone, thresholds

INF = math.inf


def group(**criteria):
    return criteria_from_json({"every": 1, **criteria}).group


@pytest.mark.parametrize(
    ("criteria", "zone"),
    [
        ({"all": ["a >= 1.5"]}, [(1.5, INF)]),
        ({"all": ["a < 0.2", "b > 1"]}, [(-INF, 0.2)]),
        ({"all": ["a >= 1.5", "a <= 4"]}, [(1.5, 4.0)]),
        ({"any": ["a <= 1", "a >= 3"]}, [(-INF, 1.0), (3.0, INF)]),
        ({"any": ["a >= 1", "a >= 3"]}, [(1.0, INF)]),
        ({"all": ["a >= 3", "a <= 1"]}, []),
        ({"all": ["b >= 3", {"any": ["a >= 2", "c >= 1"]}]}, [(2.0, INF)]),
        ({"all": ["a >= 2 for 3 checks"]}, [(2.0, INF)]),
    ],
)
def test_the_zone_is_where_the_criteria_on_the_metric_are_met(criteria, zone):
    assert success_zone(group(**criteria), "a") == zone


def test_only_the_criteria_on_the_metric_have_a_threshold_line():
    found = thresholds(group(all=["b >= 3", {"any": ["a >= 2", "a < -1"]}]), "a")
    assert [str(leaf) for leaf in found] == ["a >= 2", "a < -1"]


leaf = st.builds(
    "a {} {}".format, st.sampled_from([">=", "<=", ">", "<"]), st.integers(-5, 5)
)  # fmt: skip


@given(st.lists(leaf, min_size=1, max_size=5), st.sampled_from(["all", "any"]), st.integers(-7, 7))
def test_a_value_lies_in_the_zone_exactly_when_the_criteria_are_met(leaves, kind, whole):
    value = whole + 0.5
    tree = group(**{kind: leaves})
    met = [passes(member, value) for _, member in tree.leaves()]
    inside = any(low < value < high for low, high in success_zone(tree, "a"))
    assert inside == (all(met) if kind == "all" else any(met))
