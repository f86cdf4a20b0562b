"""Text folded into lines that fit on the page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tournament_plugins.reporters.measure import fold_name, fold_text, width_of

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)


@pytest.mark.parametrize("text", ["attention-supervised", "W" * 64, "✓ ratio >= 1.5: 1.88x"])
@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_the_measured_width_is_that_on_the_page(text, weight):
    figure = Figure(dpi=150)
    drawn = figure.text(0, 0, text, fontsize=7.5, fontweight=weight)
    real = drawn.get_window_extent(FigureCanvasAgg(figure).get_renderer()).width / 150
    assert width_of(text, 7.5, weight) == pytest.approx(real, abs=1.5 / 150)


@given(NAMES)
def test_a_folded_name_is_whole_and_fits(name):
    lines = fold_name(name, 1.2, 7.5)
    assert "".join(lines) == name
    assert all(width_of(line, 7.5) <= 1.2 for line in lines)


def test_a_name_is_broken_behind_its_separators():
    assert fold_name("nearest-neighbour_on-random.features", 1.1, 7.5) == [
        "nearest-neighbour_", "on-random.features",
    ]  # fmt: skip


def test_prose_is_broken_between_words_and_keeps_them_all():
    text = "No winner: the trial with-a-long-name came closest at epoch 20"
    lines = fold_text(text, 1.6, 8.5)
    assert len(lines) > 2
    assert " ".join(lines) == text


def test_a_word_wider_than_the_line_is_cut_and_not_lost():
    lines = fold_text("see " + "x" * 80, 1.0, 8.5)
    assert "".join(lines) == "see" + "x" * 80
    assert all(width_of(line, 8.5) <= 1.0 for line in lines)
