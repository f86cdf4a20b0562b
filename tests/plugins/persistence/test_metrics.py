from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import wilcoxon

from tournament_plugins.persistence.metrics import (
    Pairs,
    accuracy,
    attention_ratio,
    attention_received,
    balanced_accuracy,
    cohens_d,
    consistency,
    correctness,
    majority_baseline,
    mean_by_video,
    p_value,
)

NAN, INF = math.nan, math.inf


def pairs(persistent: list[float], transient: list[float]) -> Pairs:
    return Pairs(np.array(persistent, float), np.array(transient, float))


def test_attention_received_is_the_mean_over_queries_times_the_number_of_tokens():
    attention = np.array([0.6, 0.4, 0.2, 0.8], np.float32).reshape(1, 1, 4)
    # The first token gets (0.6 + 0.2) / 2 × 2, the second (0.4 + 0.8) / 2 × 2.
    received = attention_received(attention, np.array([0, 2]))
    assert received.tolist() == pytest.approx([0.8, 1.2])


def test_attention_received_averages_layers_and_heads():
    one, other = [1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.5, 0.5]
    attention = np.array([[one, other], [one, one]], np.float32)
    # Columns sum to (2, 0) three times and to (0.5, 1.5) once.
    received = attention_received(attention, np.array([0, 2]))
    assert received.tolist() == pytest.approx([6.5 / 4, 1.5 / 4])


def test_videos_of_different_lengths_do_not_mix():
    first, second = [1.0], [0.1, 0.2, 0.7, 0.3, 0.3, 0.4, 0.0, 0.0, 1.0]
    attention = np.array([[first + second]], np.float32)
    received = attention_received(attention, np.array([0, 1, 4, 4]))
    assert received.tolist() == pytest.approx([1.0, 0.4, 0.5, 2.1])


@given(st.lists(st.integers(0, 7), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
def test_what_is_received_is_1_on_average_whatever_the_attention(counts, seed):
    rng = np.random.default_rng(seed)
    rows = [rng.dirichlet(np.ones(n), size=(2, 3, n)).reshape(2, 3, -1) for n in counts if n]
    attention = np.concatenate([*rows, np.zeros((2, 3, 0))], axis=2).astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(counts)])
    received = attention_received(attention, starts)
    means = mean_by_video(received, np.ones(len(received), bool), starts)
    for count, mean in zip(counts, means, strict=True):
        assert math.isnan(mean) if count == 0 else mean == pytest.approx(1, abs=1e-5)


def test_means_by_video_are_over_the_chosen_tokens():
    values, chosen = np.array([1.0, 2, 4, 8, 16]), np.array([1, 1, 0, 1, 0], bool)
    means = mean_by_video(values, chosen, np.array([0, 3, 4, 5]))
    assert means[:2].tolist() == [1.5, 8]
    assert math.isnan(means[2])


def test_attention_ratio_is_a_ratio_of_means_and_not_a_mean_of_ratios():
    assert attention_ratio(pairs([2, 1], [1, 0.25])) == pytest.approx(3 / 1.25)


@pytest.mark.parametrize(
    ("persistent", "transient", "expected"),
    [
        ([], [], NAN),
        ([1.5], [0.0], INF),
        ([0.0], [0.0], NAN),
        ([NAN, 2], [1, 1], NAN),
        ([2, 2], [1, NAN], NAN),
        ([NAN], [0.0], NAN),
    ],
)
def test_attention_ratio_where_it_is_not_plain(persistent, transient, expected):
    assert attention_ratio(pairs(persistent, transient)) == pytest.approx(expected, nan_ok=True)


def test_consistency_is_the_share_of_videos_at_or_above_the_threshold():
    assert consistency(pairs([1.25, 1.5, 1.0, 1.0], [1, 1, 1, 0.0]), 1.25) == 0.75


@pytest.mark.parametrize("bad", [([NAN, 3], [1, 1]), ([3, 3], [1, NAN]), ([], [])])
def test_consistency_of_nan_or_nothing_is_nan(bad):
    assert math.isnan(consistency(pairs(*bad), 1.3))


def test_the_larger_logit_decides_and_a_tie_says_transient():
    logits = np.array([[0, 1], [1, 0], [0, 1], [2, 2], [2, 2]], np.float32)
    labels = np.array([1, 1, 0, 0, 1], np.uint8)
    assert correctness(logits, labels).tolist() == [1, 0, 0, 1, 0]


