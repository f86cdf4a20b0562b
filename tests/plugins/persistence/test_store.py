from __future__ import annotations

import hashlib

import numpy as np
import pytest

from tournament_plugins.persistence.crop_table import CropTable
from tournament_plugins.persistence.options import PersistenceOptions, split_range
from tournament_plugins.persistence.render import film
from tournament_plugins.persistence.store import pack, read_facts, read_split, split_key
from tournament_plugins.persistence.tokenise import tokenise


@pytest.fixture(scope="module", params=["varied", "original"])
def packed(request, tmp_path_factory):
    """Options, and a folder with the packed videos 100 to 249 (more than two chunks)."""
    options = PersistenceOptions(appearance=request.param, seed=3)
    folder = tmp_path_factory.mktemp(request.param)
    pack(options, range(100, 250), folder, lambda done: None)
    return options, folder


def test_any_video_rendered_again_alone_has_exactly_its_stored_tokens(packed):
    options, folder = packed
    tokens, truth = read_split(folder, range(100, 250))
    for index in (0, 63, 64, 100, 149):
        alone = tokenise(film(options, [100 + index]))
        stored, labels = tokens.videos([index]), truth.videos([index])
        assert labels.video.tolist() == [100 + index]
        assert np.array_equal(stored.crops[stored.crop], alone.crops)
        assert np.array_equal(stored.frame, alone.frame)
        assert np.array_equal(stored.box, alone.box)
        assert np.array_equal(labels.labels, alone.labels)


def test_stored_arrays_have_the_promised_types_and_are_mapped(packed):
    _, folder = packed
    tokens, truth = read_split(folder, range(100, 250))
    total = len(truth.labels)
    assert (tokens.crops.dtype, tokens.crops.shape[1:]) == (np.uint8, (16, 16, 3))
    assert (tokens.crop.dtype, tokens.crop.shape) == (np.int32, (total,))
    assert (tokens.frame.dtype, tokens.frame.shape) == (np.int16, (total,))
    assert (tokens.box.dtype, tokens.box.shape) == (np.uint8, (total, 4))
    assert (tokens.starts.dtype, tokens.starts.shape) == (np.int64, (151,))
    assert (truth.labels.dtype, truth.video.dtype) == (np.uint8, np.int64)
    assert isinstance(tokens.crops.base, np.memmap)
    assert not tokens.crops.flags.writeable


def test_crops_are_stored_once_and_the_key_is_their_hash(packed):
    _, folder = packed
    tokens = read_split(folder, range(100, 250)).inputs
    assert len(np.unique(tokens.crops.reshape(len(tokens.crops), -1), axis=0)) == len(tokens.crops)
    assert set(tokens.crop) == set(range(len(tokens.crops)))
    assert tokens.key == hashlib.sha256(tokens.crops.tobytes()).hexdigest()


def test_inside_a_video_tokens_go_by_frame_and_place(packed):
    _, folder = packed
    tokens = read_split(folder, range(100, 250)).inputs
    for index in range(len(tokens)):
        video = tokens.videos([index])
        order = list(zip(video.frame, video.box[:, 1], video.box[:, 0], strict=True))
        assert order == sorted(order)


def test_flat_discs_repeat_and_varied_ones_do_not(packed):
    options, folder = packed
    tokens = read_split(folder, range(100, 250)).inputs
    share = np.sort(np.bincount(tokens.crop))[::-1][:3].sum() / len(tokens.crop)
    if options.appearance == "original":
        assert share > 0.8
    else:
        assert len(tokens.crops) == len(tokens.crop)


def test_the_facts_agree_with_the_arrays(packed):
    _, folder = packed
    tokens, truth = read_split(folder, range(100, 250))
    facts = read_facts(folder)
    assert facts["videos"] == 150
    assert facts["tokens"] == len(truth.labels)
    assert facts["distinct_crops"] == len(tokens.crops)
    assert facts["tokens_a_video"] == pytest.approx(len(truth.labels) / 150)
    assert facts["persistent_share"] == pytest.approx(truth.labels.mean())
    assert 3 < facts["transient_objects_a_video"] < 4
    kinds = [len(set(truth.videos([i]).labels)) for i in range(150)]
    assert facts["videos_of_one_kind_only"] == kinds.count(1)


def test_packing_reports_its_progress(tmp_path):
    done: list[int] = []
    pack(PersistenceOptions(appearance="original"), range(130), tmp_path, done.append)
    assert done == sorted(set(done))
    assert done[-1] == 130


def test_a_table_of_crops_grows_over_many_calls(tmp_path):
    with CropTable(tmp_path / "crops.npy") as table:
        for first in range(0, 1100, 100):
            batch = np.zeros((101, 16, 16, 3), np.uint8)
            batch[:100, 0, 0, 0] = np.arange(first, first + 100) % 256
            batch[:100, 0, 0, 1] = np.arange(first, first + 100) // 256
            rows = table.rows(batch)
            assert rows[:100].tolist() == list(range(first, first + 100))
            assert rows[100] == 0
    stored = np.load(tmp_path / "crops.npy")
    assert stored.shape == (1100, 16, 16, 3)
    assert stored[777, 0, 0].tolist() == [777 % 256, 3, 0]


def test_the_cache_key_holds_what_the_content_depends_on_and_no_more():
    def key(**options: object) -> dict[str, object]:
        made = PersistenceOptions.model_validate(options)
        return split_key(made, split_range(made.videos, "train"))

    assert key() == key(consistency_threshold=2.0)
    changed = [key(seed=1), key(colour="red"), key(appearance="original"), key(videos=500)]
    assert all(other != key() for other in changed)
