"""Every token of every video is trained on once, and padding is never a token."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tournament_strategies.batches import in_order, padded, shuffled

counts = st.lists(st.integers(0, 6), min_size=1, max_size=30)


def starts_of(counts: list[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(counts)])


@given(counts, st.integers(1, 8))
def test_in_order_gives_every_token_once_in_its_order(counts: list[int], size: int) -> None:
    batches = list(in_order(starts_of(counts), size))
    tokens = np.concatenate([np.zeros(0, int), *(batch.tokens for batch in batches)])
    assert tokens.tolist() == list(range(sum(counts)))


@given(counts, st.integers(1, 8), st.integers(0, 9))
def test_shuffled_gives_every_token_once_and_videos_whole(
    counts: list[int], size: int, seed: int
) -> None:
    starts = starts_of(counts)
    batches = list(shuffled(starts, size, np.random.default_rng(seed)))
    tokens = np.concatenate([np.zeros(0, int), *(batch.tokens for batch in batches)])
    assert sorted(tokens.tolist()) == list(range(sum(counts)))
    for batch in batches:
        for video, row, real in zip(batch.videos, batch.index, batch.mask, strict=True):
            assert row[real].tolist() == list(range(starts[video], starts[video + 1]))


@given(counts, st.integers(1, 8))
def test_no_video_without_tokens_is_in_a_batch(counts: list[int], size: int) -> None:
    starts = starts_of(counts)
    for batch in [*shuffled(starts, size, np.random.default_rng(0)), *in_order(starts, size)]:
        assert batch.mask.any(axis=1).all()
        assert len(batch.videos) <= size


def test_a_batch_is_as_wide_as_its_longest_video() -> None:
    batch = padded(starts_of([2, 3, 1]), np.array([2, 1]))
    assert batch.index.tolist() == [[5, 0, 0], [2, 3, 4]]
    assert batch.mask.tolist() == [[True, False, False], [True, True, True]]


def test_another_generator_gives_another_order() -> None:
    starts = starts_of([1] * 50)
    orders = {
        tuple(b.tokens[0] for b in shuffled(starts, 1, np.random.default_rng(seed)))
        for seed in (0, 0, 1)
    }
    assert len(orders) == 2
