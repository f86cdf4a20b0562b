from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tournament_plugins.persistence.discs import Fragments
from tournament_plugins.persistence.options import PersistenceOptions
from tournament_plugins.persistence.render import film, paint

SAME = np.full((7, 2, 3), 200, np.float32)


def fragments(*pieces: tuple[int, int, float]) -> Fragments:
    """Pieces of (pixel, object, cover), fully lit."""
    pixel, number, cover = (np.array(column) for column in zip(*pieces, strict=True))
    full = np.ones(len(pixel), np.float32)
    return Fragments(pixel, number, cover.astype(np.float32), full, full)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["varied", "original"]),
    st.sampled_from(["same", "red"]),
    st.integers(0, 2**32 - 1),
    st.lists(st.integers(0, 10_000), min_size=1, max_size=5),
)
def test_a_video_is_the_same_in_any_company(appearance, colour, seed, videos):
    options = PersistenceOptions(appearance=appearance, colour=colour, seed=seed)
    together = film(options, videos)
    alone = film(options, videos[-1:])
    assert np.array_equal(together.frames[-1], alone.frames[0])
    assert np.array_equal(together.owners[-1], alone.owners[0])


def test_flat_discs_are_white_on_black_with_three_radii():
    shot = film(PersistenceOptions(appearance="original"), range(20))
    assert set(shot.frames.ravel()) == {0, 255}
    persistent = shot.owners.reshape(-1, 64, 64) == 1
    full = [int(frame.sum()) for frame in persistent]
    # Discs of radius 2, 3 and 4 on whole pixels have 13, 29 and 49 pixels.
    assert {13, 29, 49} <= set(full)
    assert max(full) == 49


def test_red_transients_are_red_and_the_persistent_object_is_white():
    shot = film(PersistenceOptions(appearance="original", colour="red"), range(20))
    assert {tuple(pixel) for pixel in shot.frames[shot.owners == 1]} == {(255, 255, 255)}
    assert {tuple(pixel) for pixel in shot.frames[shot.owners > 1]} == {(230, 76, 76)}


def test_varied_objects_are_shaded_between_pixels_and_under_noise():
    shot = film(PersistenceOptions(), range(20))
    background = shot.frames[shot.frames.max(axis=-1) < 15]
    assert len(np.unique(shot.frames)) > 200
    assert background.mean() == pytest.approx(7, abs=0.05)
    assert background.std() == pytest.approx(np.sqrt(2 * 63 / 12), abs=0.05)


def test_colour_moves_nothing():
    white, red = (film(PersistenceOptions(colour=c), range(10)) for c in ("same", "red"))
    assert np.array_equal(white.owners, red.owners)


def test_the_later_object_hides_the_earlier_one():
    levels = SAME.copy()
    levels[3] = 90
    frames, owners = paint(fragments((70, 0, 1.0), (70, 3, 1.0)), levels, 1)
    assert frames.reshape(-1, 3)[70].tolist() == [90, 90, 90]
    assert owners.ravel()[70] == 4


def test_a_covered_share_of_a_pixel_mixes_with_what_is_below():
    levels = SAME.copy()
    levels[2] = 100
    frames, owners = paint(fragments((5, 0, 1.0), (5, 2, 0.25)), levels, 1)
    assert frames.reshape(-1, 3)[5].tolist() == [175, 175, 175]
    assert owners.ravel()[5] == 1


def test_the_persistent_object_moves_smoothly():
    shot = film(PersistenceOptions(), range(50))
    y, x = np.indices((64, 64))
    mine = shot.owners == 1
    seen = mine.sum(axis=(2, 3)) > 20
    size = np.maximum(mine.sum(axis=(2, 3)), 1)
    centre = (
        np.stack([(mine * x).sum(axis=(2, 3)), (mine * y).sum(axis=(2, 3))], -1) / size[..., None]
    )
    step = np.linalg.norm(np.diff(centre, axis=1), axis=-1)[seen[:, 1:] & seen[:, :-1]]
    assert 0.5 < np.median(step) < 4
    assert step.max() < 12
