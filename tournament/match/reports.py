"""Reports are made after the race, by a process of their own that reads the finished run."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ..process.spawn import python_module
from ..record.atomic import write_text
from ..record.folder import RunFolder


@dataclass(frozen=True)
class Reports:
    """The files that were made, and the complaint of a reporter that failed; else empty."""

    files: tuple[Path, ...]
    complaint: str


def make_reports(folder: RunFolder, timeout: float = 120.0) -> Reports:
    """Let every installed reporter look at the run."""
    command = [*python_module("tournament.reporting"), str(folder.path), str(os.getpid())]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdout=pipe, stderr=pipe, encoding="utf-8", errors="replace"
    ) as process:
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            return Reports((), f"the reporters took longer than {timeout:.0f} s and were ended")
        except KeyboardInterrupt:
            process.kill()
            process.wait()  # Popen does not wait for what Ctrl-C ends.
            return Reports((), "interrupted; `python -m tournament.reporting RUN` makes them")
    if stderr:
        write_text(folder.reports_log, stderr)
    return Reports(tuple(map(Path, stdout.splitlines())), _complaint(process.returncode, stderr))


def _complaint(code: int, stderr: str) -> str:
    """The last line of a failed reporter; warnings of one that worked are in its log."""
    if code == 0:
        return ""
    last = stderr.strip().splitlines()[-1:] or [f"ended with code {code}"]
    return last[0]
