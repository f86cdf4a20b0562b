"""Sealed videos are fresh ones of the same kind, and cross to the examinee whole."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournament.exam.arrays import read_arrays, write_arrays
from tournament_plugins.persistence.options import PersistenceOptions
from tournament_plugins.persistence.packed import Tokens
from tournament_plugins.persistence.sealed import (
    packed_tokens,
    sealed_videos,
    selected_predictions,
    unpacked_tokens,
)

KINDS = [("varied", "same"), ("varied", "red"), ("original", "same"), ("original", "red")]


def options(appearance="varied", colour="same", **more) -> PersistenceOptions:
    return PersistenceOptions(appearance=appearance, colour=colour, **more)


def shown(tokens: Tokens) -> list[bytes]:
    """What each video shows, as bytes: its tokens' crops, frames and boxes."""
    ends = tokens.starts[1:]
    return [
        b"".join(
            np.ascontiguousarray(part[first:end]).tobytes()
            for part in (tokens.crops[tokens.crop], tokens.frame, tokens.box)
        )
        for first, end in zip(tokens.starts[:-1], ends, strict=True)
    ]


@pytest.mark.parametrize(("appearance", "colour"), KINDS)
def test_they_are_those_that_the_same_options_would_give_with_that_seed(
    make_task, appearance, colour
):
    sealed = sealed_videos(options(appearance, colour, seed=3), 71, 80)
    task = make_task(appearance=appearance, colour=colour, seed=71, videos=100)
    made = task.data("train")
    assert shown(sealed.inputs) == shown(made.inputs)
    assert np.array_equal(sealed.truth.labels, made.truth.labels)
    assert np.array_equal(sealed.truth.starts, sealed.inputs.starts)
    assert sealed.truth.video.tolist() == list(range(80))


@pytest.mark.parametrize(("appearance", "colour"), KINDS)
def test_none_of_them_is_in_the_data_that_workers_are_given(make_task, appearance, colour):
    task = make_task(appearance=appearance, colour=colour, seed=3, videos=300)
    known = {video for split in ("train", "validation") for video in shown(task.data(split).inputs)}
    sealed = shown(task.exam(71, 200).inputs)
    assert known.isdisjoint(sealed)
    assert len(set(sealed)) == len(sealed) == 200


def test_no_crop_of_a_varied_sealed_video_was_ever_seen(make_task):
    task = make_task(seed=3, videos=100)
    known = {crop.tobytes() for crop in task.data("train").inputs.crops}
    assert known.isdisjoint(crop.tobytes() for crop in task.exam(71, 40).inputs.crops)


def test_more_of_them_begin_with_the_same():
    few, many = (sealed_videos(options(), 5, count).inputs for count in (3, 70))
    assert shown(many)[:3] == shown(few)


def test_every_bit_of_the_seed_matters():
    seeds = [0, 1, 2**32, 2**52, 2**53 - 1, 2**32 - 1]
    first = [shown(sealed_videos(options(), seed, 2).inputs)[0] for seed in seeds]
    assert len(set(first)) == len(seeds)
    assert shown(sealed_videos(options(), 2**53 - 1, 2).inputs)[0] == first[4]


def test_the_table_of_crops_holds_each_once_and_is_keyed_by_its_content():
    tokens = sealed_videos(options("original"), 5, 30).inputs
    assert len({crop.tobytes() for crop in tokens.crops}) == len(tokens.crops) < len(tokens.crop)
    assert tokens.key == hashlib.sha256(tokens.crops.tobytes()).hexdigest()
    assert set(tokens.crop) == set(range(len(tokens.crops)))


# --- across to the examinee and back --------------------------------------------------------------

counts = st.lists(st.integers(0, 6), min_size=1, max_size=6)


def random_tokens(sizes: list[int], seed: int) -> Tokens:
    rng = np.random.default_rng(seed)
    total = sum(sizes)
    crops = rng.integers(0, 256, (max(1, total // 2), 16, 16, 3), np.uint8)
    return Tokens(
        crops=crops,
        crop=rng.integers(0, len(crops), total).astype(np.int32),
        frame=rng.integers(0, 16, total).astype(np.int16),
        box=rng.integers(0, 65, (total, 4)).astype(np.uint8),
        starts=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        key=hashlib.sha256(crops.tobytes()).hexdigest(),
    )


def same(one: Tokens, other: Tokens) -> bool:
    arrays = [(getattr(one, name), getattr(other, name)) for name in packed_tokens(one)]
    return one.key == other.key and all(
        a.dtype == b.dtype and np.array_equal(a, b) for a, b in arrays
    )


@given(counts, st.integers(0, 2**32 - 1))
def test_tokens_come_back_as_they_were_packed(tmp_path_factory, sizes, seed):
    tokens = random_tokens(sizes, seed)
    assert same(unpacked_tokens(packed_tokens(tokens)), tokens)
    path = tmp_path_factory.mktemp("packed") / "tokens.safetensors"
    write_arrays(path, packed_tokens(tokens), "the task's inputs")
    assert same(unpacked_tokens(read_arrays(path, "it")), tokens)


@given(counts, st.integers(0, 2**32 - 1), st.data())
def test_selecting_videos_in_another_order_and_back_changes_nothing(sizes, seed, data):
    tokens = random_tokens(sizes, seed)
    order = data.draw(st.permutations(range(len(sizes))))
    back = np.argsort(order).tolist()
    assert same(tokens.videos(order).videos(back), tokens)


def told(tokens: Tokens) -> dict[str, np.ndarray]:
    """Predictions that say which token, and which pair of tokens, they are of."""
    number = tokens.crop * 100.0 + tokens.frame
    pairs = [
        np.add.outer(1e4 * number[first:end], number[first:end]).ravel()
        for first, end in zip(tokens.starts[:-1], tokens.starts[1:], strict=True)
    ]
    attention = np.concatenate([*pairs, np.zeros(0)])
    return {
        "logits": np.stack([number, -number], axis=1),
        "attention": np.stack([attention, 2 * attention, 3 * attention])[None],
    }


@given(counts, st.integers(0, 2**32 - 1), st.data())
def test_predictions_of_some_videos_are_those_that_the_videos_alone_would_get(sizes, seed, data):
    tokens = random_tokens(sizes, seed)
    rows = data.draw(st.lists(st.integers(0, len(sizes) - 1), max_size=8))
    selected = selected_predictions(told(tokens), tokens, rows)
    alone = told(tokens.videos(rows))
    assert sorted(selected) == sorted(alone)
    assert all(np.array_equal(selected[name], alone[name]) for name in alone)


def test_the_task_packs_selects_and_counts_its_own_inputs(make_task):
    task = make_task(videos=10)
    tokens = task.exam(7, 6).inputs
    assert task.count(tokens) == 6
    assert same(task.unpack(task.pack(tokens)), tokens)
    assert shown(task.select(tokens, [4, 0])) == [shown(tokens)[4], shown(tokens)[0]]
    part = task.select_predictions(told(tokens), tokens, [4, 0])
    assert np.array_equal(part["logits"], told(tokens.videos([4, 0]))["logits"])


def test_the_truth_is_not_among_what_is_packed(make_task):
    assert set(make_task(videos=10).pack(random_tokens([3], 0))) == {
        "crops", "crop", "frame", "box", "starts"
    }  # fmt: skip
