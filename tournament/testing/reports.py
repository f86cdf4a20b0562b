"""A reporter on the folders of two runs: one that has a winner, and one that was stopped."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from ..errors import LogError
from ..process.spawn import python_module
from ..record.folder import RunFolder
from ..record.log import log_hash
from .attempt import Result

_WON = "It reports on a run with a winner."
_STOPPED = "It reports on a run that was stopped and has no winner."
_FILES = "The files whose paths it gives are there, in the run folder, and not empty."
_HARMLESS = "It leaves the log as it was."


def report_results(name: str, won: Path, stopped: Path, patience: float) -> Iterator[Result]:
    """What comes of both."""
    files: list[Path] = []
    before = [log_hash(RunFolder(run).log) for run in (won, stopped)]
    for point, asks, run in (("winner", _WON, won), ("no-winner", _STOPPED, stopped)):
        made, trouble = _reported(name, run, patience)
        files += made
        mend = "Not every run has a winner, and not every trial has a check."
        yield Result(name=point, asks=asks, found=trouble, mend=mend if trouble else "")
    yield _files(files, (won, stopped))
    try:
        changed = [log_hash(RunFolder(run).log) for run in (won, stopped)] != before
        trouble = "its hash is another one now" if changed else ""
    except LogError as error:
        trouble = str(error)
    mend = "Read the run's files, and write others."
    yield Result(name="harmless", asks=_HARMLESS, found=trouble, mend=mend if trouble else "")


def _reported(name: str, run: Path, patience: float) -> tuple[list[Path], str]:
    command = [*python_module("tournament.reporting"), str(run), "--only", name]
    try:
        done = subprocess.run(command, capture_output=True, timeout=patience, cwd=run.parent)
    except subprocess.TimeoutExpired:
        return [], f"it took longer than {patience:g} s, and was ended"
    said = done.stderr.decode("utf-8", "backslashreplace").strip().splitlines()
    files = [Path(line) for line in done.stdout.decode().splitlines()]
    if done.returncode == 0:
        return files, ""
    return files, said[-1] if said else f"its process ended with code {done.returncode}"


def _files(files: list[Path], runs: tuple[Path, ...]) -> Result:
    wrong = [f"{path} {reason}" for path in files if (reason := _what_is_wrong(path, runs))]
    found = "; ".join(wrong) if files else "it gave no path"
    mend = "Write below `run.folder.path`, and give the path of each file."
    return Result(name="files", asks=_FILES, found=found, mend=mend if found else "")


def _what_is_wrong(path: Path, runs: tuple[Path, ...]) -> str:
    if not path.is_file():
        return "is not there"
    if not any(path.resolve().is_relative_to(run.resolve()) for run in runs):
        return "is not in the run folder"
    return "" if path.stat().st_size else "is empty"
