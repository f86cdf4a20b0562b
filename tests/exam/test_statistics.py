"""Bounds are exact for shares and BCa for the rest, and never more certain than they may be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tournament.exam.statistics import LEAST_RESAMPLES, TOGETHER, bound, estimate
from tournament.plugin.estimators import Average, Mean, PValue, Ratio, Share, Statistic

SHARE, MEAN, RATIO = Share("hit"), Mean("a"), Ratio("a", "b")
NAN = math.nan


def shares(hits: int, count: int) -> dict[str, np.ndarray]:
    return {"hit": (np.arange(count) < hits).astype(float)}


def skewed(seed: int, count: int = 60) -> dict[str, np.ndarray]:
    """Two columns that go together, as the two attentions of a video do."""
    rng = np.random.default_rng(seed)
    first = rng.lognormal(0.4, 0.5, count)
    return {"a": first, "b": 0.5 * first + rng.lognormal(0, 0.3, count)}


def found(estimator, table, level=0.05, side="lower", seed=0) -> float:
    return bound(estimator, table, level, side, np.random.default_rng(seed))


def spread(values: np.ndarray, *, axis: int) -> np.ndarray:
    return values.std(axis=axis, ddof=1)


# --- shares ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hits", "count", "level", "side", "expected"),
    [
        # All of 10: p^10 = 0.05. None of 10: (1 - p)^10 = 0.05.
        (10, 10, 0.05, "lower", 0.05 ** (1 / 10)),
        (0, 10, 0.05, "upper", 1 - 0.05 ** (1 / 10)),
        # 1 of 2: 1 - (1 - p)^2 = 0.05, and its mirror image.
        (1, 2, 0.05, "lower", 1 - math.sqrt(0.95)),
        (1, 2, 0.05, "upper", math.sqrt(0.95)),
        # 2 of 3: 3 p^2 - 2 p^3 = 0.1, solved by hand to four places.
        (2, 3, 0.1, "lower", 0.1958),
        (0, 10, 0.05, "lower", 0.0),
        (10, 10, 0.05, "upper", 1.0),
    ],
)
def test_a_shares_bound_is_the_one_of_clopper_and_pearson(hits, count, level, side, expected):
    assert found(SHARE, shares(hits, count), level, side) == pytest.approx(expected, abs=5e-5)


@given(st.integers(2, 600), st.data(), st.floats(0.0005, 0.4))
def test_at_a_shares_bound_so_many_hits_come_just_with_the_allowed_chance(count, data, level):
    hits = data.draw(st.integers(1, count - 1))
    low = found(SHARE, shares(hits, count), level, "lower")
    high = found(SHARE, shares(hits, count), level, "upper")
    assert stats.binom.sf(hits - 1, count, low) == pytest.approx(level, rel=1e-5)
    assert stats.binom.cdf(hits, count, high) == pytest.approx(level, rel=1e-5)
    assert low < hits / count < high


@given(st.integers(2, 200), st.data())
def test_more_hits_never_lower_a_shares_bound(count, data):
    hits = data.draw(st.integers(0, count - 1))
    less, more = (found(SHARE, shares(h, count), 0.01) for h in (hits, hits + 1))
    assert less <= more


def test_a_share_among_some_samples_leaves_the_others_out():
    table = {
        "hit": np.array([1, 1, 0, 1, 0, 0], bool),
        "scored": np.array([1, 1, 1, 1, 0, 0], bool),
    }
    share = Share("hit", among="scored")
    assert estimate(share, table) == 0.75
    assert found(share, table) == found(SHARE, shares(3, 4))


# --- the rest: BCa --------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["lower", "upper"])
@pytest.mark.parametrize("level", [0.05, 0.0021])
@pytest.mark.parametrize(
    ("estimator", "statistic"),
    [
        (MEAN, lambda a, axis: a.mean(axis=axis)),
        (RATIO, lambda a, b, axis: a.mean(axis=axis) / b.mean(axis=axis)),
        (Statistic(("a",), spread), lambda a, axis: a.std(axis=axis, ddof=1)),
    ],
)
def test_other_bounds_are_scipys_bca_on_whole_rows_with_caution(estimator, statistic, level, side):
    table = skewed(1)
    expected = stats.bootstrap(
        [table[name] for name in estimator.columns],
        statistic,
        n_resamples=max(LEAST_RESAMPLES, math.ceil(50 / (0.65 * level))),
        batch=TOGETHER // 60,
        paired=True,
        confidence_level=1 - 0.65 * level,
        alternative="greater" if side == "lower" else "less",
        method="BCa",
        rng=np.random.default_rng(7),
    ).confidence_interval
    ours = found(estimator, table, level, side, seed=7)
    assert ours == pytest.approx(expected.low if side == "lower" else expected.high)


@pytest.mark.parametrize("estimator", [MEAN, RATIO, Statistic(("a",), spread)])
def test_the_estimate_lies_between_its_bounds_which_widen_with_certainty(estimator):
    table = skewed(2)
    value = estimate(estimator, table)
    lower, upper = (
        [found(estimator, table, level, side) for level in (0.2, 0.05, 0.005)]
        for side in ("lower", "upper")
    )
    assert lower == sorted(lower, reverse=True)
    assert upper == sorted(upper)
    assert lower[0] < value < upper[0]


@pytest.mark.parametrize("side", ["lower", "upper"])
def test_a_ratio_of_skewed_means_is_beyond_its_bound_about_as_often_as_allowed(side):
    # E[a] = exp(0.4 + 0.5²/2); E[b] = 0.5 E[a] + exp(0.3²/2).
    mean = math.exp(0.4 + 0.125)
    truth = mean / (0.5 * mean + math.exp(0.045))
    bounds = np.array([found(RATIO, skewed(seed, 100), 0.05, side, seed) for seed in range(200)])
    missed = (bounds > truth).mean() if side == "lower" else (bounds < truth).mean()
    # 0.05, give or take three standard errors of 0.0154.
    assert 0.004 <= missed <= 0.097


def test_paired_columns_are_resampled_together():
    # a is exactly 2 b but for one row, so the ratio is all but certain however a and b vary.
    b = np.random.default_rng(0).lognormal(0, 1, 200)
    a = 2 * b
    a[0] *= 1.01
    assert found(RATIO, {"a": a, "b": b}) == pytest.approx(2, abs=0.01)


# --- nothing to resample --------------------------------------------------------------------------


def total(a, b, axis):
    return a.mean(axis=axis) + b.mean(axis=axis)


@pytest.mark.parametrize("side", ["lower", "upper"])
@pytest.mark.parametrize("estimator", [MEAN, RATIO, Statistic(("a", "b"), total)])
def test_of_samples_that_all_say_the_same_nobody_can_tell(estimator, side):
    table = {"a": np.full(20, 3.0), "b": np.full(20, 2.0)}
    assert math.isnan(found(estimator, table, 0.05, side))


@pytest.mark.parametrize("factor", [1.5, 1.1])
def test_nor_of_a_ratio_that_is_the_same_in_every_row_though_its_columns_vary(factor):
    b = np.random.default_rng(0).lognormal(0, 1, 50)
    assert math.isnan(found(RATIO, {"a": factor * b, "b": b}))


def test_nor_where_some_rows_have_nothing_to_divide_by():
    b = np.random.default_rng(0).lognormal(0, 1, 200)
    b[:5] = 0
    assert math.isnan(found(RATIO, {"a": 0.3 * b, "b": b}))


def test_nor_of_an_average_of_such_ratios():
    b, d = np.random.default_rng(0).lognormal(0, 1, (2, 200))
    assert math.isnan(found(BALANCED, {"a": 1.3 * b, "b": b, "c": 0.7 * d, "d": d}))


@pytest.mark.parametrize("side", ["lower", "upper"])
def test_a_mean_of_zeros_and_ones_is_a_share(side):
    table = {"hit": (np.arange(500) < 497).astype(float)}
    assert found(Mean("hit"), table, 0.0056, side) == found(SHARE, table, 0.0056, side)


BALANCED = Average((Ratio("a", "b"), Ratio("c", "d")))


def things(wrong_first: int, wrong_second: int) -> dict[str, np.ndarray]:
    """Videos with things of two kinds, a few of which are called wrongly, one a video."""
    rng = np.random.default_rng(3)
    b, d = rng.integers(0, 9, 500).astype(float), rng.integers(1, 9, 500).astype(float)
    a, c = b.copy(), d.copy()
    a[np.flatnonzero(b)[:wrong_first]] -= 1
    c[:wrong_second] -= 1
    return {"a": a, "b": b, "c": c, "d": d}


def test_an_average_of_shares_that_were_never_wrong_is_not_certain():
    table = things(0, 0)
    some = int((table["b"] > 0).sum())
    exact = (0.0025 ** (1 / some) + 0.0025 ** (1 / 500)) / 2
    assert estimate(BALANCED, table) == 1
    assert found(BALANCED, table, 0.005) == pytest.approx(exact)
    assert found(BALANCED, table, 0.005, "upper") == 1


def test_one_mistake_more_never_raises_the_bound_of_an_average_of_shares():
    bounds = [found(BALANCED, things(n, n), 0.005) for n in range(5)]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] > 0.96


def test_an_average_weighs_its_ratios_alike():
    table = {"a": np.array([1.0, 1]), "b": np.array([2.0, 2]), "c": np.array([9.0, 9]),
             "d": np.array([10.0, 10])}  # fmt: skip
    assert estimate(BALANCED, table) == pytest.approx(0.7)


def test_a_share_of_things_that_was_never_wrong_is_not_certain():
    tokens = np.array([16.0, 33, 20, 25])
    flawless, hopeless = {"a": tokens, "b": tokens}, {"a": 0 * tokens, "b": tokens}
    assert found(RATIO, flawless, 0.05, "lower") == pytest.approx(0.05 ** (1 / 4))
    assert found(RATIO, flawless, 0.05, "upper") == 1
    assert found(RATIO, hopeless, 0.05, "upper") == pytest.approx(1 - 0.05 ** (1 / 4))
    assert found(RATIO, hopeless, 0.05, "lower") == 0


def test_one_mistake_more_never_raises_the_bound_of_a_share_of_things():
    tokens = np.full(500, 20.0)
    wrong = [np.where(np.arange(500) < mistakes, 1.0, 0.0) for mistakes in range(4)]
    bounds = [found(RATIO, {"a": tokens - w, "b": tokens}, 0.0056) for w in wrong]
    assert bounds == sorted(bounds, reverse=True)


# --- what cannot be estimated ---------------------------------------------------------------------


@pytest.mark.parametrize("estimator", [SHARE, MEAN, RATIO])
def test_rows_with_nan_in_a_column_are_left_out(estimator):
    whole = {"hit": np.array([1.0, 0, 1]), "a": np.array([1.0, 2, 4]), "b": np.array([2.0, 1, 1])}
    holes = {name: np.array([NAN, *column, 9.0]) for name, column in whole.items()}
    for name in holes:
        holes[name][-1] = NAN if name in ("hit", "a") else 9.0
    assert estimate(estimator, holes) == estimate(estimator, whole)
    assert found(estimator, holes) == found(estimator, whole)


def test_a_nan_in_a_column_that_is_not_used_leaves_no_row_out():
    assert estimate(MEAN, {"a": np.array([1.0, 3]), "b": np.array([NAN, NAN])}) == 2


@pytest.mark.parametrize("estimator", [SHARE, MEAN, RATIO, Share("hit", among="none")])
@pytest.mark.parametrize("values", [[], [NAN, NAN, NAN]])
def test_without_samples_nothing_is_estimated(estimator, values):
    table = {name: np.array(values) for name in ("hit", "a", "b", "none")}
    assert math.isnan(estimate(estimator, table))
    assert math.isnan(found(estimator, table))


def test_a_share_among_nobody_is_nan():
    table = {"hit": np.ones(5), "scored": np.zeros(5)}
    assert math.isnan(estimate(Share("hit", among="scored"), table))
    assert math.isnan(found(Share("hit", among="scored"), table))


@pytest.mark.parametrize("estimator", [SHARE, MEAN, RATIO])
def test_one_sample_has_a_value_and_no_bound(estimator):
    table = {"hit": np.ones(1), "a": np.ones(1), "b": np.ones(1)}
    assert estimate(estimator, table) == 1
    assert math.isnan(found(estimator, table))


def test_a_p_value_has_no_estimate_and_no_bound():
    assert math.isnan(estimate(PValue(), skewed(0)))
    assert math.isnan(found(PValue(), skewed(0)))


def test_a_ratio_over_nothing_has_no_finite_bound():
    table = {"a": np.array([1.0, 2, 3]), "b": np.zeros(3)}
    assert not math.isfinite(estimate(RATIO, table))
    assert not math.isfinite(found(RATIO, table))


@pytest.mark.parametrize(
    "estimator", [Share("x"), Share("hit", among="x"), Mean("x"), Ratio("a", "x")]
)
def test_a_column_that_is_not_there_is_a_key_error(estimator):
    table = {**shares(1, 3), "a": np.ones(3)}
    with pytest.raises(KeyError, match="x"):
        estimate(estimator, table)
    with pytest.raises(KeyError, match="x"):
        found(estimator, table)
