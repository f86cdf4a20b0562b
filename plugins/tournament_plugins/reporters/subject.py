"""Which trial the figure is about, and at which of its checks. Pure, from the standings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tournament import Check, Judgement, Standing, Standings
from tournament.errors import LogError, TournamentError, nearest


@dataclass(frozen=True)
class Subject:
    """A trial at one check. `before` is its check 0, None where the log has none.

    `role`: it won; or nobody won and it came closest; or it is just another trial. The check is the
    one that won, else the trial's best.
    """

    trial: Standing
    check: Check
    before: Check | None
    role: Literal["winner", "closest", "other"]

    @property
    def judgement(self) -> Judgement:
        """What the criteria say of the check."""
        return self.trial.judged[self.check.index]


def default_trial(standings: Standings) -> str | None:
    """The winner; without one the trial that came closest; None without any trained check."""
    trial = standings.winner or standings.runner_up
    return None if trial is None else trial.name


def subject_of(standings: Standings, name: str) -> Subject:
    """What to draw of the trial `name`.

    Raises TournamentError when there is no such trial or it has no check after training, and
    LogError when it won at a check that the log does not have.
    """
    if name not in standings.trials:
        raise TournamentError(f"no trial {name!r}. {nearest(name, list(standings.trials))}")
    trial = standings.trials[name]
    before = next((check for check in trial.history if check.index == 0), None)
    if trial is standings.winner:
        return Subject(trial, check_of_win(standings, trial), before, "winner")
    if trial.best is None:
        raise TournamentError(f"trial {name!r} has no check after training: nothing to draw")
    closest = standings.winner is None and trial is standings.runner_up
    return Subject(trial, trial.checks[trial.best], before, "closest" if closest else "other")


def check_of_win(standings: Standings, trial: Standing) -> Check:
    """The check that won the verdict. Raises LogError when the log has none of its number."""
    number = standings.verdict.check if standings.verdict else None
    for check in trial.history:
        if check.index == number:
            return check
    raise LogError(f"{trial.name} won at check {number}, but the log has no such check of it")
