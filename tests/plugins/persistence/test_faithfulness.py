"""Attention is faithful when what is attended to is what a prediction rests on."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from tournament_plugins.persistence.faithfulness import (
    LEAST_TOKENS,
    ablated,
    agreement,
    attention_matrices,
    effects,
    faithfulness,
)
from tournament_plugins.persistence.packed import Tokens

sizes = st.integers(LEAST_TOKENS, 14)
seeds = st.integers(0, 2**32 - 1)


def tokens_of(counts: list[int]) -> Tokens:
    """Tokens that know their number: it is their crop."""
    total = sum(counts)
    return Tokens(
        crops=np.zeros((max(total, 1), 16, 16, 3), np.uint8),
        crop=np.arange(total, dtype=np.int32),
        frame=(np.arange(total) % 16).astype(np.int16),
        box=np.tile(np.arange(total, dtype=np.uint8)[:, None], 4),
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        key="k",
    )


def split(values: np.ndarray, tokens: Tokens) -> list[list]:
    return [part.tolist() for part in np.split(values, tokens.starts[1:-1])]


# --- deleting tokens ------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 7), min_size=1, max_size=6))
def test_each_variant_lacks_exactly_one_token_and_each_token_is_lacking_once(counts):
    tokens = tokens_of(counts)
    whole = split(tokens.crop, tokens)
    found = ablated(tokens)
    assert len(found.tokens) == len(found.video) == len(found.lacking) == sum(counts)
    if not sum(counts):
        return
    for variant, video, lacking in zip(
        split(found.tokens.crop, found.tokens), found.video, found.lacking, strict=True
    ):
        expected = [*whole[video]]
        del expected[lacking]
        assert variant == expected
    missing = [(int(v), int(k)) for v, k in zip(found.video, found.lacking, strict=True)]
    assert missing == [(v, k) for v, count in enumerate(counts) for k in range(count)]


def test_what_is_left_of_a_token_is_all_that_it_was():
    tokens = tokens_of([3, 2])
    left = ablated(tokens).tokens
    assert np.array_equal(left.frame, tokens.frame[left.crop])
    assert np.array_equal(left.box, tokens.box[left.crop])
    assert left.crops is tokens.crops
    assert left.key == tokens.key


# --- what deleting changes ------------------------------------------------------------------------


@given(st.lists(st.integers(0, 6), min_size=1, max_size=4), seeds)
def test_the_effects_of_a_linear_model_are_its_weights(counts, seed):
    """Log-odds of token q = bias + the sum over the tokens k that are there of W[q, k]."""
    tokens = tokens_of(counts)
    rng = np.random.default_rng(seed)
    total = sum(counts)
    weights, bias = rng.normal(size=(total, total)), rng.normal(size=total)

    def logits(asked: Tokens) -> np.ndarray:
        parts = np.split(asked.crop, asked.starts[1:-1])
        odds = [bias[p] + weights[np.ix_(p, p)].sum(axis=1) for p in parts]
        together = np.concatenate([*odds, np.zeros(0)])
        shift = rng.normal(size=total + 9)[: len(together)].mean() if len(together) else 0.0
        return np.stack([shift - together / 2, shift + together / 2], axis=1).astype(np.float32)

    without = ablated(tokens)
    found = effects(tokens, logits(tokens), without, logits(without.tokens))
    assert [matrix.shape for matrix in found] == [(n, n) for n in counts]
    for matrix, first, end in zip(found, tokens.starts[:-1], tokens.starts[1:], strict=True):
        expected = np.abs(weights[first:end, first:end])
        np.fill_diagonal(expected, 0)
        assert matrix == pytest.approx(expected, abs=1e-4)


def test_attention_is_averaged_over_layers_and_heads_and_cut_into_videos():
    tokens = tokens_of([2, 0, 1])
    attention = np.arange(2 * 3 * 5, dtype=np.float32).reshape(2, 3, 5)
    mean = attention.reshape(6, 5).mean(axis=0)
    found = attention_matrices(attention, tokens)
    assert [matrix.tolist() for matrix in found] == [
        [mean[:2].tolist(), mean[2:4].tolist()], [], [[mean[4]]]
    ]  # fmt: skip


# --- agreement ------------------------------------------------------------------------------------


def matrix(size: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).lognormal(size=(size, size))


@given(sizes, seeds, st.floats(0.01, 100), st.floats(-10, 10))
def test_attention_that_is_the_effect_agrees_fully_in_any_unit(size, seed, unit, shift):
    effect = matrix(size, seed)
    assert agreement(effect, effect) == pytest.approx(1)
    assert agreement(unit * effect + shift, effect) == pytest.approx(1)
    assert agreement(-unit * effect + shift, effect) == pytest.approx(-1)


@given(sizes, seeds, seeds)
def test_agreement_is_a_correlation(size, one, other):
    first, second = matrix(size, one), matrix(size, other)
    assert -1 - 1e-12 <= agreement(first, second) <= 1 + 1e-12
    assert agreement(first, second) == pytest.approx(agreement(second, first), abs=1e-12)


@given(sizes, seeds, seeds, st.sampled_from(["rows", "columns", "both", "nothing"]))
def test_what_only_rows_or_columns_say_agrees_with_nothing(size, seed, other, kind):
    """Such as attention that a cheat makes of its own predictions, and uniform attention."""
    rng = np.random.default_rng(seed)
    rows, columns = rng.lognormal(size=(size, 1)), rng.lognormal(size=(1, size))
    attention = {
        "rows": rows + np.zeros((size, size)),
        "columns": columns + np.zeros((size, size)),
        "both": rows + columns,
        "nothing": np.full((size, size), 1 / size),
    }[kind]
    assert agreement(attention, matrix(size, other)) == 0
    assert agreement(matrix(size, other), attention) == 0


@given(sizes, seeds, seeds, st.floats(0.1, 30))
def test_row_and_column_effects_change_nothing(size, one, other, scale):
    attention, effect = matrix(size, one), matrix(size, other)
    rng = np.random.default_rng([one, other])
    expected = agreement(attention, effect)
    more = scale * rng.normal(size=(size, 1)) + scale * rng.normal(size=(1, size))
    assert agreement(attention + more, effect) == pytest.approx(expected, abs=1e-6)
    assert agreement(attention, effect + more) == pytest.approx(expected, abs=1e-6)


@given(sizes, seeds, seeds)
def test_the_diagonal_changes_nothing(size, one, other):
    attention, effect = matrix(size, one), matrix(size, other)
    expected = agreement(attention, effect)
    assert agreement(attention + 5 * np.eye(size), effect) == pytest.approx(expected, abs=1e-9)
    assert agreement(attention, effect + 5 * np.eye(size)) == pytest.approx(expected, abs=1e-9)


@given(sizes, seeds, seeds, st.data())
def test_the_order_of_the_tokens_changes_nothing(size, one, other, data):
    attention, effect = matrix(size, one), matrix(size, other)
    order = data.draw(st.permutations(range(size)))
    turned = np.ix_(order, order)
    expected = agreement(attention, effect)
    assert agreement(attention[turned], effect[turned]) == pytest.approx(expected, abs=1e-9)


def test_attention_that_knows_nothing_agrees_as_often_as_it_disagrees():
    found = [agreement(matrix(12, seed), matrix(12, 10_000 + seed)) for seed in range(400)]
    assert abs(np.mean(found)) < 4 * np.std(found) / math.sqrt(400)


@pytest.mark.parametrize("size", range(LEAST_TOKENS))
def test_a_video_with_few_tokens_says_nothing(size):
    assert math.isnan(agreement(np.ones((size, size)), np.ones((size, size))))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_a_video_where_something_is_not_finite_says_nothing(bad):
    broken = matrix(6, 0)
    broken[1, 2] = bad
    assert math.isnan(agreement(broken, matrix(6, 1)))
    assert math.isnan(agreement(matrix(6, 1), broken))


# --- over all videos ------------------------------------------------------------------------------


def test_the_mean_and_its_p_value_are_those_of_a_one_sided_t_test():
    values = np.random.default_rng(0).normal(0.1, 0.3, 50)
    found = faithfulness(values)
    assert found.mean == pytest.approx(values.mean())
    assert found.p_value == pytest.approx(ttest_1samp(values, 0, alternative="greater").pvalue)
    assert found.videos == 50


def test_videos_that_say_nothing_are_left_out():
    values = np.array([0.2, 0.4, 0.3])
    assert faithfulness(np.array([math.nan, *values, math.nan])) == faithfulness(values)


@pytest.mark.parametrize(
    ("values", "mean", "videos"),
    [([], 0, 0), ([math.nan], 0, 0), ([0.5], 0.5, 1), ([0.0] * 9, 0, 9)],
)
def test_what_cannot_be_tested_is_not_likely(values, mean, videos):
    found = faithfulness(np.array(values))
    assert (found.mean, found.p_value, found.videos) == (mean, 1.0, videos)


class HandMade:
    """One layer of attention: log-odds of q = a direction of the mean of what q attends to."""

    def __init__(self, seed: int, width: int = 6, sharpness: float = 1.5) -> None:
        rng = np.random.default_rng(seed)
        self.tokens = rng.normal(size=(400, width))
        self.turn = sharpness * rng.normal(size=(width, width)) / math.sqrt(width)
        self.read = rng.normal(size=width)

    def attention(self, numbers: np.ndarray) -> np.ndarray:
        seen = self.tokens[numbers]
        scores = seen @ self.turn @ seen.T
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        return weights / weights.sum(axis=1, keepdims=True)

    def logits(self, asked: Tokens) -> np.ndarray:
        odds = [
            self.attention(part) @ self.tokens[part] @ self.read
            for part in np.split(asked.crop, asked.starts[1:-1])
        ]
        together = np.concatenate(odds)
        return np.stack([0 * together, together], axis=1).astype(np.float32)


def measured(model: HandMade, tokens: Tokens, attention) -> float:
    without = ablated(tokens)
    moved = effects(tokens, model.logits(tokens), without, model.logits(without.tokens))
    parts = np.split(tokens.crop, tokens.starts[1:-1])
    return faithfulness(
        np.array([agreement(attention(part), m) for part, m in zip(parts, moved, strict=True)])
    ).mean


@settings(max_examples=10)
@given(st.integers(0, 1000))
def test_the_attention_that_a_model_uses_is_faithful_and_any_other_is_not(seed):
    model, tokens = HandMade(seed), tokens_of([20] * 20)
    rng = np.random.default_rng(seed)
    assert measured(model, tokens, model.attention) > 0.3
    random = measured(model, tokens, lambda part: rng.dirichlet(np.ones(len(part)), len(part)))
    assert abs(random) < 0.05

    def of_another_video(part: np.ndarray) -> np.ndarray:
        return model.attention((part + 20) % 400)

    def of_its_predictions(part: np.ndarray) -> np.ndarray:
        odds = model.attention(part) @ model.tokens[part] @ model.read
        return np.tile(np.exp(odds) / np.exp(odds).sum(), (len(part), 1))

    assert abs(measured(model, tokens, of_another_video)) < 0.1
    assert measured(model, tokens, of_its_predictions) == 0
