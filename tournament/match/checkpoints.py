"""A trial's checkpoints: which are kept, and from which one training can go on."""

from __future__ import annotations

from collections.abc import Iterator

from ..record.checkpoint import fingerprint
from ..record.folder import RunFolder, TrialFolder
from ..record.payloads import Check
from ..referee.standing import Standing
from ..referee.standings import Standings


def superfluous(trial: Standing, keep: int) -> Iterator[Check]:
    """Checks whose checkpoints nobody needs: neither among the last `keep`, nor claimed."""
    kept = {check.index for check in trial.checks[-keep:]}
    for check in trial.history:
        if check.index not in kept and not trial.judged[check.index].met:
            yield check


def usable_check(folder: TrialFolder, trial: Standing) -> tuple[Check | None, list[str]]:
    """The last check whose checkpoint is as it was logged; None if there is none.

    Also says what is wrong with those that were made after it.
    """
    wrong: list[str] = []
    for check in reversed(trial.checks):
        try:
            if _is_as_logged(folder, check):
                return check, wrong
            wrong.append(f"{check.checkpoint.name} was changed; an earlier one is used")
        except FileNotFoundError:
            wrong.append(f"{check.checkpoint.name} is gone; an earlier one is used")
        except OSError as error:
            wrong.append(
                f"{check.checkpoint.name} cannot be read ({error}); an earlier one is used"
            )
    return None, wrong


def _is_as_logged(folder: TrialFolder, check: Check) -> bool:
    """Raises OSError. The size comes first: a file may pretend to be of any."""
    path = folder.path / check.checkpoint.name
    return path.lstat().st_size == check.checkpoint.bytes and (
        fingerprint(path, folder.path) == check.checkpoint
    )


class Retention:
    """Deletes what is superfluous in a run's folder while the race goes on."""

    def __init__(self, folder: RunFolder, keep: int) -> None:
        self._folder = folder
        self._keep = keep
        self._deleted: set[tuple[str, int]] = set()

    def prune(self, standings: Standings) -> list[str]:
        """Delete what has become superfluous since the last time; gives complaints."""
        complaints = []
        for trial in standings.trials.values():
            for check in list(superfluous(trial, self._keep)):
                if (trial.name, check.index) in self._deleted:
                    continue
                self._deleted.add((trial.name, check.index))
                complaints += self._delete(self._folder.trial(trial.name), check)
        return complaints

    def _delete(self, home: TrialFolder, check: Check) -> list[str]:
        complaints = []
        for path in (home.path / check.checkpoint.name, home.random_states(check.index)):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                complaints.append(f"{path} cannot be deleted: {error.strerror}")
        return complaints
