"""Labels beside a plot: moved apart, and no further than needed."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournament_plugins.reporters.spread import spread

labels = st.lists(
    st.tuples(st.floats(-50, 150), st.floats(0.1, 20)), min_size=1, max_size=12
)  # fmt: skip


@given(labels)
def test_labels_never_overlap(given):
    wanted, heights = zip(*given, strict=True)
    edges = sorted(
        (y - h / 2, y + h / 2) for y, h in zip(spread(wanted, heights, 100), heights, strict=True)
    )
    assert all(low[1] <= high[0] + 1e-6 for low, high in itertools.pairwise(edges))


@given(labels)
def test_labels_lie_within_the_room_when_all_of_them_fit(given):
    wanted, heights = zip(*given, strict=True)
    room = sum(heights) + 1
    placed = spread(wanted, heights, room)
    assert all(
        h / 2 - 1e-6 <= y <= room - h / 2 + 1e-6 for y, h in zip(placed, heights, strict=True)
    )


@given(labels)
def test_labels_keep_the_order_of_what_they_name(given):
    wanted, heights = zip(*given, strict=True)
    placed = spread(wanted, heights, 1000)
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    assert sorted(range(len(placed)), key=placed.__getitem__) == order


def test_labels_that_are_apart_stay_where_they_are():
    assert spread([10, 50, 90], [10, 10, 10], 100) == [10, 50, 90]


def test_two_that_want_the_same_place_share_the_way():
    assert spread([50, 50], [10, 10], 100) == pytest.approx([45, 55])


def test_a_label_at_the_edge_is_moved_inside():
    assert spread([0, 100], [10, 20], 100) == pytest.approx([5, 90])
