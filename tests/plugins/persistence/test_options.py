from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tournament_plugins.persistence.options import PersistenceOptions, split_range


@given(st.integers(10, 100_000))
def test_splits_cover_all_videos_once_without_overlap(videos):
    splits = [split_range(videos, split) for split in ("train", "validation", "test")]
    assert [i for split in splits for i in (split.start, split.stop)] == [
        0, splits[0].stop, splits[0].stop, splits[1].stop, splits[1].stop, videos,
    ]  # fmt: skip
    assert all(len(split) >= 1 for split in splits)


def test_ten_thousand_videos_are_split_80_10_10():
    lengths = [len(split_range(10_000, split)) for split in ("train", "validation", "test")]
    assert lengths == [8000, 1000, 1000]


def test_the_defaults_are_the_honest_form_of_the_task():
    options = PersistenceOptions()
    assert (options.videos, options.colour, options.appearance) == (10_000, "same", "varied")
    assert options.consistency_threshold == 1.3


@pytest.mark.parametrize(
    "wrong",
    [
        {"videos": 9},
        {"colour": "blue"},
        {"appearance": "flat"},
        {"seed": -1},
        {"consistency_threshold": 0},
        {"consistency_threshold": float("nan")},
        {"color": "red"},
    ],
)
def test_options_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValidationError):
        PersistenceOptions.model_validate(wrong)


def test_every_option_is_described():
    assert all(field.description for field in PersistenceOptions.model_fields.values())
