"""What stands in the figure: each panel against the data of the run that it was made from."""

from __future__ import annotations

import math
import shutil
from itertools import combinations

import numpy as np
import pytest
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import to_rgba

from tournament.errors import LogError
from tournament.reporting.run import Run
from tournament_plugins.reporters.style import UNKNOWN
from tournament_plugins.reporters.trial_figure import draw_trial

LONG = "margin-loss_wide-transformer-of-8-heads_batch-of-64.third-seed."


def panel(figure, letter):
    found = [ax for ax in figure.axes if ax.get_title(loc="left").startswith(f"{letter} ")]
    assert len(found) == 1
    return found[0]


def told(artist):
    """All text in a figure or in axes, one string."""
    from matplotlib.text import Text

    return "\n".join(text.get_text() for text in artist.findobj(Text))


def title(figure):
    return figure.texts[0].get_text()


def lines(ax):
    return {
        line.get_gid().removeprefix("trial:"): line
        for line in ax.lines
        if str(line.get_gid()).startswith("trial:")
    }


def marked(ax, gid):
    """The places of all marks with this name, (n, 2)."""
    found = [c.get_offsets() for c in ax.collections if c.get_gid() == gid]
    return np.concatenate([*found, np.zeros((0, 2))])


@pytest.fixture
def won(make_run, moments):
    """A race that `fast` wins at epoch 10, and a trial that crashes before any check."""
    return make_run(
        {
            "fast": moments(1.0, 1.3, 1.9, unscored=7),
            "slow": moments(0.95, 1.1, 1.2, seed=1),
            "gone": [],
        },
        crashes={"gone": "cannot allocate memory"},
    )


# --- the words ------------------------------------------------------------------------------------


def test_the_title_names_winner_epoch_and_tournament_and_that_it_was_examined(won):
    text = title(draw_trial(won, "fast"))
    assert text == "Winner: fast at epoch 10 (tournament attention; examined)"


def test_the_figures_of_one_that_was_not_examined_are_called_its_own(won):
    figure = draw_trial(won, "slow")
    assert "its own figures, not examined" in title(figure)
    assert "what the trials themselves claim" in told(figure)


def test_the_figures_of_the_criteria_stand_below_the_title(won):
    check = won.standings.winner.checks[2]
    text = told(draw_trial(won, "fast"))
    assert f"✓ attention_ratio >= 1.5: {check.metrics['attention_ratio']:.2f}x" in text


def test_the_exam_is_quoted_beside_what_was_claimed(make_run, moments):
    run = make_run({"a": moments(1.0, 1.9)}, examined={"attention_ratio": 1.62})
    text = told(draw_trial(run, "a")).replace("\n", " ")
    assert "Examined on 500 sealed samples: attention_ratio 1.62x (at least 1.62x" in text
    assert "The panels show what the trials claimed." in text


def test_without_a_winner_the_best_trial_is_shown_at_its_best_check(make_run, moments):
    run = make_run({"a": moments(1.0, 1.1, 1.1), "b": moments(1.0, 1.35, 1.2)})
    figure = draw_trial(run, "b")
    assert title(figure).startswith("No winner: b came closest, at epoch 5 (tournament attention;")
    assert "✗ attention_ratio >= 1.5" in told(figure)
    assert "Outcome: every trial ended without meeting the criteria" in told(figure)


def test_a_run_that_was_cut_short_has_a_figure_of_what_there_is(make_run, moments):
    run = make_run({"a": moments(1.0, 1.1, 1.2), "b": moments(1.0, 1.35, 1.2)})
    whole = run.folder.log.read_bytes().splitlines(keepends=True)
    run.folder.log.write_bytes(b"".join(whole[:9]))
    cut = Run(run.folder)
    assert cut.standings.verdict is None
    figure = draw_trial(cut, "b")
    assert title(figure).startswith("No winner: b came closest, at epoch 5")
    assert "Outcome: the run ended without a verdict" in told(figure)
    assert "running: " in told(panel(figure, "a"))


