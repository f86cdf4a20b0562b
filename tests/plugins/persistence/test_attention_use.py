"""When attention counts as used: the limits, each by itself."""

from __future__ import annotations

import numpy as np
import pytest

from tournament_plugins.persistence.attention_use import (
    FAITHFUL,
    IDLE,
    TURNED,
    UNLIKELY,
    faithful_finding,
    heads_finding,
)
from tournament_plugins.persistence.faithfulness import LEAST_VIDEOS, Faithfulness, Video
from tournament_plugins.persistence.objects import Objects

GAIN = 2 * FAITHFUL


def finding(gain=GAIN, p_value=0.0, opposite=0.0, p_opposite=1.0, videos=200):
    return faithful_finding(Faithfulness(0.3, gain, p_value, opposite, p_opposite, (1.0,), videos))


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"gain": FAITHFUL},
        {"opposite": TURNED * GAIN, "p_opposite": 0.0},
        {"opposite": 9.0, "p_opposite": UNLIKELY},
    ],
)
def test_attention_that_foretells_and_is_not_clearly_beaten_by_its_opposite_is_faithful(more):
    assert finding(**more).passed
    assert "upside down" not in finding(**more).text


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"gain": FAITHFUL - 1e-9}, "has to by +0.03"),
        ({"gain": float("nan")}, "has to by +0.03"),
        ({"p_value": UNLIKELY}, "p < 0.01"),
        ({"opposite": TURNED * GAIN + 1e-9, "p_opposite": 0.0}, "turned upside down"),
        ({"gain": -0.1, "opposite": FAITHFUL, "p_opposite": 0.0}, "turned upside down"),
        ({"gain": 0.0, "p_value": 1.0, "videos": LEAST_VIDEOS - 1}, "too few to tell"),
    ],
)
def test_attention_is_unfaithful_for_each_reason_alone_and_says_so(more, told):
    assert not finding(**more).passed
    assert told in finding(**more).text


def test_an_opposite_that_foretells_nothing_is_not_told():
    assert "upside down" not in finding(gain=-0.1, opposite=0.0, p_opposite=0.0).text


# --- heads ----------------------------------------------------------------------------------------


def video(*heads: tuple[float, float]) -> Video:
    """Two objects, the first predicted persistent; each head pays so much to the one, the other."""
    attention = np.array([[[one, other], [one, other]] for one, other in heads])
    nowhere = np.zeros((2, 4))
    objects = Objects(nowhere[:, 0], nowhere, nowhere[:, :3], odds=np.array([1.0, -1.0]))
    return Video(attention, np.zeros((2, 2)), objects)


def heads(use: tuple[float, ...], *paid: tuple[float, float]):
    return heads_finding([video(*paid)], use)


def test_what_is_preferred_may_come_from_heads_that_are_used():
    assert heads((1.0, 1.0), (0.9, 0.1), (0.5, 0.5)).passed


def test_a_preference_that_only_idle_heads_have_is_refused():
    found = heads((2.0, IDLE / 2), (0.5, 0.5), (0.9, 0.1))
    assert not found.passed
    assert found.value == pytest.approx(0.7 / 0.3)
    assert "without the 1 heads of 2" in found.text


def test_an_idle_head_that_prefers_no_more_than_the_others_is_harmless():
    assert heads((2.0, 0.0), (0.7, 0.3), (0.5, 0.5)).passed


@pytest.mark.parametrize(
    ("use", "paid", "passed"),
    [
        ((1.0, 1.0), [(1.0, 0.0), (1.0, 0.0)], True),  # Nothing to the others, by used heads.
        ((1.0, 1.0), [(0.0, 1.0), (0.0, 1.0)], True),
        ((2.0, 0.0), [(1.0, 0.0), (0.5, 0.5)], True),
        ((2.0, 0.0), [(0.0, 1.0), (0.9, 0.1)], False),  # Only the idle head prefers anything.
        ((2.0, 0.0), [(0.0, 0.0), (1.0, 0.0)], False),
    ],
)
def test_attention_with_exact_zeros_is_judged_like_any_other(use, paid, passed):
    assert heads(use, *paid).passed is passed


def test_without_videos_of_both_kinds_nothing_can_be_told():
    found = heads_finding([], (1.0,))
    assert not found.passed
    assert "no video has objects of both predicted kinds" in found.text
