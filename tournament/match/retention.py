"""Which checkpoints are kept: the last few of each trial, and all that met the criteria."""

from __future__ import annotations

from collections.abc import Iterator

from ..record.folder import RunFolder
from ..record.payloads import File
from ..referee.standings import Standing, Standings


def superfluous(trial: Standing, keep: int) -> Iterator[File]:
    """Checkpoints that nobody needs any more: neither of the last `keep` checks, nor claimed."""
    for check, judgement in zip(trial.checks[:-keep], trial.judgements, strict=False):
        if not judgement.met:
            yield check.checkpoint


class Retention:
    """Deletes what is superfluous in a run's folder while the race goes on."""

    def __init__(self, folder: RunFolder, keep: int) -> None:
        self._folder = folder
        self._keep = keep
        self._seen: dict[str, int] = {}

    def prune(self, standings: Standings) -> list[str]:
        """Delete what has become superfluous since the last time; gives complaints."""
        complaints = []
        for trial in standings.trials.values():
            if len(trial.checks) == self._seen.get(trial.name):
                continue
            self._seen[trial.name] = len(trial.checks)
            home = self._folder.trial(trial.name).path
            for file in superfluous(trial, self._keep):
                try:
                    (home / file.name).unlink(missing_ok=True)
                except OSError as error:
                    complaints.append(f"{home / file.name} cannot be deleted: {error.strerror}")
        return complaints
