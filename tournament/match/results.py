"""The files that are kept up to date while a match runs, for people and scripts to look at."""

from __future__ import annotations

import time

from ..record.atomic import write_json, write_text
from ..record.events import AnyEvent
from ..record.folder import RunFolder
from ..record.payloads import Check
from ..referee.standings import Standings
from .progress_file import progress_text
from .verdict_file import check_object

PERIOD = 1.0
"""At most one rewrite of the progress file in so many seconds."""


class Results:
    """Writes PARALLEL_PROGRESS.md and each trial's latest_metrics.json, atomically."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._written = (-1, -PERIOD)
        self._complained: frozenset[str] = frozenset()

    def write_progress(self, standings: Standings, *, final: bool = False) -> None:
        """Rewrite the progress file if something happened since the last time."""
        offset, when = self._written
        now = time.monotonic()
        if final or (standings.offset != offset and now - when >= PERIOD):
            write_text(self._folder.progress, progress_text(standings))
            self._written = (standings.offset, now)

    def write_metrics(self, event: AnyEvent, standings: Standings) -> str:
        """Rewrite the metrics of the trial that this event is a check of.

        Gives a complaint when that cannot be done, once a trial: its folder is the worker's too.
        """
        if isinstance(event.data, Check) and event.trial is not None:
            trial = standings.trials[event.trial]
            path = self._folder.trial(trial.name).latest_metrics
            try:
                write_json(path, check_object(trial, event.data))
            except OSError as error:
                known, self._complained = self._complained, self._complained | {trial.name}
                return "" if trial.name in known else f"{path} cannot be written: {error}"
        return ""
