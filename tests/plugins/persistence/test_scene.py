from __future__ import annotations

import numpy as np
import pytest

from tournament_plugins.persistence.scene import (
    BOX,
    CIRCULAR,
    HELICAL,
    LINEAR,
    PARABOLIC,
    WORDS,
    Scenes,
    draw_scenes,
    random_source,
)


@pytest.fixture(scope="module")
def scenes() -> Scenes:
    words = np.stack([random_source(5, video).random_raw(WORDS) for video in range(2000)])
    return draw_scenes(words)


def paths(scenes: Scenes, kind: int) -> np.ndarray:
    """(n, 16, 3) the paths of one kind."""
    return scenes.position[scenes.path == kind]


def test_the_persistent_object_is_visible_in_every_frame(scenes):
    assert scenes.visible[:, 0].all()


def test_a_transient_object_is_visible_for_1_to_3_frames_on_end(scenes):
    flashes = scenes.visible[:, 1:].reshape(-1, 16)
    flashes = flashes[flashes.any(axis=1)]
    lengths = flashes.sum(axis=1)
    last = 15 - flashes[:, ::-1].argmax(axis=1)
    assert set(lengths) == {1, 2, 3}
    assert np.array_equal(last - flashes.argmax(axis=1) + 1, lengths)


def test_there_are_1_to_6_transients_with_a_mean_of_3_and_a_half(scenes):
    assert set(scenes.transients) == {1, 2, 3, 4, 5, 6}
    assert scenes.transients.mean() == pytest.approx(3.5, abs=0.12)


def test_start_frames_are_uniform_over_all_that_leave_room(scenes):
    flashes = scenes.visible[:, 1:].reshape(-1, 16)
    single = flashes[flashes.sum(axis=1) == 1].argmax(axis=1)
    counts = np.bincount(single, minlength=16)
    assert counts.min() > 0.7 * counts.mean()
    assert counts.max() < 1.3 * counts.mean()


def test_all_paths_stay_in_their_box_and_all_kinds_occur(scenes):
    assert (np.abs(scenes.position) <= BOX + 1e-12).all()
    assert set(scenes.path.ravel()) == {LINEAR, CIRCULAR, HELICAL, PARABOLIC}


def test_a_linear_path_has_no_acceleration(scenes):
    assert np.abs(np.diff(paths(scenes, LINEAR), n=2, axis=1)).max() < 1e-12


def test_a_parabolic_path_has_a_constant_acceleration(scenes):
    acceleration = np.diff(paths(scenes, PARABOLIC), n=2, axis=1)
    assert np.ptp(acceleration, axis=1).max() < 1e-12
    assert np.abs(acceleration).max() > 0.001


@pytest.mark.parametrize("kind", [CIRCULAR, HELICAL])
def test_a_turning_path_keeps_one_speed_and_turns_by_the_same_angle(scenes, kind):
    step = np.diff(paths(scenes, kind)[..., :2], axis=1)
    heading = step[..., 0] + 1j * step[..., 1]
    turn = np.angle(heading[:, 1:] / heading[:, :-1])
    assert np.ptp(np.abs(heading), axis=1).max() < 1e-12
    assert np.ptp(turn, axis=1).max() < 1e-9
    assert np.abs(turn).min() > 0.1


def test_only_a_helical_path_changes_its_depth_while_it_turns(scenes):
    assert np.ptp(paths(scenes, CIRCULAR)[..., 2], axis=1).max() < 1e-12
    assert np.ptp(paths(scenes, HELICAL)[..., 2], axis=1).mean() > 0.3


def test_videos_and_seeds_differ():
    words = {
        (seed, video): tuple(random_source(seed, video).random_raw(4))
        for seed in (0, 1)
        for video in (0, 1)
    }
    assert len(set(words.values())) == 4