@pytest.mark.parametrize("bad", [NAN, INF, -INF])
def test_a_logit_that_is_not_finite_makes_no_prediction(bad):
    correct = correctness(np.array([[0, bad], [0, 1]], np.float32), np.array([1, 1], np.uint8))
    assert math.isnan(correct[0])
    assert correct[1] == 1
    assert math.isnan(accuracy(correct))
    assert math.isnan(balanced_accuracy(correct, np.array([1, 0], np.uint8)))


def test_accuracies_of_a_model_that_always_says_persistent():
    labels = np.array([1] * 7 + [0] * 3, np.uint8)
    correct = (labels == 1).astype(float)
    assert accuracy(correct) == pytest.approx(0.7)
    assert balanced_accuracy(correct, labels) == 0.5
    assert majority_baseline(labels) == pytest.approx(0.7)
    assert majority_baseline(1 - labels) == pytest.approx(0.7)


def test_balanced_accuracy_weighs_both_kinds_alike():
    labels = np.array([1, 1, 1, 1, 0, 0], np.uint8)
    assert balanced_accuracy(np.array([1, 1, 1, 0, 1, 0.0]), labels) == pytest.approx(0.625)


def test_accuracies_without_tokens_are_nan():
    nothing, labels = np.array([]), np.array([], np.uint8)
    assert math.isnan(accuracy(nothing))
    assert math.isnan(majority_baseline(labels))
    assert math.isnan(balanced_accuracy(np.array([1.0]), np.array([1], np.uint8)))


def test_p_value_by_hand():
    # All 5 differences positive: 1 of 2^5 sign patterns is as extreme.
    assert p_value(pairs([2, 3, 4, 5, 6], [1, 1, 1, 1, 1])) == pytest.approx(1 / 32)
    # Ranks 1, 2 and 4 are positive: 7. Of the 16 subsets of ranks 1 to 4, these sum to 7 or more:
    # 34, 124, 134, 234, 1234.
    assert p_value(pairs([1, 2, -3, 4], [0, 0, 0, 0])) == pytest.approx(5 / 16)


def test_attention_that_prefers_transients_has_a_p_value_near_1():
    rng = np.random.default_rng(0)
    low, high = rng.uniform(0.5, 0.9, 100), rng.uniform(1.1, 2, 100)
    assert p_value(Pairs(low, high)) > 0.999
    assert p_value(Pairs(high, low)) < 1e-6


def test_p_value_of_many_videos_is_the_textbook_one():
    rng = np.random.default_rng(1)
    first, second = rng.normal(1.02, 0.1, 300), rng.normal(1, 0.1, 300)
    expected = wilcoxon(first, second, alternative="greater").pvalue
    assert p_value(Pairs(first, second)) == pytest.approx(expected)


def test_p_value_without_any_difference_is_1():
    assert p_value(pairs([1, 1, 1], [1, 1, 1])) == 1.0


@pytest.mark.parametrize("bad", [([], []), ([NAN, 2], [1, 1]), ([1, 2], [NAN, 1])])
def test_p_value_of_nan_or_nothing_is_nan(bad):
    assert math.isnan(p_value(pairs(*bad)))


@pytest.mark.parametrize("zeros", [1, 12, 60])
def test_videos_without_a_difference_are_left_out_of_the_p_value(zeros):
    first, second = [2.0, 3, 4, 5, 6], [1.0] * 5
    assert p_value(pairs(first + [1.0] * zeros, second + [1.0] * zeros)) == pytest.approx(1 / 32)


def test_cohens_d_by_hand():
    # Differences 1, 2, 3: mean 2, deviation 1.
    assert cohens_d(pairs([2, 3, 4], [1, 1, 1])) == pytest.approx(2)
    assert cohens_d(pairs([1, 1, 1], [2, 3, 4])) == pytest.approx(-2)


@pytest.mark.parametrize(
    ("persistent", "transient", "expected"),
    [
        ([1, 1], [1, 1], 0.0),
        ([2, 2], [1, 1], INF),
        ([1, 1], [2, 2], -INF),
        ([2], [1], NAN),
        ([], [], NAN),
        ([NAN, 2], [1, 1], NAN),
    ],
)
def test_cohens_d_where_it_is_not_plain(persistent, transient, expected):
    assert cohens_d(pairs(persistent, transient)) == pytest.approx(expected, nan_ok=True)
