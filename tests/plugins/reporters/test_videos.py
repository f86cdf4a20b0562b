"""The table of samples as videos, and why it may not be one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tournament_plugins.reporters.video_grid import Grid, accuracy_norm, columns_for, ratio_norm
from tournament_plugins.reporters.video_panel import video_order
from tournament_plugins.reporters.videos import NotDrawable, read_videos, videos_from

TABLE = {
    "accuracy": np.array([1.0, 0.5, 0.9, math.nan]),
    "persistent": np.array([1.1, 1.2, 1.0, 1.4]),
    "transient": np.array([0.5, math.nan, 1.0, 0.2]),
    "ratio": np.array([2.2, math.nan, 1.0, 7.0]),
    "consistent": np.array([True, True, False, True]),
}


def test_a_video_without_a_kind_of_object_is_not_scored():
    videos = videos_from(TABLE, "t")
    assert videos.scored.tolist() == [True, False, True, True]
    assert videos.passes.tolist() == [True, False, False, True]
    assert videos.attention("transient").tolist() == [0.5, 1.0, 0.2]


def test_videos_stand_by_falling_ratio_with_the_unscored_last():
    assert video_order(videos_from(TABLE, "t")).tolist() == [3, 0, 2, 1]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ratio": None}, "t has no column ratio, as the task persistence has; its columns are "),
        ({"ratio": np.ones(3)}, "the columns of t are not numbers of the same videos"),
        ({"ratio": np.ones((4, 2))}, "the columns of t are not numbers of the same videos"),
        ({"accuracy": np.array(list("abcd"))}, "the columns of t are not numbers"),
        ({name: np.ones(0) for name in TABLE}, "t holds no video"),
    ],
)
def test_another_table_is_refused_with_the_reason(change, reason):
    table = {k: v for k, v in {**TABLE, **change}.items() if v is not None}
    with pytest.raises(NotDrawable, match=reason):
        videos_from(table, "t")


def test_a_table_that_is_no_npz_is_refused(make_run, moments):
    run = make_run({"a": moments(1.0, 1.2, videos=5)})
    check = run.standings.trials["a"].checks[1]
    path = run.folder.trial("a").samples(1)
    path.write_bytes(b"no table at all")
    with pytest.raises(NotDrawable, match="not the file whose SHA-256 is in the log"):
        read_videos(run, "a", check)
    honest = check.model_copy(
        update={"samples": check.samples.model_copy(update={"sha256": _sha256(path)})}
    )
    with pytest.raises(NotDrawable, match=r"samples/check-001.npz cannot be read \("):
        read_videos(run, "a", honest)


def _sha256(path):
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("count", [1, 2, 7, 60, 999, 1000, 10_000])
def test_cells_are_about_square_and_all_find_room(count):
    columns = columns_for(count, 3.2, 2.8)
    rows = math.ceil(count / columns)
    assert columns * rows >= count
    assert count < 10 or 0.6 < (3.2 / columns) / (2.8 / rows) < 1.6


def test_ratios_beyond_the_scale_are_shown_at_its_ends():
    values = np.array([math.inf, 2.0, 1.0, 0.0])
    colours = Grid(values, 4, ratio_norm(values), "{:.1f}").colours()[0]
    assert colours[0].tolist() == colours[1].tolist() or colours[0, :3].sum() > colours[1, :3].sum()
    assert colours[3, :3].sum() < colours[2, :3].sum() + 0.05


@pytest.mark.parametrize("values", [[], [math.nan], [1.0], [0.0], [math.inf]])
def test_scales_exist_for_odd_values(values):
    for norm in (ratio_norm(np.array(values)), accuracy_norm(np.array(values))):
        assert math.isfinite(norm.vmin)
        assert norm.vmin < norm.vmax < math.inf