def test_another_trial_is_titled_as_not_the_winner(won):
    figure = draw_trial(won, "slow")
    assert title(figure).startswith("Not the winner: slow, at its best check, epoch 5 (")
    assert "fast won: the claim at epoch 10 was examined, and holds" in told(figure)


def test_the_footer_names_run_and_videos_and_who_was_never_checked(won):
    text = told(draw_trial(won, "fast"))
    assert "Run attention-20250102-030405 · 200 validation videos (7 not scored)" in text
    assert "Without a check, so not drawn: gone (failed: cannot allocate memory)" in text


# --- panel a --------------------------------------------------------------------------------------


def test_panel_a_shows_every_check_of_every_trial(won):
    ax = panel(draw_trial(won, "fast"), "a")
    assert ax.get_title(loc="left") == "a   attention_ratio against epoch"
    drawn = lines(ax)
    assert list(drawn) == ["fast", "slow"]
    for name, line in drawn.items():
        checks = won.standings.trials[name].checks
        assert list(line.get_xdata()) == [check.epoch for check in checks]
        assert list(line.get_ydata()) == [check.metrics["attention_ratio"] for check in checks]


def test_panel_a_shows_threshold_zone_and_the_check_that_won(won):
    ax = panel(draw_trial(won, "fast"), "a")
    limits = [line for line in ax.lines if line.get_gid() == "threshold"]
    assert [list(line.get_ydata()) for line in limits] == [[1.5, 1.5]]
    assert [(p.get_y(), p.get_y() + p.get_height()) for p in ax.patches] == [
        (1.5, pytest.approx(ax.get_ylim()[1]))
    ]
    ratio = won.standings.winner.checks[2].metrics["attention_ratio"]
    assert marked(ax, "the check").tolist() == [[10, ratio]]


def test_each_line_is_labelled_at_its_end_with_how_its_trial_fared(won):
    ax = panel(draw_trial(won, "fast"), "a")
    ratio = won.standings.winner.checks[2].metrics["attention_ratio"]
    slow = won.standings.trials["slow"].checks[-1]
    text = told(ax)
    assert f"fast\n★ won: {ratio:.2f}x, epoch 10" in text
    assert f"slow\nstopped: {slow.metrics['attention_ratio']:.2f}x, epoch {slow.epoch}" in text
    assert "success zone: ≥ 1.5" in text


def test_trials_differ_in_marker_and_line_style_not_only_in_colour(make_run, moments):
    run = make_run({f"t{i}": moments(1.0, 1.1, videos=20, seed=i) for i in range(8)})
    drawn = lines(panel(draw_trial(run, run.standings.runner_up.name), "a")).values()
    assert len({line.get_marker() for line in drawn}) == 8
    assert len({(line.get_marker(), line.get_linestyle()) for line in drawn}) == 8
    assert len({line.get_color() for line in drawn}) == 8


def test_values_that_are_not_finite_are_gaps_with_a_mark(make_run, moments, with_metrics):
    given = moments(1.0, 1.1, 1.2, 1.3, 1.3)
    given[2] = with_metrics(given[2], attention_ratio=math.nan)
    given[3] = with_metrics(given[3], attention_ratio=math.inf)
    ax = panel(draw_trial(make_run({"a": given}), "a"), "a")
    shown = lines(ax)["a"].get_ydata()
    assert np.isnan(shown).tolist() == [False, False, True, True, False]
    assert marked(ax, "gap:NaN")[:, 0].tolist() == [10]
    assert marked(ax, "gap:∞")[:, 0].tolist() == [15]
    assert {"NaN", "∞"} <= set(told(ax).split("\n"))


