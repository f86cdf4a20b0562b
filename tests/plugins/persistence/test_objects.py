"""What anybody can see of a video's objects, and the attention that anybody can make of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournament_plugins.persistence.objects import Objects, objects_of
from tournament_plugins.persistence.packed import Tokens


def some_objects(count: int, seed: int) -> Objects:
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 50, (count, 2))
    return Objects(
        rng.integers(0, 16, count).astype(float),
        np.concatenate([corner, corner + rng.uniform(4, 12, (count, 2))], axis=1),
        rng.uniform(0, 255, (count, 3)),
        rng.normal(0, 3, count),
    )


@given(st.integers(1, 12), st.integers(0, 1000))
def test_made_up_attention_is_a_distribution_for_each_query(count, seed):
    made_up = some_objects(count, seed).made_up()
    assert made_up.shape[1:] == (count, count)
    assert made_up.sum(axis=-1) == pytest.approx(1)
    assert (made_up > 0).all()


@given(st.integers(2, 12), st.integers(0, 1000), st.data())
def test_whatever_is_made_of_objects_moves_with_them(count, seed, data):
    objects = some_objects(count, seed)
    order = np.array(data.draw(st.permutations(range(count))))
    turned = Objects(
        objects.frame[order], objects.box[order], objects.colour[order], objects.odds[order]
    )
    square = np.ix_(order, order)
    assert turned.properties() == pytest.approx(objects.properties()[:, order])
    for mine, theirs in (
        (turned.made_up(), objects.made_up()),
        (turned.of_predictions(), objects.of_predictions()),
    ):
        assert mine == pytest.approx(np.stack([each[square] for each in theirs]), abs=1e-9)


def test_objects_that_are_all_alike_give_no_nan():
    one = Objects(np.ones(4), np.ones((4, 4)), np.ones((4, 3)), np.zeros(4))
    for made in (one.properties(), one.made_up(), one.of_predictions()):
        assert np.isfinite(made).all()


def test_objects_are_read_off_tokens_and_predictions():
    crops = np.stack([np.full((16, 16, 3), shade, np.uint8) for shade in (10, 200)])
    tokens = Tokens(
        crops,
        np.array([1, 0, 1], np.int32),
        np.array([2, 3, 4], np.int16),
        np.arange(12, dtype=np.uint8).reshape(3, 4),
        np.array([0, 2, 2, 3]),
        "k",
    )
    logits = np.array([[1, 3], [0, -1], [2, 2]], np.float32)
    first, none, last = objects_of(tokens, logits)
    assert first.colour.tolist() == [[200] * 3, [10] * 3]
    assert (first.odds.tolist(), last.odds.tolist()) == ([2, -1], [0])
    assert (first.frame.tolist(), last.box.tolist()) == ([2, 3], [[8, 9, 10, 11]])
    assert len(none.odds) == 0
