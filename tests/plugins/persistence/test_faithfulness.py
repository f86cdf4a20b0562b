"""Attention is faithful when it foretells what deletions do, better than made-up attention."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tournament_plugins.persistence.faithfulness import (
    FOLDS,
    LEAST_TOKENS,
    Faithfulness,
    Video,
    faithfulness,
    idle,
    moved,
    opposite,
)
from tournament_plugins.persistence.objects import Objects

from .test_objects import some_objects

counts = st.integers(LEAST_TOKENS, 14)
seeds = st.integers(0, 2**32 - 1)
Pay = Callable[["Seen"], np.ndarray]


def softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


# --- what deleting an object does to a mean -------------------------------------------------------


@given(counts, seeds)
def test_a_mean_moves_as_if_the_softmax_were_taken_again_without_the_object(count, seed):
    rng = np.random.default_rng(seed)
    scores, properties = rng.normal(size=(2, count, count)), rng.normal(size=(3, count))
    found = moved(softmax(scores), properties).reshape(2, 3, count, count)
    for head, lacking in np.ndindex(2, count):
        kept = np.arange(count) != lacking
        before = softmax(scores[head]) @ properties.T
        after = softmax(scores[head][:, kept]) @ properties[:, kept].T
        expected = (after - before).T[:, kept]
        assert pytest.approx(expected, abs=1e-9) == found[head, :, kept, lacking].T


@given(counts, seeds)
def test_the_opposite_prefers_what_is_neglected_and_its_opposite_is_the_attention(count, seed):
    attention = softmax(np.random.default_rng(seed).normal(size=(2, count, count)))
    turned = opposite(attention)
    assert turned.sum(axis=-1) == pytest.approx(1)
    assert np.array_equal(turned.argmax(axis=-1), attention.argmin(axis=-1))
    assert opposite(turned) == pytest.approx(attention)


# --- what proves nothing --------------------------------------------------------------------------


@given(counts, seeds)
def test_what_a_query_or_a_key_does_to_all_pairs_proves_nothing(count, seed):
    rng = np.random.default_rng(seed)
    objects = some_objects(count, seed % 1000)
    basis = idle(objects)
    assert basis.T @ basis == pytest.approx(np.eye(basis.shape[1]), abs=1e-9)
    off = ~np.eye(count, dtype=bool)
    odds = objects.odds
    for matrix in (
        rng.normal(size=(count, 1)) + np.zeros((count, count)),
        rng.normal(size=(1, count)) + np.zeros((count, count)),
        np.outer(odds, odds),
        np.abs(np.subtract.outer(odds, odds)),
    ):
        pairs = matrix[off]
        assert basis @ (basis.T @ pairs) == pytest.approx(pairs, abs=1e-6 * np.abs(pairs).max())


# --- a model by hand ------------------------------------------------------------------------------


class Seen:
    """One video as a model sees it that attends by hidden features, and learns frames and places.

    Log-odds of q: a direction of the mean frame and place of what it attends to.
    """

    def __init__(self, rng: np.random.Generator, turn: np.ndarray, count: int) -> None:
        self.rng = rng
        self.hidden = rng.normal(size=(count, len(turn)))
        self.real = softmax(1.5 * self.hidden @ turn @ self.hidden.T)
        blank = some_objects(count, int(rng.integers(1000)))
        self.value = blank.frame / 5 - blank.box[:, 0] / 20
        odds = self.real @ self.value
        self.objects = Objects(blank.frame, blank.box, blank.colour, odds)
        self.effects = np.zeros((count, count))
        for lacking in range(count):
            kept = np.arange(count) != lacking
            part = self.real[:, kept] / self.real[:, kept].sum(axis=1, keepdims=True)
            self.effects[kept, lacking] = (part @ self.value[kept] - odds)[kept]


def scenes(seed: int, videos: int = 40, count: int = 14) -> list[Seen]:
    rng = np.random.default_rng(seed)
    turn = rng.normal(size=(4, 4)) / 2
    return [Seen(rng, turn, count) for _ in range(videos)]


def measured(seen: list[Seen], pay: Pay) -> Faithfulness:
    return faithfulness([Video(pay(each)[None], each.effects, each.objects) for each in seen])


def real(seen: Seen) -> np.ndarray:
    return seen.real


def random(seen: Seen) -> np.ndarray:
    return softmax(seen.rng.normal(size=seen.real.shape))


def even(seen: Seen) -> np.ndarray:
    return np.full_like(seen.real, 1 / len(seen.real))


def liked(seen: Seen) -> np.ndarray:
    return softmax(np.tile(2 * seen.objects.odds, (len(seen.real), 1)))


def near_and_liked(seen: Seen) -> np.ndarray:
    frame, odds = seen.objects.frame, seen.objects.odds
    return softmax(odds[None] - np.abs(np.subtract.outer(frame, frame)) / 3)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000))
def test_the_attention_that_a_model_uses_foretells_and_any_other_does_not(seed):
    seen = scenes(seed)
    found = measured(seen, real)
    assert found.gain > 0.3
    assert found.made_up + found.gain > 0.9
    assert found.p_value < 1e-9
    assert found.videos == len(seen)
    for pay in (random, even, liked, near_and_liked):
        assert measured(seen, pay).gain < 0.04


def test_attention_upside_down_is_told_by_its_opposite():
    seen = scenes(3)
    found = measured(seen, lambda each: opposite(each.real[None])[0])
    assert found.opposite == pytest.approx(measured(seen, real).gain, abs=0.05)
    assert found.opposite > found.gain + 0.1
    assert found.p_opposite < 1e-6
    assert measured(seen, real).p_opposite > 0.9


def test_heads_count_each_by_itself_and_their_order_does_not_matter():
    """The mean over heads of different use says less than the heads do."""
    seen = scenes(4)
    together = [np.stack([each.real, random(each), even(each)]) for each in seen]
    gains = []
    for heads in (together, [each[::-1] for each in together], [each[:1] for each in together]):
        videos = [Video(h, each.effects, each.objects) for h, each in zip(heads, seen, strict=True)]
        gains.append(faithfulness(videos).gain)
    assert gains[0] == pytest.approx(gains[1], abs=1e-6)
    assert gains[0] == pytest.approx(gains[2], abs=0.05)


def test_the_unit_of_log_odds_does_not_matter():
    seen = scenes(5)
    expected = measured(seen, real)
    for each in seen:
        each.effects *= 1e-3
        each.objects = Objects(
            each.objects.frame, each.objects.box, each.objects.colour, 1e-3 * each.objects.odds
        )
    assert measured(seen, real).gain == pytest.approx(expected.gain, abs=1e-3)


@pytest.mark.parametrize("videos", [0, 1, 2 * FOLDS - 1])
def test_too_few_videos_prove_nothing(videos):
    found = measured(scenes(6, videos), real)
    assert (found.gain, found.p_value, found.videos) == (0.0, 1.0, videos)


def test_videos_of_few_objects_are_left_out():
    seen = scenes(7, 20)
    small = scenes(8, 5, LEAST_TOKENS - 1)
    assert measured([*seen, *small], real) == measured(seen, real)


def test_predictions_that_rest_on_nothing_make_all_attention_unfaithful():
    seen = scenes(9, 20)
    for each in seen:
        each.effects[:] = 0
    found = measured(seen, real)
    assert (found.gain, found.p_value) == (0.0, 1.0)