def test_marks_of_values_that_are_not_finite_lie_below_all_lines(make_run, moments, with_metrics):
    trials = {f"t{i}": moments(1.0, 1.1, 1.2, videos=20, seed=i) for i in range(4)}
    for given in trials.values():
        given[2] = with_metrics(given[2], attention_ratio=math.nan)
    ax = panel(draw_trial(make_run(trials), "t0"), "a")
    marks = marked(ax, "gap:NaN")[:, 1]
    assert len(set(marks)) == 4
    lowest = min(np.nanmin(line.get_ydata()) for line in lines(ax).values())
    assert 0 < marks.min() < marks.max() < share_of_height(ax, lowest)


def share_of_height(ax, value):
    """Where a value lies on the y axis, from 0 to 1."""
    return ax.transAxes.inverted().transform(ax.transData.transform([0, value]))[1]


def test_a_race_of_nothing_but_nan_is_still_a_figure(make_run, moments, with_metrics):
    given = [with_metrics(m, attention_ratio=math.nan) for m in moments(1.0, 1.9, 2.0)]
    figure = draw_trial(make_run({"a": given}), "a")
    assert len(marked(panel(figure, "a"), "gap:NaN")) == 3
    assert "✗ attention_ratio >= 1.5: nan" in told(figure)


def test_a_metric_of_very_different_sizes_is_shown_on_a_log_axis(make_run, moments):
    ax = panel(draw_trial(make_run({"a": moments(1.0, 1.2, 90.0)}), "a"), "a")
    assert ax.get_yscale() == "log"
    assert ax.get_ylabel() == "attention_ratio (log scale)"


# --- panels b, c and d ----------------------------------------------------------------------------


def test_panel_b_shows_the_mean_attention_before_and_after(won):
    ax = panel(draw_trial(won, "fast"), "b")
    expected = []
    for index in (0, 2):
        table = won.samples("fast", index)
        scored = ~np.isnan(table["ratio"])
        expected += [table[kind][scored].mean() for kind in ("persistent", "transient")]
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(expected)
    assert [bar.get_hatch() for bar in ax.patches] == ["", "////", "", "////"]
    assert "bootstrap" in told(ax)
    assert [label.get_text().split("\n")[0] for label in ax.get_xticklabels()] == [
        "before training", "after epoch 10",
    ]  # fmt: skip
    assert [label.get_text().split("\n")[1] for label in ax.get_xticklabels()] == [
        f"ratio of the means {won.standings.winner.checks[i].metrics['attention_ratio']:.2f}x"
        for i in (0, 2)
    ]


def test_panel_c_shows_both_distributions_with_p_and_effect_size(won):
    ax = panel(draw_trial(won, "fast"), "c")
    table, metrics = won.samples("fast", 2), won.standings.winner.checks[2].metrics
    scored = ~np.isnan(table["ratio"])
    for place, (kind, body) in enumerate(
        zip(("persistent", "transient"), violins(ax), strict=True)
    ):
        outline = body.get_paths()[0].vertices
        values = table[kind][scored]
        assert (outline[:, 1].min(), outline[:, 1].max()) == pytest.approx(
            (values.min(), values.max())
        )
        assert outline[:, 0].mean() == pytest.approx(place, abs=0.05)
        assert f"{kind} objects\nmedian {np.median(values):.2f}" in told(ax)
    mantissa, exponent = f"{metrics['p_value']:.1e}".split("e")
    assert f"p = {mantissa} × $10^{{{int(exponent)}}}$" in told(ax)
    assert f"Cohen's d = {metrics['cohens_d']:.2f}" in told(ax)
    assert "n = 193 scored videos" in told(ax)


def violins(ax):
    return [c for c in ax.collections if not isinstance(c, PathCollection)]


