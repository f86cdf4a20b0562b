"""Single figures of the panels: intervals, and numbers in words."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tournament_plugins.reporters.attention_panel import mean_interval
from tournament_plugins.reporters.style import trial_style
from tournament_plugins.reporters.wording import effect_text, p_text, short


def test_the_interval_of_the_mean_is_close_to_the_normal_one():
    values = np.random.default_rng(1).normal(1.0, 0.5, 400)
    mean, low, high = mean_interval(values)
    half = 1.96 * values.std() / math.sqrt(400)
    assert mean == pytest.approx(values.mean())
    assert (mean - low, high - mean) == (
        pytest.approx(half, rel=0.15), pytest.approx(half, rel=0.15),
    )  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 30), min_size=1, max_size=30))
def test_the_mean_lies_within_its_interval(values):
    mean, low, high = mean_interval(np.array(values))
    assert low <= mean <= high


def test_the_mean_of_nearly_equal_videos_lies_within_its_interval():
    values = 1.1 + np.spacing(1.1) * (np.arange(101) % 2)
    mean, low, high = mean_interval(values)
    assert low <= mean <= high


def test_one_video_has_an_interval_of_no_width():
    assert mean_interval(np.array([1.5])) == (1.5, 1.5, 1.5)


@pytest.mark.parametrize(
    ("metrics", "text"),
    [
        ({"p_value": 0.0123}, "p = 0.012"),
        ({"p_value": 1.0}, "p = 1"),
        ({"p_value": 2.6e-160}, "p = 2.6 × $10^{-160}$"),
        ({"p_value": 0.0}, "p < $10^{-300}$"),
        ({"p_value": math.nan}, "p is nan"),
        ({}, "p not measured"),
    ],
)
def test_p_is_written_at_any_size(metrics, text):
    assert p_text(metrics) == text


@pytest.mark.parametrize(
    ("metrics", "text"),
    [
        ({"cohens_d": -1.234}, "Cohen's d = -1.23"),
        ({"cohens_d": math.inf}, "Cohen's d is inf"),
        ({}, "Cohen's d not measured"),
    ],
)
def test_the_effect_size_is_written_even_if_it_is_no_number(metrics, text):
    assert effect_text(metrics) == text


def test_long_reasons_are_cut_to_one_line():
    assert short("a reason\nof two lines", 100) == "a reason of two lines"
    assert len(short("word " * 100, 50)) <= 50
    assert len(short("x" * 100, 50)) == 50


def test_the_first_440_trials_all_look_different():
    styles = {trial_style(number) for number in range(440)}
    assert len(styles) == 440
    assert len({trial_style(number).colour for number in range(8)}) == 8
    assert len({trial_style(number).marker for number in range(8)}) == 8
