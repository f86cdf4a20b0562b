from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournament_plugins.persistence.packed import Tokens, Truth, select


def tokens_of(counts: list[int]) -> Tokens:
    """Tokens whose frame is the number of their video and whose crop is their row."""
    total = sum(counts)
    return Tokens(
        crops=np.zeros((total, 16, 16, 3), np.uint8),
        crop=np.arange(total, dtype=np.int32),
        frame=np.repeat(np.arange(len(counts)), counts).astype(np.int16),
        box=np.zeros((total, 4), np.uint8),
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        key="k",
    )


@given(st.data(), st.lists(st.integers(0, 6), min_size=1, max_size=8))
def test_chosen_videos_come_with_their_rows_in_the_order_asked(data, counts):
    indices = data.draw(st.lists(st.integers(0, len(counts) - 1), max_size=10))
    rows, starts = select(np.concatenate([[0], np.cumsum(counts)]), indices)
    ends = np.cumsum(counts)
    expected = [row for i in indices for row in range(ends[i] - counts[i], ends[i])]
    assert rows.tolist() == expected
    assert np.diff(starts).tolist() == [counts[i] for i in indices]


def test_tokens_of_some_videos_share_the_table_of_crops():
    tokens = tokens_of([2, 3, 1])
    some = tokens.videos([2, 0])
    assert (len(tokens), len(some)) == (3, 2)
    assert some.crops is tokens.crops
    assert some.crop.tolist() == [5, 0, 1]
    assert some.frame.tolist() == [2, 0, 0]
    assert some.counts.tolist() == [1, 2]
    assert some.key == "k"


def test_truth_of_some_videos_keeps_their_numbers():
    truth = Truth(np.array([1, 0, 0, 1], np.uint8), np.array([0, 2, 3, 4]), np.array([80, 81, 82]))
    some = truth.videos(np.array([2, 0]))
    assert some.labels.tolist() == [1, 1, 0]
    assert some.video.tolist() == [82, 80]
    assert len(some) == 2


@pytest.mark.parametrize("index", [-1, 3])
def test_a_video_that_is_not_there_is_an_error(index):
    with pytest.raises(IndexError, match="videos 0 to 2"):
        tokens_of([1, 1, 1]).videos([0, index])