def test_panel_d_has_a_cell_for_each_of_a_thousand_videos(make_run, moments):
    run = make_run({"a": moments(1.0, 1.6, videos=1000, unscored=40)})
    figure = draw_trial(run, "a")
    ratio_ax = panel(figure, "d")
    table = run.samples("a", 1)
    passed = int(table["consistent"].sum())
    assert f"{passed} of 1,000 pass (consistent), {960 - passed} fail (×), 40 not scored (–)" in (
        told(ratio_ax)
    )
    # By falling ratio, those that pass come first, and those that are not scored come last.
    assert cell_numbers(ratio_ax, "fail") == list(range(passed, 960))
    assert cell_numbers(ratio_ax, "not scored") == list(range(960, 1000))
    assert [(cells(ax)[:, 3] > 0).sum() for ax in grids(figure)] == [1000, 1000]
    assert (cells(ratio_ax) == to_rgba(UNKNOWN)).all(axis=1).sum() == 40


def test_the_cells_run_from_the_highest_to_the_lowest_ratio(make_run, moments):
    run = make_run({"a": moments(1.0, 1.6, videos=300)})
    brightness = cells(panel(draw_trial(run, "a"), "d"))[:300, :3] @ [0.299, 0.587, 0.114]
    assert (np.diff(brightness) <= 1e-6).all()
    assert brightness[0] > brightness[-1] + 0.5


def test_few_videos_show_their_numbers(make_run, moments):
    run = make_run({"a": moments(1.0, 1.9, videos=12, unscored=1)})
    text = told(grids(draw_trial(run, "a"))[0]).split("\n")
    table = run.samples("a", 1)
    assert all(f"{ratio:.1f}x" in text for ratio in table["ratio"] if not math.isnan(ratio))


def grids(figure):
    """The axes of ratios and of accuracies; colour bars have ticks, grids have none."""
    return [ax for ax in figure.axes if ax.axison and len(ax.get_xticks()) == 0]


def cell_numbers(ax, gid):
    """Which cells, counted row by row, have this mark."""
    x, y = np.floor(marked(ax, gid)).astype(int).T
    return sorted(y * int(ax.get_xlim()[1]) + x)


def cells(ax):
    """The colours of a grid's cells, row by row, (n, 4)."""
    (mesh,) = [c for c in ax.collections if isinstance(c, QuadMesh)]
    return mesh.get_array().reshape(-1, 4)


# --- what cannot be drawn -------------------------------------------------------------------------


def test_when_no_video_is_scored_b_and_c_say_so_and_d_still_shows_accuracy(
    make_run, moments, with_metrics
):
    given = moments(1.0, 1.2, videos=30)
    for _, table in given:
        table["transient"][:] = table["ratio"][:] = math.nan
        table["consistent"][:] = False
    figure = draw_trial(make_run({"a": given}), "a")
    assert "Not drawn: no video is scored" in told(panel(figure, "b")).replace("\n", " ")
    assert "Not drawn: no video is scored" in told(panel(figure, "c")).replace("\n", " ")
    assert "0 of 30 pass (consistent), 0 fail (×), 30 not scored (–)" in told(panel(figure, "d"))


def test_a_lost_table_of_check_0_costs_panel_b_only(won):
    won.folder.trial("fast").samples(0).unlink()
    figure = draw_trial(won, "fast")
    text = told(panel(figure, "b")).replace("\n", " ")
    assert "Not drawn: samples/check-000.npz cannot be read (no such file" in text
    assert len(panel(figure, "c").collections) > 2


def test_a_table_that_is_not_the_one_in_the_log_is_not_drawn(won):
    folder = won.folder.trial("fast")
    shutil.copy(folder.samples(1), folder.samples(2))
    text = told(draw_trial(won, "fast"))
    assert "samples/check-002.npz is not the file whose SHA-256 is in the log" in text


