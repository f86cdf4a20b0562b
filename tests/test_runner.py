"""A tournament from Python: in a process of its own, with its results as tables."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import tournament
from tournament.record.folder import RunFolder
from tournament.referee.standings import Standings

TOYS = Path(__file__).parent / "toys"

CONFIG = {
    "name": "race",
    "task": {"use": "guess"},
    "entrants": {"fast": {"use": "walker", "options": {"step": 3}}, "slow": {"use": "walker"}},
    "criteria": {"every": 1, "all": ["closeness >= 0.9"]},
}


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(TOYS))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("FORCE_COLOR", "1")  # As in the kernel of a notebook.
    monkeypatch.chdir(tmp_path)


def test_it_gives_the_winner_and_tables_of_everything():
    shown = []
    result = tournament.run(CONFIG, show=shown.append)
    assert (result.winner, result.outcome) == ("fast", "winner")
    assert result.reason == "the claim at epoch 4 was examined, and holds"
    assert result.folder.parent == Path.cwd() / "runs"
    checks = result.checks
    assert list(checks[checks.trial == "fast"].closeness.round(2))[:3] == [0.09, 0.12, 0.2]
    assert checks[(checks.trial == "fast") & checks.claimed].epoch.min() == 4
    exam = result.exams.iloc[0]
    assert (exam.trial, exam.criterion, exam.held) == ("fast", "closeness >= 0.9", True)
    assert dict(zip(result.trials.trial, result.trials.state, strict=True))["fast"] == "COMPLETED"
    assert all(isinstance(each, Standings) for each in shown)
    assert shown[-1].closed is not None


def test_a_file_is_run_as_on_the_command_line_and_a_seed_is_passed_on(tmp_path):
    path = tmp_path / "race.yaml"
    path.write_text(json.dumps(CONFIG))
    result = tournament.run(path, runs=tmp_path / "elsewhere", seed=7)
    assert result.folder.parent == tmp_path / "elsewhere"
    assert result.standings.opened.seed == 7


def test_a_race_without_a_winner_says_why():
    criteria = {"every": 1, "all": ["closeness >= 2"]}
    entrants = {"slow": {"use": "walker", "max_epochs": 1}}
    result = tournament.run({**CONFIG, "criteria": criteria, "entrants": entrants})
    assert (result.winner, result.outcome) == (None, "no-winner")
    assert "every trial ended" in result.reason
    assert len(result.exams) == 0


def test_all_that_is_wrong_with_a_config_is_told_without_lines_that_nobody_wrote():
    with pytest.raises(tournament.ConfigError) as error:
        tournament.run({**CONFIG, "task": {"use": "gues"}, "sead": 3})
    assert sorted(str(error.value).splitlines()) == [
        "sead: unknown key. Did you mean 'seed'?",
        "task.use: no task is called 'gues'. Did you mean 'guess'?",
    ]


STOPPED = """
import json, sys, tournament
result = tournament.run(json.loads(sys.argv[1]), show=lambda s: print(s.offset, flush=True))
print(result.outcome)
"""


def test_ctrl_c_stops_the_race_and_gives_its_result(tmp_path):
    slow = {
        "slow": {"use": "walker", "max_epochs": 10_000, "options": {"pause": 0.02, "step": 0.01}}
    }
    config = json.dumps({**CONFIG, "entrants": slow})
    with subprocess.Popen(
        [sys.executable, "-c", STOPPED, config], stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            if int(line) > 10:
                break
        os.kill(process.pid, signal.SIGINT)
        *_, last = process.stdout.read().splitlines()
    assert last == "interrupted"


def test_a_run_folder_that_is_there_is_refused_and_so_is_a_name_that_none_can_have(tmp_path):
    path = tmp_path / "race.yaml"
    path.write_text(json.dumps(CONFIG))
    for folder, told in (
        (tmp_path, "is there already"),
        (tmp_path / "a b", "cannot be a run's name"),
    ):
        command = [sys.executable, "-m", "tournament", "run", path, "--folder", folder]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 2
        assert told in done.stderr
    assert not RunFolder(tmp_path).log.exists()
