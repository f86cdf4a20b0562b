from __future__ import annotations

import numpy as np
import pytest

from tournament_plugins.persistence.discs import Fragments, flat_discs, shaded_spheres
from tournament_plugins.persistence.scene import FRAMES, OBJECTS, Scenes


def one_object(x: float, y: float, z: float, size: float = 0.5) -> Scenes:
    """One video whose persistent object, alone, stays at this place in pixels and depth z."""
    position = np.zeros((1, OBJECTS, FRAMES, 3))
    position[:] = ((x + 0.5) / 32 - 1, (y + 0.5) / 32 - 1, z)
    visible = np.zeros((1, OBJECTS, FRAMES), bool)
    visible[0, 0, 0] = True
    sizes = np.full((1, OBJECTS), 1 - size)
    sizes[0, 0] = size
    none = np.zeros((1, OBJECTS))
    return Scenes(position, visible, none.astype(np.int64), none, sizes)


def picture(fragments: Fragments, values: np.ndarray) -> np.ndarray:
    """The first frame with these values on the pixels of the fragments; they are all there."""
    assert fragments.pixel.min() >= 0
    assert fragments.pixel.max() < 64 * 64
    drawn = np.zeros(64 * 64)
    drawn[fragments.pixel] = values
    return drawn.reshape(64, 64)


@pytest.mark.parametrize(("z", "radius"), [(1, 2), (0.4, 2), (0, 3), (-0.2, 3), (-0.6, 4), (-1, 4)])
def test_a_flat_disc_has_the_radius_of_the_formula(z, radius):
    # max(2, floor(0.05 × 64 × (0.5 + depth))) with depth = 1 - (z + 1) / 2
    flat = flat_discs(one_object(30.3, 20.4, z))
    y, x = np.indices((64, 64))
    expected = (x - 30) ** 2 + (y - 20) ** 2 <= radius**2
    assert np.array_equal(picture(flat, flat.cover), expected)


@pytest.mark.parametrize(("z", "size", "radius"), [
    (1, 0.0, 2.5 * 0.85), (1, 1.0, 2.5 * 1.15), (-1, 0.0, 5.3 * 0.85), (-1, 1.0, 5.3 * 1.15),
])  # fmt: skip
def test_a_sphere_covers_the_area_of_its_own_size(z, size, radius):
    sphere = shaded_spheres(one_object(30.3, 20.4, z, size))
    assert sphere.cover.sum() == pytest.approx(np.pi * radius**2, rel=0.02)


def test_a_sphere_sits_between_the_pixels():
    y, x = np.indices((64, 64))
    for where in (30.0, 30.25, 30.5, 30.75):
        sphere = shaded_spheres(one_object(where, 20.4, -0.5))
        cover = picture(sphere, sphere.cover)
        assert (cover * x).sum() / cover.sum() == pytest.approx(where, abs=0.01)
        assert (cover * y).sum() / cover.sum() == pytest.approx(20.4, abs=0.01)


def test_a_sphere_is_lit_from_the_upper_left():
    sphere = shaded_spheres(one_object(30, 20, -1, 1.0))
    light = picture(sphere, sphere.light)
    assert np.unravel_index(light.argmax(), light.shape) == (18, 28)
    assert light[18, 28] > light[20, 30] > light[22, 32] > light[24, 34] > 0.5


@pytest.mark.parametrize("draw", [flat_discs, shaded_spheres])
@pytest.mark.parametrize(("x", "y"), [(0, 0), (63, 0), (0, 63), (63, 63), (-2, 30), (30, 65)])
def test_what_sticks_out_of_the_frame_is_not_drawn(draw, x, y):
    whole = draw(one_object(30, 30, -1))
    cut = draw(one_object(x, y, -1))
    inside = picture(cut, cut.cover)
    wide = np.zeros((84, 84))
    wide[10:74, 10:74] = picture(whole, whole.cover)
    moved = np.roll(wide, (y - 30, x - 30), (0, 1))[10:74, 10:74]
    assert np.allclose(inside, moved, atol=1e-5)