def test_another_task_gets_panel_a_and_a_table_of_metrics(make_run):
    moments = [
        ({"loss": 2.0 / (i + 1), "accuracy": 0.2 * i}, {"label": np.arange(4.0)}) for i in range(4)
    ]
    run = make_run(
        {"net": moments, "broken": []},
        crashes={"broken": "no data"},
        criteria=("loss < 0.1", "accuracy > 0.9"),
    )
    figure = draw_trial(run, "net")
    ax = panel(figure, "a")
    assert ax.get_title(loc="left") == "a   loss against epoch"
    assert list(lines(ax)["net"].get_ydata()) == [2.0, 1.0, 2 / 3, 0.5]
    text = told(panel(figure, "b")).split("\n")
    assert text[:3] == ["trial", "state", "epoch"]
    assert {"loss", "accuracy", "0.5", "0.6", "15 of 15", "failed", "–"} <= set(text)
    assert "has no column accuracy, persistent" in told(figure)
    assert "its columns are label" in told(figure).replace("\n", " ")


def test_metrics_without_room_in_the_table_are_named(make_run):
    metrics = {f"a-rather-long-metric-{i}": float(i) for i in range(30)}
    run = make_run(
        {"net": [(metrics, {"x": np.arange(2.0)})] * 2}, criteria=("a-rather-long-metric-3 > 9",)
    )
    text = told(draw_trial(run, "net")).replace("\n", " ")
    assert "Not in this table for lack of room:" in text
    assert "a-rather-long-metric-29." in text


def test_a_verdict_on_a_check_that_the_log_does_not_have_is_an_error(won):
    trial = won.standings.trials["fast"]
    trial.checks = trial.history = [check for check in trial.checks if check.index != 2]
    with pytest.raises(LogError, match="fast won at check 2, but the log has no such"):
        draw_trial(won, "fast")


# --- the layout -----------------------------------------------------------------------------------

CASES = {
    "three trials": (["fast", "slow", "slower"], 200, [1.0, 1.4, 1.9]),
    "one trial of few videos": (["only"], 9, [1.0, 1.2]),
    "eight long names": ([f"{LONG}{i}" for i in range(8)], 60, [1.0, 1.3, 1.4]),
    "wide letters": ([f"{'W' * 63}{i}" for i in range(3)], 60, [1.0, 1.3, 1.4]),
    "twenty trials": ([f"trial-{i}" for i in range(20)], 40, [1.0, 1.3]),
}


@pytest.mark.parametrize("case", CASES)
def test_no_text_covers_another_or_leaves_the_figure(make_run, moments, visible_texts, case):
    names, videos, ratios = CASES[case]
    run = make_run(
        {n: moments(*ratios, videos=videos, unscored=1, seed=i) for i, n in enumerate(names)},
        name=LONG + "9" if "long" in case else "attention",
    )
    standings = run.standings
    figure = draw_trial(run, (standings.winner or standings.runner_up).name)
    places = visible_texts(figure)
    assert len(places) > 30
    for text, box in places.items():
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and (
            box.y1 <= figure.bbox.y1
        )  # fmt: skip
        assert inside, text.get_text()
    for (one, box), (other, rival) in combinations(places.items(), 2):
        width = min(box.x1, rival.x1) - max(box.x0, rival.x0)
        height = min(box.y1, rival.y1) - max(box.y0, rival.y0)
        assert width <= 1 or height <= 1, f"{one.get_text()!r} covers {other.get_text()!r}"


def test_names_are_never_cut(make_run, moments):
    names = [f"{LONG}{i}" for i in range(8)]
    run = make_run({n: moments(1.0, 1.2, videos=20, seed=i) for i, n in enumerate(names)})
    text = told(panel(draw_trial(run, run.standings.runner_up.name), "a")).replace("\n", "")
    assert all(name in text for name in names)


def test_panel_a_prefers_the_attention_ratio_wherever_the_criteria_name_it(make_run, moments):
    criteria = ("val_accuracy >= 0.75", "attention_ratio >= 1.5")
    run = make_run({"a": moments(1.0, 1.2, videos=20)}, criteria=criteria)
    ax = panel(draw_trial(run, "a"), "a")
    assert ax.get_ylabel() == "attention_ratio"
