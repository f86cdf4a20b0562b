"""One tournament: from a config file to a run folder with a verdict in it."""

from __future__ import annotations

import datetime as dt
import hashlib
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from ..config.load import Loaded, in_order, read_config, resolved_yaml
from ..errors import ConfigError, LogError, Problem
from ..plugin.discovery import load_registry
from ..plugin.registry import Registry
from ..process.leftovers import sweep_leftovers
from ..record.atomic import write_json, write_text
from ..record.folder import RunFolder, create_run_folder
from ..record.log import log_hash
from ..referee.standings import Standings
from .match import EXIT_CODES, Bell, Match
from .plan import make_plan, opening
from .problems import checked_by_name, no_run_folder
from .provenance import available_cores, preparation_object, provenance_object
from .reports import Reports, make_reports
from .verdict_file import verdict_object

Look = Callable[[Standings, str], None]


@dataclass(frozen=True)
class Outcome:
    """What a tournament left: its folder, its standings, the hash of its log, its reports."""

    folder: RunFolder
    standings: Standings
    log_hash: str | None
    exit_code: int
    reports: Reports


def run_tournament(
    path: Path, overrides: Mapping[str, object], command: list[str], look: Look
) -> Outcome:
    """Run the tournament of one config file.

    `look` is called about ten times a second, with the standings and what the match waits for.
    Raises ConfigError when the config cannot be honoured: by itself, or in the eyes of a worker
    that tried to.
    """
    draft, registry = read_config(path, overrides), load_registry()
    loaded = checked_by_name(draft, registry)
    plan = make_plan(loaded.config, loaded.path.parent, available_cores())
    folder = _new_folder(loaded)
    resolved = resolved_yaml(loaded.config)
    write_text(folder.config, resolved)
    provenance = provenance_object(plan, loaded.path, command)
    write_json(folder.provenance, provenance)
    digest = hashlib.sha256(resolved.encode()).hexdigest()
    opened = opening(plan, version("strategy-tournament"), digest)
    notices = [*plan.notices, *_broken(registry), *_swept(sweep_leftovers())]
    match = Match(plan, registry, folder, opened, notices, look)
    standings = match.standings
    try:
        with _rung_by_signals(match.bell):
            code = match.run()
    finally:  # Also of a run that broke there is a verdict: that it has none.
        facts = {"preparation": preparation_object(standings)}
        write_json(folder.provenance, {**provenance, **facts})
        head = _head(folder)
        write_json(folder.verdict, verdict_object(standings, head))
    if head is None:
        log_hash(folder.log)  # Raises what is wrong with it.
    if standings.verdict is not None and standings.verdict.outcome == "refused":
        raise ConfigError(_refusals(loaded, standings))
    reports = Reports((), "") if code == EXIT_CODES["interrupted"] else make_reports(folder)
    return Outcome(folder, standings, head, code, reports)


def _head(folder: RunFolder) -> str | None:
    """The hash of the log; None when the log is damaged."""
    try:
        return log_hash(folder.log)
    except LogError:
        return None


def _broken(registry: Registry) -> list[str]:
    return [
        f"plugin {b.entry_point!r} of {b.distribution} {b.version} is broken: {b.reason}"
        for b in registry.broken
    ]


def _swept(count: int) -> list[str]:
    if not count:
        return []
    return [f"{count} processes were ended that a match had left which is not there any more"]


def _new_folder(loaded: Loaded) -> RunFolder:
    runs = loaded.config.runs
    try:
        return create_run_folder(runs, loaded.config.name, dt.datetime.now(dt.UTC))
    except OSError as error:
        message = no_run_folder(runs, error.strerror)
        raise ConfigError([loaded.problem("runs", message)]) from error


def _refusals(loaded: Loaded, standings: Standings) -> list[Problem]:
    """What the workers could not honour, each once, at its line in the config."""
    found = {
        (complaint.key, complaint.message): None
        for trial in standings.trials.values()
        if trial.problems
        for complaint in trial.problems.problems
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
