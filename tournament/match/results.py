"""The files that are kept up to date while a match runs, for people and scripts to look at."""

from __future__ import annotations

import time

from ..record.atomic import write_json, write_text
from ..record.folder import RunFolder
from ..referee.standing import Standing
from ..referee.standings import Standings
from .progress_file import progress_text
from .verdict_file import check_object

PERIOD = 1.0
"""At most one rewrite of the progress file in so many seconds."""


class Results:
    """Writes PARALLEL_PROGRESS.md and each trial's latest_metrics.json, atomically.

    A file that cannot be written is complained about once, and tried again: its folder may be
    anybody's by now, and the race must go on.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._written = (-1, -PERIOD)
        self._checks: dict[str, int] = {}
        self._complained: set[str] = set()

    def write(self, standings: Standings, *, final: bool = False) -> list[str]:
        """Rewrite what has changed since the last time; gives new complaints."""
        complaints = [self._write_metrics(trial) for trial in standings.trials.values()]
        offset, when = self._written
        now = time.monotonic()
        if final or (standings.offset != offset and now - when >= PERIOD):
            self._written = (standings.offset, now)
            complaints.append(self._write_progress(standings))
        return [complaint for complaint in complaints if complaint]

    def _write_progress(self, standings: Standings) -> str:
        try:
            write_text(self._folder.progress, progress_text(standings))
        except OSError as error:
            return self._complaint("", f"the progress file cannot be written: {error}")
        return ""

    def _write_metrics(self, trial: Standing) -> str:
        """The metrics of the last check, if it is a new one."""
        last = trial.last_check
        if last is None or last.index == self._checks.get(trial.name):
            return ""
        path = self._folder.trial(trial.name).latest_metrics
        try:
            write_json(path, check_object(trial))
        except OSError as error:
            return self._complaint(trial.name, f"{path} cannot be written: {error}")
        self._checks[trial.name] = last.index
        return ""

    def _complaint(self, about: str, text: str) -> str:
        known = about in self._complained
        self._complained.add(about)
        return "" if known else text
