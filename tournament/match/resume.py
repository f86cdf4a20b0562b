"""Goes on with a tournament whose match was killed, interrupted, or went down with its machine.

The log tells where it was. Every logged decision and every seed stands; workers go on from their
last checkpoints, and an exam that was going on is held anew, on other data.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

from pydantic import JsonValue

from ..config.load import Loaded, read_config
from ..errors import ConfigError, LogError, Problem
from ..plugin.discovery import load_registry
from ..plugin.registry import Registry
from ..process.leftovers import sweep_leftovers
from ..record.events import AnyEvent
from ..record.folder import RunFolder
from ..record.log import LogWriter, read_log
from ..record.payloads import Notice, Opened, Resumed
from ..record.regular import read_regular
from .conduct import Look, Outcome, Stage, conduct
from .plan import DISTRIBUTION, Plan, distributions
from .problems import checked_by_name
from .provenance import available_cores, resumption_object
from .steward import Life, Steward
from .tournament import broken_plugins, swept

LARGEST_FILE = 1 << 26
"""Bytes of a config or a provenance file."""


def resume_tournament(folder: RunFolder, command: list[str], look: Look) -> Outcome:
    """Go on with the run in a folder, to its verdict.

    Raises ConfigError when it has ended, or when config or plugins are not those that it began
    with; LogError when its log cannot be read, or belongs to a match that runs. Then nothing in the
    folder is changed, but for a torn last line of the log, which is put aside.
    """
    if not folder.log.exists():
        raise LogError(f"{folder.log}: there is no event log; is this the folder of a run?")
    registry = load_registry()
    with LogWriter(folder.log) as log:
        events = list(read_log(folder.log))
        opened = _opened(folder, events)
        folder = RunFolder(folder.path.resolve(), events[0].run)
        loaded = _same_config(folder, opened, registry)
        ended = sweep_leftovers()
        steward = Steward()
        owed = steward.take_over(events, _traces(folder, opened))
        _refuse_ended(folder, steward)
        provenance = _provenance(folder)
        base = Path(str(provenance["base"]))
        plan = Plan(loaded.config, base, opened.trials, opened.threads, available_cores())
        notices = [*broken_plugins(registry), *swept(ended), *_torn(log)]
        first = [
            *owed,
            Resumed(version=version(DISTRIBUTION)),
            *(Notice(text=text) for text in notices),
        ]
        again = resumption_object(provenance, plan, command)
        return conduct(Stage(loaded, plan, registry, folder, again), log, steward, first, look)


def _opened(folder: RunFolder, events: list[AnyEvent]) -> Opened:
    first = events[0].data if events else None
    if not isinstance(first, Opened):
        raise LogError(f"{folder.log}: nothing was logged of this run yet; run it anew")
    return first


def _refuse_ended(folder: RunFolder, steward: Steward) -> None:
    """Raises ConfigError when there is nothing to go on with."""
    standings = steward.standings
    verdict = standings.verdict
    if standings.closed is None or verdict is None or verdict.outcome == "interrupted":
        return
    what = f"{verdict.trial} won" if verdict.trial else verdict.reason
    message = f"this tournament has ended: {what}; `tournament run` begins another one"
    raise ConfigError([Problem(message, file=str(folder.path))])


def _same_config(folder: RunFolder, opened: Opened, registry: Registry) -> Loaded:
    """The config of the run. Raises ConfigError with all that is not as it was at the beginning."""
    try:
        written = read_regular(folder.config, LARGEST_FILE)
    except OSError as error:
        raise ConfigError([Problem(f"cannot be read: {error}", file=str(folder.config))]) from error
    if hashlib.sha256(written).hexdigest() != opened.config_sha256:
        message = "was changed after the run began; restore it, or run the new one as another run"
        raise ConfigError([Problem(message, file=str(folder.config))])
    loaded = checked_by_name(read_config(folder.config, {}), registry)
    before = {**opened.plugins, DISTRIBUTION: opened.version}
    now = {**distributions(loaded.config, registry), DISTRIBUTION: version(DISTRIBUTION)}
    problems = [
        Problem(
            f"the run began with {name} {before.get(name, '(none)')}, installed is "
            f"{now.get(name, 'none')}; install that version again, or run anew",
            file=str(folder.path),
        )
        for name in sorted({**before, **now})
        if before.get(name) != now.get(name)
    ]
    if problems:
        raise ConfigError(problems)
    return loaded


def _traces(folder: RunFolder, opened: Opened) -> set[Life]:
    """Attempts whose workers came as far as to make an outbox."""
    return {
        (entry.trial, int(path.stem.removeprefix("outbox-")))
        for entry in opened.trials
        for path in folder.trial(entry.trial).path.glob("outbox-*.jsonl")
        if path.stem.removeprefix("outbox-").isdecimal()
    }


def _provenance(folder: RunFolder) -> dict[str, JsonValue]:
    try:
        found = json.loads(read_regular(folder.provenance, LARGEST_FILE))
        if isinstance(found, dict) and isinstance(found.get("base"), str):
            return found
        reason = "it names no base"
    except (OSError, ValueError) as error:
        reason = str(error)
    message = f"cannot be used, and says where relative paths begin: {reason}"
    raise ConfigError([Problem(message, file=str(folder.provenance))])


def _torn(log: LogWriter) -> list[str]:
    return [f"the log's last line was torn; it is kept as {log.torn.name}"] if log.torn else []
