"""When attention counts as used: the limits, each by itself."""

from __future__ import annotations

import pytest

from tournament_plugins.persistence.attention_use import (
    FAITHFUL,
    TURNED,
    UNLIKELY,
    faithful_finding,
)
from tournament_plugins.persistence.faithfulness import LEAST_VIDEOS, Faithfulness

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
