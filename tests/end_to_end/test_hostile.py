"""What surrounds a race may break: terminals, pipes, files, locales. The race goes on."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys

import psutil
import pytest

from .conftest import Done, Terminal, wait_for

RACE = """
task: {{use: guess}}
entrants:
  honest: {{use: walker, max_epochs: 12, options: {{step: 1}}}}
  other: {{use: {other}, max_epochs: 12}}
criteria: {{every: 1, all: [closeness >= {goal}]}}
stop: {{grace: 1s, terminate: 1s}}
"""


SLOW = "honest: {use: slow, max_epochs: 2"


def race(other: str = "walker", goal: float = 2) -> str:
    return RACE.format(other=other, goal=goal)


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_a_reader_that_leaves_does_not_end_the_race(terminal: Terminal, arguments: list[str]):
    terminal.write(race())
    process = terminal.start("run", "race.yaml", *arguments)
    process.stdout.close()
    process.stdout = None
    done = terminal.finish(process)
    assert done.code == 3
    assert done.verdict["outcome"] == "no-winner"


def test_a_terminal_that_is_lost_is_an_interruption(terminal: Terminal):
    terminal.write(race("hangs"))
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "tournament", "run", "race.yaml"],
        cwd=terminal.folder, env=terminal.environment, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    while b"RUNNING" not in seen:
        seen += os.read(ours, 4096)
    os.close(ours)
    process.send_signal(signal.SIGHUP)  # As the kernel does for a session's leader.
    assert process.wait(timeout=60) == 130
    done = Done(130, "", "", terminal.folder / "runs")
    assert done.verdict["outcome"] == "interrupted"
    assert done.events[-1].type == "closed"


def test_under_nohup_a_lost_terminal_means_nothing(terminal: Terminal):
    terminal.write(race())
    code = (
        "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); "
        "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "-P", "-m", "tournament", "run", "race.yaml"],
        cwd=terminal.folder, env=terminal.environment, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_for(process, "honest: ready")
    process.send_signal(signal.SIGHUP)
    done = terminal.finish(process)
    assert (done.code, done.verdict["outcome"]) == (3, "no-winner")


def test_a_match_that_was_stopped_for_a_while_blames_nobody(terminal: Terminal):
    text = race("hangs") + "limits: {stall: 3s}\n"
    terminal.write(text.replace("honest: {use: walker, max_epochs: 12", SLOW))
    process = terminal.start("run", "race.yaml")
    wait_for(process, "honest: epoch 1,")  # Now it is silent until the end of its next batch.
    worker = next(c for c in psutil.Process(process.pid).children() if "honest" in str(c.cmdline()))
    worker.suspend()
    process.send_signal(signal.SIGSTOP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=4)  # Longer than limits.stall.
    process.send_signal(signal.SIGCONT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=1)  # It looks at the clock before the worker can say anything.
    worker.resume()
    done = terminal.finish(process)
    assert done.standing("honest")["state"] == "COMPLETED"


@pytest.mark.parametrize(
    ("other", "state"),
    [
        ("blocksitsoutbox", "FAILED"),
        ("takestheprogressfile", "COMPLETED"),
        ("forksmuch", "COMPLETED"),
    ],
)
def test_a_strategy_that_spoils_its_surroundings_harms_nobody(terminal, other, state):
    done = terminal.run(race(other))
    assert done.code == 3, done.stderr
    assert done.standing("honest")["state"] == "COMPLETED"
    assert done.standing("other")["state"] == state


def test_a_progress_file_that_cannot_be_written_is_told_once(terminal: Terminal):
    done = terminal.run(race("takestheprogressfile"))
    told = [n for n in done.verdict["notices"] if "progress file cannot be written" in n]
    assert len(told) == 1


@pytest.mark.parametrize(
    "locale", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}]
)
def test_what_a_terminal_cannot_show_does_not_end_the_race(terminal: Terminal, locale):
    terminal.environment |= locale
    done = terminal.run(race("snowman", goal=0.9))
    assert done.code == 0, done.stderr
    assert "it is cold: \\u2603" in done.stdout


def test_a_plugin_that_exits_when_it_is_imported_is_broken_and_the_others_work(terminal: Terminal):
    place = terminal.install_reporter("rude", "return []")
    (place / "rude.py").write_text("raise SystemExit(0)\n")
    done = terminal.run(race())
    assert done.code == 3
    assert any("'rude' of rude 1.0 is broken: SystemExit" in n for n in done.verdict["notices"])


def test_a_reporter_that_writes_no_text_loses_no_outcome(terminal: Terminal):
    terminal.install_reporter("binary", "os.write(2, b'\\xe9\\xff'); return []")
    done = terminal.run(race(goal=0.9))
    assert done.code == 0, done.stderr
    assert done.verdict["outcome"] == "winner"


PATCHES = """
import sys
import tournament.exam.measure, tournament.referee.judge, tournament.referee.levels
from tournament import Strategy, hookimpl

tournament.referee.judge.passes = lambda *_: True
tournament.referee.levels.passes = lambda *_: True
Strategy.train_epoch = lambda *_: sys.exit("sabotaged")

@hookimpl
def tournament_register():
    return []
"""


def test_a_package_that_patches_the_framework_where_it_declares_plugins_patches_nobody(terminal):
    terminal.install("patches", PATCHES)
    done = terminal.run("""
task: {use: guess}
entrants: {walker: {max_epochs: 2}}
criteria: {every: 1, all: [closeness >= 1e9]}
""")
    assert done.code == 3, done.stderr
    assert done.standing("walker")["state"] == "COMPLETED"
