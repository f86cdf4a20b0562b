"""Which checkpoints are kept: the last few of each trial, and all that met the criteria."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ..record.folder import RunFolder
from ..record.payloads import File
from ..referee.standing import Standing
from ..referee.standings import Standings


def superfluous(trial: Standing, keep: int) -> Iterator[File]:
    """Checkpoints that nobody needs any more: neither of the last `keep` checks, nor claimed.

    In the order of the checks; with more checks others follow behind them.
    """
    for check, judgement in zip(trial.checks[:-keep], trial.judgements, strict=False):
        if not judgement.met:
            yield check.checkpoint


class Retention:
    """Deletes what is superfluous in a run's folder while the race goes on."""

    def __init__(self, folder: RunFolder, keep: int) -> None:
        self._folder = folder
        self._keep = keep
        self._deleted: dict[str, int] = {}

    def prune(self, standings: Standings) -> list[str]:
        """Delete what has become superfluous since the last time; gives complaints."""
        complaints = []
        for trial in standings.trials.values():
            home, done = self._folder.trial(trial.name).path, self._deleted.get(trial.name, 0)
            news = list(islice(superfluous(trial, self._keep), done, None))
            self._deleted[trial.name] = done + len(news)
            for file in news:
                try:
                    (home / file.name).unlink(missing_ok=True)
                except OSError as error:
                    complaints.append(f"{home / file.name} cannot be deleted: {error.strerror}")
        return complaints
