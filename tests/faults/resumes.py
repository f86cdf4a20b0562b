"""Whole tournaments are killed at random moments and resumed, until they end."""

from __future__ import annotations

import random
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import psutil

from tests.end_to_end.conftest import Terminal
from tournament.errors import LogError
from tournament.match.verify import verify_run
from tournament.record.folder import RunFolder

from .tally import Tally

CONFIG = """
task: {{use: guess}}
entrants:
  honest: {{use: walker, max_epochs: 12, options: {{step: 1, pause: 0.03}}}}
  other: {{use: drifter, max_epochs: 12, options: {{pause: 0.03}}}}
criteria: {{every: 1, all: [closeness >= {threshold}]}}
stop: {{grace: 1s, terminate: 1s}}
"""
OFTEN = 5
"""Kills of one tournament, at most."""


def kill_and_resume(size: int, rng: random.Random) -> Iterator[Tally]:
    """Every decision is kept, and the run that comes of it verifies."""
    tally = Tally("match killed at a random moment, and resumed")
    while tally.count < size:
        with tempfile.TemporaryDirectory(prefix="faults-") as place:
            _tournament(Terminal(Path(place)), min(OFTEN, size - tally.count), rng, tally)
    yield tally


def _tournament(terminal: Terminal, kills: int, rng: random.Random, tally: Tally) -> None:
    terminal.write(CONFIG.format(threshold=rng.choice([0.5, 2])))
    process = terminal.start("run", "race.yaml")
    _skip(process, 1)
    (path,) = (terminal.folder / "runs").iterdir()
    folder, was_killed = RunFolder(path), True
    for _ in range(kills):
        was_killed = kill(process, rng.randrange(8))
        before = _lines(folder)
        process = terminal.start("resume", path)
        tally.count += 1
        if not was_killed:
            break
        _skip(process, 1)
        if _lines(folder)[: len(before)] != before:
            tally.broken.append("what was logged did not stand")
    done = terminal.finish(process)
    if was_killed and done.code not in (0, 3):
        tally.broken.append(f"exit code {done.code}: {done.stderr[-500:]}")
    try:
        verify_run(folder)
    except LogError as error:
        tally.broken.append(str(error))


def kill(process: subprocess.Popen[str], lines: int) -> bool:
    """Kill a match when it has printed so many lines; false if it had come to its end."""
    _skip(process, lines)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
    return process.returncode == -signal.SIGKILL


def _skip(process: subprocess.Popen[str], lines: int) -> None:
    assert process.stdout is not None
    list(islice(process.stdout, lines))


def _lines(folder: RunFolder) -> list[bytes]:
    """The whole lines of the log; the match may have been killed in the last one."""
    return folder.log.read_bytes().split(b"\n")[:-1]
