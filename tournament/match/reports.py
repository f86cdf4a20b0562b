"""Reports are made after the race, by a process of their own that reads the finished run."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ..record.folder import RunFolder


@dataclass(frozen=True)
class Reports:
    """The files that were made, and the complaint of a reporter that failed; else empty."""

    files: tuple[Path, ...]
    complaint: str


def make_reports(folder: RunFolder, timeout: float = 120.0) -> Reports:
    """Let every installed reporter look at the run."""
    command = [sys.executable, "-P", "-m", "tournament.reporting", str(folder.path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        return Reports((), f"the reporters took longer than {timeout:.0f} s and were ended")
    except KeyboardInterrupt:
        return Reports((), "interrupted; `python -m tournament.reporting RUN` makes them")
    if done.stderr:
        folder.reports_log.write_text(done.stderr)
    files = tuple(Path(line) for line in done.stdout.splitlines())
    return Reports(files, _complaint(done))


def _complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The last line of a failed reporter; warnings of one that worked are in its log."""
    if done.returncode == 0:
        return ""
    last = done.stderr.strip().splitlines()[-1:] or [f"ended with code {done.returncode}"]
    return last[0]
