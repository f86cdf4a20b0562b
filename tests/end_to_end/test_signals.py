"""Ctrl-C at every stage: everybody is stopped, and the run folder can be read."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress

import psutil
import pytest

from .conftest import wait_for

CONFIG = """
task: {{use: guess}}
entrants:
  honest: {{use: walker, max_epochs: 20, options: {{step: 2}}}}
  broken: {{use: {broken}, max_epochs: 20}}
criteria: {{every: 1, all: [closeness >= 2]}}
stop: {{grace: 1s, terminate: 1s}}
"""


def config(broken: str) -> str:
    return CONFIG.format(broken=broken)


def press_until_it_is_gone(process) -> None:
    """Signals that come too fast are one to the kernel; so press again until the third is heard."""
    for _ in range(100):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.2)
            return


def workers(events) -> list[int]:
    return [e.data.pid for e in events if e.type == "spawned"]


def test_ctrl_c_stops_everything_and_leaves_a_readable_run(terminal):
    terminal.write(config("hangs"))
    process = terminal.start("run", "race.yaml")
    wait_for(process, "honest: epoch 1,")
    process.send_signal(signal.SIGINT)
    done = terminal.finish(process, timeout=30)
    assert done.code == 130
    assert done.verdict["outcome"] == "interrupted"
    assert {s["state"] for s in done.verdict["standings"]} <= {"STOPPED", "COMPLETED"}
    assert not any(psutil.pid_exists(pid) for pid in workers(done.events))
    assert "No winner" in done.folder.progress.read_text()


def test_a_second_ctrl_c_does_not_wait_for_the_deaf(terminal):
    text = config("ignoresorders").replace("grace: 1s", "grace: 600s")
    terminal.write(text)
    process = terminal.start("run", "race.yaml")
    wait_for(process, "broken: epoch 0,")
    process.send_signal(signal.SIGINT)
    wait_for(process, "stopping: ")
    process.send_signal(signal.SIGINT)
    done = terminal.finish(process, timeout=60)
    assert done.code == 130
    assert done.verdict["outcome"] == "interrupted"


def test_ctrl_c_while_workers_still_prepare_ends_the_run(terminal):
    terminal.write(config("hangsinprepare"))
    process = terminal.start("run", "race.yaml")
    wait_for(process, "honest: ready")
    process.send_signal(signal.SIGINT)
    done = terminal.finish(process, timeout=60)
    assert done.code == 130
    assert {s["state"] for s in done.verdict["standings"]} == {"STOPPED"}


def test_a_third_ctrl_c_leaves_at_once_with_a_verdict_and_no_worker(terminal):
    text = config("ignoresorders").replace("grace: 1s, terminate: 1s", "grace: 9m, terminate: 9m")
    terminal.write(text)
    process = terminal.start("run", "race.yaml")
    wait_for(process, "broken: epoch 0,")
    children = psutil.Process(process.pid).children(recursive=True)
    press_until_it_is_gone(process)
    done = terminal.finish(process, timeout=60)
    assert done.code == 130
    assert done.folder.verdict.exists()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_lost_terminal_and_a_polite_kill_are_like_ctrl_c(terminal, number):
    terminal.write(config("hangs"))
    process = terminal.start("run", "race.yaml")
    wait_for(process, "honest: epoch 1,")
    process.send_signal(number)
    done = terminal.finish(process, timeout=30)
    assert done.code == 130
    assert number.name in done.verdict["reason"]
    assert not any(psutil.pid_exists(pid) for pid in workers(done.events))


def test_ctrl_c_while_reports_are_made_keeps_the_outcome(terminal):
    pipe = terminal.folder / "pipe"
    os.mkfifo(pipe)
    body = f"Path({str(pipe)!r}).write_text(str(os.getpid())); threading.Event().wait()"
    terminal.install_reporter("slow", body)
    terminal.write(config("hangs").replace("closeness >= 2", "closeness >= 0.9"))
    process = terminal.start("run", "race.yaml")
    reporting = int(pipe.read_text())  # Comes when the reporter has begun.
    process.send_signal(signal.SIGINT)
    done = terminal.finish(process, timeout=30)
    assert done.code == 0
    assert done.verdict["winner"] == "honest"
    assert "interrupted; `python -m tournament.reporting RUN` makes them" in done.stdout
    assert not psutil.pid_exists(reporting)
