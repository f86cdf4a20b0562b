"""Had everybody the same machine? What each trial used, and a warning if it matters. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from .standing import Standing
from .standings import Standings

MORE = 1.25
"""A winner with so many times a rival's processor time a second merely had more machine."""


@dataclass(frozen=True)
class Usage:
    """What one trial used. Seconds of wall clock, and of processor time over all its threads.

    `cores`: processor seconds a second of racing, as the worker reports them at its last check.
    `cpu_seconds` and `peak_memory` (bytes) of its whole life, as the kernel counted them; None
    while it lives.
    """

    trial: str
    device: str
    threads: int
    preparation: float
    seconds: float
    cores: float
    cpu_seconds: float | None
    peak_memory: int | None


def usage(trial: Standing) -> Usage | None:
    """What a trial used; None for one that never got ready."""
    if trial.ready is None:
        return None
    raced = trial.last_check
    ends = [attempt.ended for attempt in trial.attempts if attempt.ended is not None]
    return Usage(
        trial=trial.name,
        device=trial.ready.device,
        threads=trial.ready.threads,
        preparation=trial.ready.seconds,
        seconds=trial.seconds,
        cores=raced.cpu_seconds / raced.seconds if raced and raced.seconds > 0 else 0.0,
        cpu_seconds=sum(each.cpu_seconds for each in ends) if trial.attempt.ended else None,
        peak_memory=max(each.peak_memory for each in ends) if trial.attempt.ended else None,
    )


def machine_warnings(standings: Standings) -> list[str]:
    """A sentence for each rival of which the winner had more machine."""
    winner = standings.winner
    mine = usage(winner) if winner else None
    if mine is None:
        return []
    rivals = [usage(trial) for trial in standings.trials.values() if trial is not winner]
    found = [_advantage(mine, rival) for rival in rivals if rival is not None]
    return [text for text in found if text]


def _advantage(winner: Usage, rival: Usage) -> str:
    mine, theirs = (used.device.partition(":")[0] for used in (winner, rival))
    if mine != theirs:
        machines = f"{winner.device} beside {rival.device}"
        return f"{winner.trial} had another machine than {rival.trial}: {machines}"
    who = f"{winner.trial} may have won by having more machine than {rival.trial}: "
    if winner.threads > rival.threads:
        return f"{who}{winner.threads} threads beside {rival.threads}"
    if rival.cores > 0 and winner.cores > MORE * rival.cores:
        return f"{who}{winner.cores:.2f} cores on average beside {rival.cores:.2f}"
    return ""
