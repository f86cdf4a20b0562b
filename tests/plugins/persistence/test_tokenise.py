from __future__ import annotations

import numpy as np

from tournament_plugins.persistence.detect import detect
from tournament_plugins.persistence.options import PersistenceOptions
from tournament_plugins.persistence.render import Film, film
from tournament_plugins.persistence.tokenise import crop, label, tokenise

PERSISTENT, FIRST, SECOND = 1, 2, 3


def frame_with(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    """One black frame with white rectangles x0, y0, x1, y1."""
    frames = np.zeros((1, 64, 64, 3), np.uint8)
    for x0, y0, x1, y1 in boxes:
        frames[0, y0:y1, x0:x1] = 255
    return frames


def labels_of(*owned: tuple[int, tuple[int, int, int, int]]) -> list[int]:
    """Labels of the components of rectangles with the given owners, painted in this order."""
    frames = frame_with(*(box for _, box in owned))
    owners = np.zeros((1, 64, 64), np.uint8)
    for owner, (x0, y0, x1, y1) in owned:
        owners[0, y0:y1, x0:x1] = owner
    return label(owners, detect(frames)).tolist()


def test_a_crop_shows_the_surroundings_of_the_box_centre():
    frames = frame_with((20, 30, 25, 35))
    frames[0, 30, 20] = (255, 200, 150)
    crops = crop(frames, detect(frames))
    assert np.array_equal(crops[0], frames[0, 24:40, 14:30])
    assert crops[0, 6, 6].tolist() == [255, 200, 150]


def test_a_crop_is_zero_outside_the_frame():
    frames = frame_with((0, 0, 3, 3), (60, 59, 64, 64))
    frames[frames == 0] = 9
    first, last = crop(frames, detect(frames))
    assert (first[:7] == 0).all()
    assert (first[:, :7] == 0).all()
    assert np.array_equal(first[7:, 7:], frames[0, :9, :9])
    assert (last[11:] == 0).all()
    assert (last[:, 10:] == 0).all()
    assert np.array_equal(last[:11, :10], frames[0, 53:, 54:])


def test_separate_objects_have_their_own_labels():
    assert labels_of((PERSISTENT, (0, 0, 5, 5)), (FIRST, (20, 20, 25, 25))) == [1, 0]


def test_a_merged_component_belongs_to_who_shows_most_pixels():
    assert labels_of((PERSISTENT, (0, 0, 4, 4)), (FIRST, (4, 0, 9, 4))) == [0]
    assert labels_of((PERSISTENT, (0, 0, 5, 4)), (FIRST, (5, 0, 9, 4))) == [1]


def test_only_visible_pixels_count():
    # 5 × 5 against 4 × 5, but two of the columns of the first are painted over.
    assert labels_of((PERSISTENT, (0, 0, 5, 5)), (FIRST, (3, 0, 7, 5))) == [0]


def test_a_tie_is_persistent():
    assert labels_of((PERSISTENT, (0, 0, 4, 4)), (FIRST, (4, 0, 8, 4))) == [1]


def test_two_transients_do_not_pool_their_pixels():
    owned = (PERSISTENT, (0, 0, 4, 4)), (FIRST, (4, 0, 7, 4)), (SECOND, (7, 0, 10, 4))
    assert labels_of(*owned) == [1]


def test_tokens_depend_on_pixels_alone_and_labels_on_owners_alone():
    shot = film(PersistenceOptions(), range(5))
    nobody = Film(shot.frames, np.full_like(shot.owners, FIRST), shot.transients)
    tokens, blind = tokenise(shot), tokenise(nobody)
    assert np.array_equal(tokens.crops, blind.crops)
    assert np.array_equal(tokens.box, blind.box)
    assert np.array_equal(tokens.frame, blind.frame)
    assert tokens.labels.any()
    assert not blind.labels.any()


def test_each_video_keeps_its_own_tokens():
    shot = film(PersistenceOptions(), range(3))
    whole = tokenise(shot).counts
    shot.frames[1:] = 0
    assert whole.min() >= 14
    assert tokenise(shot).counts.tolist() == [whole[0], 0, 0]
