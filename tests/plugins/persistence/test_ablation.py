"""A video without one of its tokens, and what that changes for the others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournament_plugins.persistence.ablation import ablated, effects
from tournament_plugins.persistence.packed import Tokens

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
        expected = -weights[first:end, first:end]
        np.fill_diagonal(expected, 0)
        assert matrix == pytest.approx(expected, abs=1e-4)
