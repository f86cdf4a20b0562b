"""Findings that hold for any task: finite, repeatable, alone as in a batch, reproduced."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournament.exam.integrity import (
    CLOSE,
    SAME,
    batch_invariant,
    deviation,
    finite,
    repeatable,
    reproduced,
    round_trip,
)

NAN, INF = math.nan, math.inf
floats = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8)


def by_name(*values: float, dtype=np.float32) -> dict[str, np.ndarray]:
    return {"a": np.array(values, dtype)}


# --- deviation ------------------------------------------------------------------------------------


@given(floats)
def test_nothing_deviates_from_itself(values):
    assert deviation(by_name(*values), by_name(*values)) == 0


@given(floats, floats)
def test_deviation_has_no_direction(one, other):
    assert deviation(by_name(*one), by_name(*other)) == deviation(by_name(*other), by_name(*one))


@given(floats, st.floats(0.001, 1000), st.data())
def test_deviation_does_not_depend_on_the_unit(values, unit, data):
    other = data.draw(st.lists(st.floats(-10, 10), min_size=len(values), max_size=len(values)))
    one, two = np.array(values), np.array(values) + np.array(other)
    first = deviation({"a": one}, {"a": two})
    assert deviation({"a": unit * one}, {"a": unit * two}) == pytest.approx(first, abs=1e-12)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (by_name(1, 2, 4), by_name(1, 2, 3), 0.25),
        (by_name(-4, 0), by_name(-4, 1), 0.25),
        (by_name(1, NAN), by_name(1, NAN), 0.0),
        (by_name(1, NAN), by_name(1, 2), INF),
        (by_name(1, INF), by_name(1, INF), 0.0),
        (by_name(1, INF), by_name(1, 2), INF),
        (by_name(1, 2), by_name(1, 2, 3), INF),
        (by_name(1, 2), {"b": np.array([1, 2])}, INF),
        (by_name(1), {}, INF),
        ({}, {}, 0.0),
        (by_name(), by_name(), 0.0),
        ({"a": np.array([True, False])}, {"a": np.array([True, True])}, 1.0),
        (by_name(0, 0), by_name(0, 0), 0.0),
        ({"a": np.zeros((2, 1))}, {"a": np.zeros((1, 2))}, INF),
    ],
)
def test_deviation_is_the_largest_difference_over_the_usual_value(one, other, expected):
    assert deviation(one, other) == expected


def test_small_and_large_arrays_are_each_measured_by_their_own_size():
    one = {"small": np.array([0.001, 0.002]), "large": np.array([1000.0])}
    other = {"small": np.array([0.001, 0.001]), "large": np.array([1000.0])}
    assert deviation(one, other) == pytest.approx(0.5)


def test_one_huge_value_hides_no_other():
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 9000))
    one[0] = other[0] = 1e9
    assert deviation({"a": one}, {"a": other}) > 1


def test_a_huge_value_may_be_rounded_by_its_own_size():
    one = np.array([*np.linspace(-1, 1, 99), 1e6])
    assert deviation({"a": one}, {"a": one * (1 + 1e-4)}) == pytest.approx(1e-4, rel=1e-3)


# --- findings -------------------------------------------------------------------------------------


def test_numbers_are_finite_and_whole_numbers_always_are():
    assert finite({"a": np.ones(3), "b": np.array([2**62])}).passed


@pytest.mark.parametrize("bad", [NAN, INF, -INF])
def test_each_value_that_is_not_finite_is_counted(bad):
    finding = finite({"a": np.array([1, bad, bad]), "b": np.array([bad], np.float16)})
    assert not finding.passed
    assert finding.value == 3
    assert "3 predicted values are NaN or infinite" in finding.text


@pytest.mark.parametrize(
    ("change", "passed"), [(0, True), (1e-6, True), (0.9 * SAME, True), (2 * SAME, False)]
)
def test_the_same_question_gets_the_same_answer_but_for_rounding(change, passed):
    finding = repeatable({"a": np.array([1.0, 0.5])}, {"a": np.array([1.0, 0.5 - change])})
    assert finding.passed is passed
    assert finding.value == pytest.approx(change, abs=1e-12)


def test_the_worst_of_all_parts_says_whether_the_batch_matters():
    same, other = by_name(1, 2), by_name(1, 1)
    assert batch_invariant([(same, same), (same, same)]).passed
    finding = batch_invariant(iter([(same, same), (same, other)]))
    assert not finding.passed
    assert finding.value == 0.5


@pytest.mark.parametrize(
    ("state", "changed"),
    [
        ({"w": np.ones(3, np.float32), "n": np.array([1])}, []),
        ({"w": np.ones(3, np.float64), "n": np.array([1])}, ["w"]),
        ({"w": np.ones(3, np.float32), "n": np.array([2])}, ["n"]),
        ({"w": np.ones((3, 1), np.float32), "n": np.array([1])}, ["w"]),
        ({"w": np.ones(3, np.float32)}, ["n"]),
        ({"w": np.ones(3, np.float32), "n": np.array([1]), "extra": np.ones(1)}, ["extra"]),
        ({}, ["n", "w"]),
    ],
)
def test_a_state_that_comes_back_otherwise_is_named(state, changed):
    finding = round_trip({"w": np.ones(3, np.float32), "n": np.array([1])}, state)
    assert finding.passed is (not changed)
    assert finding.value == len(changed)
    assert ", ".join(changed) in finding.text


def test_nan_in_a_state_comes_back_as_nan():
    assert round_trip(by_name(1, NAN), by_name(1, NAN)).passed
    assert not round_trip(by_name(1, NAN), by_name(1, 0)).passed


@pytest.mark.parametrize(
    ("claimed", "measured", "passed"),
    [
        (1.5, 1.5, True),
        (1.5, 1.49, True),
        (1.5, 1.4, False),
        (2.0, 2.0 - 2.0 * CLOSE * 0.99, True),
        (2.0, 2.0 - 2.0 * CLOSE * 1.01, False),
        # Small figures are compared as if they were 0.5: a p-value may move from 1e-9 to 1e-4.
        (1e-9, 1e-4, True),
        (0.0, 0.009, True),
        (0.0, 0.011, False),
        (INF, INF, True),
        (INF, 3.0, False),
        (3.0, INF, False),
        (3.0, NAN, False),
        (NAN, NAN, False),
    ],
)
def test_a_claim_is_reproduced_when_its_checkpoint_gives_about_the_same(claimed, measured, passed):
    assert reproduced({"m": claimed}, {"m": measured, "other": 7.0}).passed is passed


def test_the_metric_that_is_furthest_off_is_told_with_both_figures():
    finding = reproduced({"ratio": 1.9, "accuracy": 0.99}, {"ratio": 1.88, "accuracy": 0.5})
    assert not finding.passed
    assert "accuracy was claimed as 0.99; the claimed checkpoint gives 0.5" in finding.text


@given(st.dictionaries(st.sampled_from("abc"), st.floats(), min_size=1))
def test_what_is_reproduced_to_the_last_digit_passes_unless_it_is_nan(metrics):
    assert reproduced(metrics, metrics).passed is not any(map(math.isnan, metrics.values()))
