from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from tournament_plugins.persistence.detect import detect


def picture(*drawings: str) -> np.ndarray:
    """Frames (F, h, w, 3) from drawings in which # is a white pixel."""
    rows = [[[255 * (c == "#") for c in line] for line in drawing.split()] for drawing in drawings]
    return np.repeat(np.array(rows, np.uint8)[..., None], 3, axis=-1)


def test_an_object_is_found_with_its_half_open_box():
    found = detect(
        picture(
            """
            ......
            .####.
            .####.
            .####.
            ......
            """
        )
    )
    assert found.frame.tolist() == [0]
    assert found.box.tolist() == [[1, 1, 5, 4]]
    assert found.pixel.tolist() == [7, 8, 9, 10, 13, 14, 15, 16, 19, 20, 21, 22]
    assert found.object.tolist() == [0] * 12


@pytest.mark.parametrize(
    "small", ["##... ##... ##... ##...", "##### ##### ..... .....", "#.... ....."]
)
def test_what_is_narrower_or_lower_than_3_pixels_is_no_object(small):
    found = detect(picture(small))
    assert (len(found.frame), len(found.pixel)) == (0, 0)


def test_the_bounding_box_counts_and_not_the_area():
    assert detect(picture(".#. ### .#.")).box.tolist() == [[0, 0, 3, 3]]


def test_touching_objects_are_one():
    found = detect(
        picture(
            """
            ###....
            ######.
            ######.
            ...###.
            """
        )
    )
    assert found.box.tolist() == [[0, 0, 6, 4]]


def test_objects_that_share_only_a_corner_are_two():
    found = detect(
        picture(
            """
            ###...
            ###...
            ###...
            ...###
            ...###
            ...###
            """
        )
    )
    assert found.box.tolist() == [[0, 0, 3, 3], [3, 3, 6, 6]]


def test_arms_that_meet_further_down_are_one_object():
    assert detect(picture("#.#.# #.#.# #####")).box.tolist() == [[0, 0, 5, 3]]


def test_nothing_connects_over_the_edge_of_a_row_or_a_frame():
    found = detect(picture("...### ...### ###### ###...", "###... ...... ...... ......"))
    assert found.frame.tolist() == [0]
    assert found.box.tolist() == [[0, 0, 6, 4]]
    assert len(detect(picture("...# ...# ...#", "#... #... #...")).frame) == 0


def test_objects_come_by_frame_then_y_then_x():
    empty = "........ ........ ........ ........ ........ ........ ........ ........"
    found = detect(
        picture(
            """
            .....###
            ###..###
            ###..###
            ###.....
            ........
            ...###..
            ...###..
            ...###..
            """,
            empty,
            """
            ###..###
            ###..###
            ###..###
            ........
            ........
            ........
            ........
            ........
            """,
        )
    )
    assert found.frame.tolist() == [0, 0, 0, 2, 2]
    assert found.box[:, :2].tolist() == [[5, 0], [0, 1], [3, 5], [0, 0], [5, 0]]
    assert np.array_equal(
        found.pixel[found.object == 2], 64 // 8 * 5 + np.array([3, 4, 5, 11, 12, 13, 19, 20, 21])
    )


def test_bright_means_a_mean_above_two_fifths():
    frames = np.zeros((1, 3, 3, 3), np.uint8)
    frames[:] = 102
    assert len(detect(frames).frame) == 0
    frames[..., 1] = 103
    assert len(detect(frames).frame) == 1
    frames[:] = (255, 51, 0)
    assert len(detect(frames).frame) == 0
    frames[:] = (255, 52, 0)
    assert len(detect(frames).frame) == 1


def test_black_frames_hold_nothing():
    found = detect(np.zeros((4, 64, 64, 3), np.uint8))
    assert found.box.shape == (0, 4)


@settings(max_examples=150, deadline=None)
@given(arrays.arrays(bool, st.tuples(st.integers(1, 3), st.integers(3, 9), st.integers(3, 9))))
def test_it_finds_what_a_flood_fill_finds(mask):
    frames = np.repeat(mask[..., None], 3, axis=-1).astype(np.uint8) * 255
    expected = []
    for number, frame in enumerate(mask):
        for part in ndimage.find_objects(ndimage.label(frame)[0]):
            y, x = part
            if min(y.stop - y.start, x.stop - x.start) >= 3:
                expected.append((number, y.start, x.start, y.stop, x.stop))
    found = detect(frames)
    x0, y0, x1, y1 = found.box.T.tolist() if len(found.box) else ([], [], [], [])
    got = list(zip(found.frame.tolist(), y0, x0, y1, x1, strict=True))
    assert sorted(got) == sorted(expected)
    assert [row[:3] for row in got] == sorted(row[:3] for row in got)
