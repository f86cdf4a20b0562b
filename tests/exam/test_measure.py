"""What an exam measures: each criterion at the unfavourable end of its metric."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournament.config.criteria import Leaf
from tournament.errors import ContractError
from tournament.exam.measure import measure_bounds
from tournament.exam.statistics import bound
from tournament.plugin.api import Evaluation, Metric
from tournament.plugin.estimators import Mean, PValue, Ratio, Share
from tournament.record.spec import ExamCriterion
from tournament.referee.judge import passes

METRICS = {
    "share": Metric(name="share", meaning="", estimator=Share("hit")),
    "ratio": Metric(name="ratio", meaning="", estimator=Ratio("a", "b")),
    "loss": Metric(name="loss", meaning="", better="lower", estimator=Mean("a")),
    "p": Metric(name="p", meaning="", better="lower", estimator=PValue()),
    "plain": Metric(name="plain", meaning=""),
}


def wanted(metric: str, op: str, threshold: float, level: float = 0.05) -> ExamCriterion:
    text = f"{metric} {op} {threshold}"
    return ExamCriterion(criterion=text, metric=metric, op=op, threshold=threshold, level=level)


@pytest.fixture
def evaluation() -> Evaluation:
    rng = np.random.default_rng(0)
    samples = {
        "hit": (np.arange(100) < 80).astype(float),
        "a": rng.lognormal(0.5, 0.4, 100),
        "b": rng.lognormal(0, 0.4, 100),
    }
    loss = float(samples["a"].mean())
    metrics = {"share": 0.8, "ratio": loss / float(samples["b"].mean()), "loss": loss,
               "p": 0.004, "plain": 3.0}  # fmt: skip
    return Evaluation(metrics, samples)


def measured(evaluation, *criteria):
    return measure_bounds(criteria, METRICS, evaluation, np.random.default_rng(3))


def test_a_criterion_from_below_is_measured_at_the_lower_end(evaluation):
    (found,) = measured(evaluation, wanted("share", ">=", 0.7))
    expected = bound(Share("hit"), evaluation.samples, 0.05, "lower", np.random.default_rng(3))
    assert (found.value, found.bound, found.method, found.level) == (0.8, expected, "exact", 0.05)
    assert found.criterion == "share >= 0.7"


@pytest.mark.parametrize(("op", "side"), [(">", 1), (">=", 1), ("<", -1), ("<=", -1)])
@pytest.mark.parametrize("metric", ["share", "ratio", "loss"])
def test_the_bound_is_on_the_unfavourable_side(evaluation, metric, op, side):
    (found,) = measured(evaluation, wanted(metric, op, 1.0))
    assert side * (found.value - found.bound) > 0


def test_means_and_ratios_are_measured_by_bca(evaluation):
    found = measured(evaluation, wanted("ratio", ">=", 1.0), wanted("loss", "<", 5.0))
    assert [each.method for each in found] == ["BCa", "BCa"]


def test_bounds_come_in_the_order_of_the_criteria_each_at_its_own_level(evaluation):
    found = measured(
        evaluation, wanted("share", ">=", 0.7, 0.01), wanted("plain", ">", 1),
        wanted("p", "<", 0.05), wanted("share", ">=", 0.7, 0.2),
    )  # fmt: skip
    assert [each.metric for each in found] == ["share", "plain", "p", "share"]
    assert [each.level for each in found] == [0.01, 0.05, 0.05, 0.2]
    assert found[0].bound < found[3].bound


def test_a_metric_without_an_estimator_is_judged_at_its_value_and_says_so(evaluation):
    (found,) = measured(evaluation, wanted("plain", ">=", 2))
    assert (found.value, found.bound, found.method) == (3.0, 3.0, "point")


@given(st.floats(0, 1), st.floats(1e-6, 0.5), st.floats(1e-6, 0.5))
def test_a_p_value_holds_when_it_meets_both_its_threshold_and_the_exams_level(p, threshold, level):
    given_ = Evaluation({"p": p}, {"hit": np.ones(3)})
    criterion = wanted("p", "<=", threshold, level)
    (found,) = measured(given_, criterion)
    leaf = Leaf(metric="p", op="<=", threshold=threshold)
    strictest = min(threshold, level)
    if math.isclose(p, strictest):
        return  # On the edge rounding decides.
    assert (passes(leaf, found.value) and passes(leaf, found.bound)) is (p <= strictest)
    assert found.method == "p-value"


def test_a_metric_that_its_estimator_does_not_make_of_the_samples_is_a_broken_task(evaluation):
    wrong = Evaluation({**evaluation.metrics, "share": 0.9}, evaluation.samples)
    with pytest.raises(ContractError, match=r"measures share = 0\.9, but its estimator makes 0\.8"):
        measured(wrong, wanted("share", ">=", 0.7))


def test_a_finite_metric_without_samples_is_a_broken_task(evaluation):
    empty = Evaluation(evaluation.metrics, {**evaluation.samples, "hit": np.full(100, math.nan)})
    with pytest.raises(ContractError, match=r"measures share = 0\.8, but its estimator makes nan"):
        measured(empty, wanted("share", ">=", 0.7))


def test_a_metric_that_is_only_computed_otherwise_agrees(evaluation):
    near = Evaluation({**evaluation.metrics, "share": 0.8 + 1e-9}, evaluation.samples)
    assert measured(near, wanted("share", ">=", 0.7))[0].method == "exact"


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("metric", ["share", "ratio", "p", "plain"])
def test_a_metric_that_is_no_number_holds_nothing(evaluation, bad, metric):
    given_ = Evaluation({**evaluation.metrics, metric: bad}, evaluation.samples)
    (found,) = measured(given_, wanted(metric, ">=", -1e9))
    leaf = Leaf(metric=metric, op=">=", threshold=-1e9)
    assert not passes(leaf, found.value)


def test_an_infinite_ratio_is_measured_as_what_it_is(evaluation):
    samples = {**evaluation.samples, "b": np.zeros(100)}
    given_ = Evaluation({**evaluation.metrics, "ratio": math.inf}, samples)
    (found,) = measured(given_, wanted("ratio", ">=", 1.5))
    assert not math.isfinite(found.value)


def test_a_criterion_on_a_metric_that_the_task_lacks_is_a_key_error(evaluation):
    with pytest.raises(KeyError, match="unknown"):
        measured(evaluation, wanted("unknown", ">", 0))


def test_a_table_without_the_estimators_column_is_a_key_error(evaluation):
    with pytest.raises(KeyError, match="hit"):
        measured(Evaluation(evaluation.metrics, {}), wanted("share", ">", 0))
