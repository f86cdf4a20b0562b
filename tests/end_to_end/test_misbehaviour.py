"""A worker that misbehaves makes its own trial FAILED, with the reason; the others go on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from .conftest import wait_for

CONFIG = """
task: {{use: {task}}}
entrants:
  honest: {{use: walker, max_epochs: 20, options: {{step: 2}}}}
  broken: {{use: {broken}, max_epochs: 20}}
criteria: {{every: 1, all: [closeness >= {threshold}]}}
stop: {{grace: 1s, terminate: 1s}}
limits: {{start: {start}, stall: {stall}, output: 50MB}}
"""


def runs(pid: int) -> bool:
    """A killed child that nobody has reaped yet does not run."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def config(broken: str, *, task="guess", threshold=2, start="60s", stall="60s") -> str:
    return CONFIG.format(broken=broken, task=task, threshold=threshold, start=start, stall=stall)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("raises", r"RuntimeError: the strategy broke \x1b[2J"),
        ("leavesearly", "exited with code 0 before it had trained all its epochs"),
        ("killed", "killed by SIGKILL"),
        ("floods", "limits.output is 50 MB"),
        ("yieldstensor", "train_epoch gave loss = array(0.) (ndarray); expected a Python float"),
        ("yieldsstring", "train_epoch gave loss = 'low' (str); expected a Python float"),
        ("yieldsnothing", "train_epoch yielded nothing"),
        ("predictsnan", "closeness is NaN at the check after epoch 0"),
        ("predictsnothing", "KeyError: 'guess'"),
        ("removesitsfolder", "RuntimeError: where am I?"),
        ("breaks-in-import", "ImportError: its library is from another century"),
    ],
)
def test_a_broken_worker_fails_alone(terminal, broken, reason):
    done = terminal.run(config(broken))
    assert done.code == 3, done.stderr
    assert done.standing("broken")["state"] == "FAILED"
    assert reason in done.standing("broken")["reason"]
    assert done.standing("honest")["state"] == "COMPLETED"
    assert reason in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("broken", "limits", "reason"),
    [
        ("hangs", {"stall": "2s"}, "made no progress"),
        ("hangs-in-import", {"start": "3s"}, "no sign of getting ready"),
        ("hangsinprepare", {"start": "3s"}, "no sign of getting ready"),
    ],
)
def test_a_hanging_worker_is_given_up(terminal, broken, limits, reason):
    done = terminal.run(config(broken, **limits))
    assert done.code == 3, done.stderr
    assert reason in done.standing("broken")["reason"]
    assert done.standing("honest")["state"] == "COMPLETED"


def test_a_worker_that_does_not_end_after_its_last_word_is_ended_and_keeps_its_word(terminal):
    done = terminal.run(config("neverletsgo"))
    assert done.standing("broken")["state"] == "COMPLETED"
    assert done.standing("broken")["reason"] == "trained all 20 epochs"


def test_a_loss_that_is_nan_is_noted_and_does_not_end_a_trial_whose_metrics_are_numbers(terminal):
    done = terminal.run(config("diverges"))
    assert done.standing("broken")["state"] == "COMPLETED"
    assert done.standing("broken")["notes"] == ["loss is nan at epoch 1, batch 1"]
    assert "loss is nan at epoch 1" in done.folder.progress.read_text()
    assert "note       broken: loss is nan at epoch 1, batch 1" in done.stdout


def test_the_last_lines_of_stderr_are_shown(terminal):
    done = terminal.run(config("raises"))
    assert "| about to fail" in done.stdout
    assert "about to fail" in done.folder.trial("broken").stderr.read_text()


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ("halfmetrics", "evaluate gave no 'distance'"),
        ("tensormetrics", "evaluate gave closeness = array([0., 0., 0.]) (ndarray)"),
    ],
)
def test_when_every_trial_fails_the_exit_code_is_four(terminal, task, reason):
    done = terminal.run(config("walker", task=task))
    assert done.code == 4
    assert done.verdict["outcome"] == "all-failed"
    assert all(reason in s["reason"] for s in done.verdict["standings"])


def test_a_deaf_worker_and_its_child_are_killed_when_somebody_wins(terminal):
    done = terminal.run(config("ignoresorders", threshold=0.9))
    assert done.code == 0
    assert done.verdict["winner"] == "honest"
    assert done.standing("broken")["state"] == "STOPPED"
    child = int(Path(done.folder.trial("broken").path, "child.pid").read_text())
    assert not runs(child)


def test_a_process_that_the_match_did_not_start_is_left_alone(terminal):
    path = terminal.write(config("raises"))
    match = f"{sys.executable} -P -m tournament run {path} --json"
    command = f"sleep 600 >/dev/null & echo $!; exec {match}"
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=terminal.folder,
        env=terminal.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    stranger = psutil.Process(int(done.stdout.splitlines()[0]))
    assert stranger.name() == "sleep"
    stranger.kill()


def test_a_worker_does_not_outlive_a_killed_match(terminal):
    terminal.write(config("hangs"))
    process = terminal.start("run", "race.yaml")
    wait_for(process, "honest: epoch 1,")
    workers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []
