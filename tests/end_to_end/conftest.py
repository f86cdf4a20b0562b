"""Real tournaments in real processes, on toy plugins that need no torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tournament.record.events import AnyEvent
from tournament.record.folder import RunFolder
from tournament.record.log import read_log

TOYS = Path(__file__).parent.parent / "toys"

REPORTER = """
import os, sys, threading
from pathlib import Path
from tournament import Plugin, Reporter, hookimpl

class Mine(Reporter):
    def report(self, run):
        {body}

@hookimpl
def tournament_register():
    return [Plugin("reporter", "{name}", "{name}:Mine")]
"""


@dataclass(frozen=True)
class Done:
    """A finished `tournament` command and the run folder that it left, if any."""

    code: int
    stdout: str
    stderr: str
    runs: Path

    @property
    def folder(self) -> RunFolder:
        (path,) = self.runs.iterdir()
        return RunFolder(path)

    @property
    def verdict(self) -> dict[str, object]:
        return json.loads(self.folder.verdict.read_text())

    @property
    def events(self) -> list[AnyEvent]:
        return list(read_log(self.folder.log))

    def standing(self, trial: str) -> dict[str, object]:
        return next(s for s in self.verdict["standings"] if s["trial"] == trial)


class Terminal:
    """A shell in an empty folder, with the toy plugins on its path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(TOYS),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "COLUMNS": "120",
        }

    def write(self, config: str, name: str = "race.yaml") -> Path:
        path = self.folder / name
        path.write_text(config)
        return path

    def install_reporter(self, name: str, body: str) -> Path:
        """A distribution with one reporter, whose `report(self, run)` has this body; its folder."""
        return self.install(name, REPORTER.format(name=name, body=body))

    def install(self, name: str, source: str) -> Path:
        """A distribution with one module that declares plugins; its folder."""
        place = self.folder / f"plugin-{name}"
        info = place / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (place / f"{name}.py").write_text(source)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[tournament]\n{name} = {name}\n")
        self.environment["PYTHONPATH"] += f"{os.pathsep}{place}"
        return place

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "tournament", *map(str, arguments)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, process: subprocess.Popen[str], timeout: float = 120) -> Done:
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return Done(process.returncode, stdout, stderr, self.folder / "runs")

    def tournament(self, *arguments: object) -> Done:
        return self.finish(self.start(*arguments))

    def run(self, config: str, *arguments: object) -> Done:
        return self.tournament("run", self.write(config), *arguments)


def wait_for(process: subprocess.Popen[str], start: str) -> None:
    """Read what the match prints up to the line that begins so; it has to come."""
    assert any(line.startswith(start) for line in process.stdout), f"{start!r} was never printed"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)
