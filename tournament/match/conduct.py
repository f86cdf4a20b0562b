"""Runs a match that is ready to go to its end: signals, provenance, verdict and reports."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pydantic import JsonValue

from ..config.load import Loaded, in_order
from ..errors import ConfigError, LogError, Problem
from ..plugin.registry import Registry
from ..record.atomic import write_json
from ..record.fields import Payload
from ..record.folder import RunFolder
from ..record.log import LogWriter, log_hash
from ..referee.standings import Standings
from .match import EXIT_CODES, Bell, Match
from .notify import notice, tell
from .plan import Plan
from .provenance import preparation_object
from .reports import Reports, make_reports
from .steward import Steward
from .verdict_file import verdict_object

Look = Callable[[Standings, str], None]


@dataclass(frozen=True)
class Outcome:
    """What a tournament left: its folder, its standings, the hash of its log, its reports.

    `untold` says of whom could not be told of the verdict, and why.
    """

    folder: RunFolder
    standings: Standings
    log_hash: str | None
    exit_code: int
    reports: Reports
    untold: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stage:
    """All that a match needs to begin, or to go on."""

    loaded: Loaded
    plan: Plan
    registry: Registry
    folder: RunFolder
    provenance: Mapping[str, JsonValue]


def conduct(
    stage: Stage, log: LogWriter, steward: Steward, opening: Sequence[Payload], look: Look
) -> Outcome:
    """Run the match. Raises ConfigError when workers could not honour the config."""
    folder = stage.folder
    match = Match(stage.plan, stage.registry, folder, log, steward, opening, look)
    standings = match.standings
    try:
        with _rung_by_signals(match.bell):
            code = match.run()
    finally:  # Also of a run that broke there is a verdict: that it has none.
        facts = {"preparation": preparation_object(standings)}
        write_json(folder.provenance, {**stage.provenance, **facts})
        head = _head(folder)
        write_json(folder.verdict, verdict_object(standings, head))
    if head is None:
        log_hash(folder.log)  # Raises what is wrong with it.
    if standings.verdict is not None and standings.verdict.outcome == "refused":
        raise ConfigError(_refusals(stage.loaded, standings))
    reports = Reports((), "") if code == EXIT_CODES["interrupted"] else make_reports(folder)
    told = notice(folder, verdict_object(standings, head))
    untold = tuple(tell(stage.loaded.config.notify, told))
    return Outcome(folder, standings, head, code, reports, untold)


def _head(folder: RunFolder) -> str | None:
    """The hash of the log; None when the log is damaged."""
    try:
        return log_hash(folder.log)
    except LogError:
        return None


def _refusals(loaded: Loaded, standings: Standings) -> list[Problem]:
    """What the workers could not honour, each once, at its line in the config."""
    found = {
        (complaint.key, complaint.message): None
        for trial in standings.trials.values()
        if trial.attempt.problems
        for complaint in trial.attempt.problems.problems
    }
    return in_order(loaded.problem(key, message) for key, message in found)


@contextmanager
def _rung_by_signals(bell: Bell) -> Iterator[None]:
    """Ctrl-C, SIGTERM and a lost terminal ring the bell while the match runs."""
    before = {
        number: signal.signal(number, lambda n, _frame: bell.ring(signal.Signals(n).name))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN  # As under nohup(1).
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            # Who has pressed may press once more on the way out, which must not cost the exit code.
            signal.signal(number, signal.SIG_IGN if bell.rings else handler)
