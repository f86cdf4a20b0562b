"""The files that the reporter leaves, and what it says when it leaves none."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PIL import Image

from tournament.errors import TournamentError
from tournament_plugins.reporters.success_figure import SuccessFigure, report_trial


@pytest.fixture
def won(make_run, moments):
    return make_run({"slow": moments(1.0, 1.2, seed=1), "fast": moments(1.0, 1.9)})


def test_the_figure_of_a_winner_lies_below_the_winner(won):
    paths = SuccessFigure().report(won)
    assert paths == [won.folder.path / "fast" / "success_viz" / "SUCCESS_VISUALIZATION.png"]
    assert [path.name for path in paths[0].parent.iterdir()] == [paths[0].name]


def test_the_file_is_a_png_of_150_dots_per_inch_that_names_run_and_trial(won):
    with Image.open(SuccessFigure().report(won)[0]) as image:
        image.load()
        assert image.format == "PNG"
        assert image.info["dpi"] == pytest.approx((150, 150), abs=0.1)
        assert image.width == 11.5 * 150
        assert 1200 < image.height < 2000
        assert image.info["Title"] == "attention-20250102-030405: fast"
        assert len(set(image.convert("RGB").resize((60, 50)).get_flattened_data())) > 50


def test_the_same_run_gives_the_same_bytes(won):
    path = SuccessFigure().report(won)[0]
    first = path.read_bytes()
    assert SuccessFigure().report(won)[0].read_bytes() == first


def test_without_a_winner_the_figure_lies_at_the_top_of_the_run(make_run, moments):
    run = make_run({"a": moments(1.0, 1.1), "b": moments(1.0, 1.3)})
    paths = SuccessFigure().report(run)
    assert paths == [run.folder.path / "success_viz" / "SUCCESS_VISUALIZATION.png"]
    with Image.open(paths[0]) as image:
        assert image.info["Title"] == "attention-20250102-030405: b"


def test_a_run_without_a_trained_check_has_no_figure_and_the_reason_is_told(
    make_run, moments, capsys
):
    run = make_run(
        {"a": moments(1.0), "b": []}, crashes={"a": "out of memory", "b": "no weights"}
    )  # fmt: skip
    assert SuccessFigure().report(run) == []
    told = capsys.readouterr()
    assert told.out == ""
    assert "attention-20250102-030405: no trial has a check after training" in told.err
    assert not list(run.folder.path.rglob("*.png"))


def test_any_trial_has_a_figure_of_its_own(won):
    path = report_trial(won, "slow")
    assert path == won.folder.path / "slow" / "success_viz" / "SUCCESS_VISUALIZATION.png"
    assert path.stat().st_size > 50_000


def test_a_trial_that_does_not_exist_is_told_with_the_nearest_name(won):
    with pytest.raises(TournamentError, match=r"no trial 'slwo'\. Did you mean 'slow'"):
        report_trial(won, "slwo")


def test_a_trial_that_was_never_trained_cannot_be_drawn(make_run, moments):
    run = make_run({"a": moments(1.0, 1.9), "b": moments(1.0)}, crashes={"b": "shape mismatch"})
    with pytest.raises(TournamentError, match="'b' has no check after training"):
        report_trial(run, "b")


def test_pyplot_with_its_global_state_is_never_loaded(won):
    code = (
        "import sys; from pathlib import Path; from tournament.record.folder import RunFolder; "
        "from tournament.reporting.run import Run; "
        "from tournament_plugins.reporters.success_figure import SuccessFigure; "
        "SuccessFigure().report(Run(RunFolder(Path(sys.argv[1])))); "
        "print('matplotlib.pyplot' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(won.folder.path)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (told.stdout.strip(), told.stderr) == ("False", "")
