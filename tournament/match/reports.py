"""Reports are made after the race, by a process of their own that reads the finished run."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ..record.folder import RunFolder


@dataclass(frozen=True)
class Reports:
    """The files that were made, and what a reporter complained about; empty when none did."""

    files: tuple[Path, ...]
    complaint: str


def make_reports(folder: RunFolder, timeout: float = 120.0) -> Reports:
    """Let every installed reporter look at the run."""
    command = [sys.executable, "-m", "tournament.reporting", str(folder.path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        return Reports((), f"the reporters took longer than {timeout:.0f} s and were ended")
    files = tuple(Path(line) for line in done.stdout.splitlines())
    return Reports(files, done.stderr.strip())
