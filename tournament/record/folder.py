"""The folder of a run: the one place that knows every filename in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


@dataclass(frozen=True)
class _ChildFolder:
    """What any process that the match starts leaves behind."""

    path: Path

    @property
    def stdout(self) -> Path:
        return self.path / "stdout.log"

    @property
    def stderr(self) -> Path:
        return self.path / "stderr.log"


@dataclass(frozen=True)
class ExamFolder(_ChildFolder):
    """What one exam leaves behind."""

    @property
    def spec(self) -> Path:
        return self.path / "exam.json"

    @property
    def result(self) -> Path:
        return self.path / "result.json"

    @property
    def samples(self) -> Path:
        return self.path / "samples.npz"


@dataclass(frozen=True)
class TrialFolder(_ChildFolder):
    """What one trial leaves behind."""

    @property
    def spec(self) -> Path:
        return self.path / "trial.json"

    @property
    def latest_metrics(self) -> Path:
        return self.path / "latest_metrics.json"

    def outbox(self, attempt: int) -> Path:
        return self.path / f"outbox-{attempt}.jsonl"

    def checkpoint(self, index: int) -> Path:
        return self.path / "checkpoints" / f"check-{index:03d}.safetensors"

    def random_states(self, index: int) -> Path:
        return self.path / "checkpoints" / f"check-{index:03d}.random.json"

    def samples(self, index: int) -> Path:
        return self.path / "samples" / f"check-{index:03d}.npz"

    def exam(self, number: int) -> ExamFolder:
        return ExamFolder(self.path / "exams" / f"exam-{number:03d}")

    def create(self) -> None:
        """Make the folder and its parts."""
        for folder in (self.path, self.path / "checkpoints", self.path / "samples"):
            folder.mkdir(parents=True, exist_ok=True)


@dataclass(frozen=True)
class RunFolder:
    """What one run leaves behind.

    `run` is its name in the log, which stays when the folder gets another one; by default it is
    that of the folder.
    """

    path: Path
    run: str = ""

    RESERVED: ClassVar[frozenset[str]] = frozenset(
        {
            "config.yaml", "provenance.json", "events.jsonl", "verdict.json", "rejected.jsonl",
            "reports.log", "door.json", "artifacts",
            "PARALLEL_PROGRESS.md", "report.html", "success_viz",
        }
    )  # fmt: skip
    """Names that no entrant may have, since its folder stands beside them."""

    @property
    def name(self) -> str:
        return self.run or self.path.absolute().name

    @property
    def config(self) -> Path:
        return self.path / "config.yaml"

    @property
    def artifacts(self) -> Path:
        """What a preflight leaves: tests, and what they printed."""
        return self.path / "artifacts"

    @property
    def provenance(self) -> Path:
        return self.path / "provenance.json"

    @property
    def log(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def verdict(self) -> Path:
        return self.path / "verdict.json"

    @property
    def door(self) -> Path:
        return self.path / "door.json"

    @property
    def reports_log(self) -> Path:
        return self.path / "reports.log"

    @property
    def progress(self) -> Path:
        return self.path / "PARALLEL_PROGRESS.md"

    def trial(self, name: str) -> TrialFolder:
        return TrialFolder(self.path / name)

    def figure(self, winner: str | None) -> Path:
        """Where the figure belongs: below the winner, or at the top of a run without one."""
        base = self.path / winner if winner else self.path
        return base / "success_viz" / "SUCCESS_VISUALIZATION.png"


def create_run_folder(runs: Path, name: str, now: dt.datetime) -> RunFolder:
    """A new folder `<name>-<timestamp>` below `runs`; a number is added when it exists already."""
    runs.mkdir(parents=True, exist_ok=True)
    stem = f"{name}-{now:%Y%m%d-%H%M%S}"
    for suffix in ["", *(f"-{n}" for n in range(2, 1000))]:
        path = runs / f"{stem}{suffix}"
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return RunFolder(path)
    raise FileExistsError(f"{runs / stem} and its 998 successors exist")
