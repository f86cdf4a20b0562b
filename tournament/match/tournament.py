"""One tournament: from a config file to a run folder with a verdict in it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from ..config.load import Loaded, read_config, resolved_yaml
from ..config.models import NAME
from ..errors import ConfigError, Problem
from ..plugin.discovery import load_registry
from ..plugin.registry import Registry
from ..process.leftovers import sweep_leftovers
from ..record.atomic import write_json, write_text
from ..record.folder import RunFolder, create_run_folder
from ..record.log import LogWriter
from ..record.payloads import Notice
from ..referee.standings import Standings
from .conduct import Look, Outcome, Stage, conduct
from .plan import DISTRIBUTION, make_plan, opening
from .preflight import failed_preflight
from .problems import checked_by_name, no_run_folder
from .provenance import available_cores, provenance_object
from .steward import Steward


def run_tournament(
    path: Path,
    overrides: Mapping[str, object],
    command: list[str],
    look: Look,
    folder: Path | None = None,
) -> Outcome:
    """Run the tournament of one config file, in a new `folder` or in one below `runs`.

    `look` is called about ten times a second, with the standings and what the match waits for.
    Raises ConfigError when the config cannot be honoured: by itself, or in the eyes of a worker
    that tried to.
    """
    draft, registry = read_config(path, overrides), load_registry()
    loaded = checked_by_name(draft, registry)
    plan = make_plan(loaded.config, loaded.path.parent, available_cores())
    run_folder = _new_folder(loaded, folder)
    resolved = resolved_yaml(loaded.config)
    write_text(run_folder.config, resolved)
    provenance = provenance_object(plan, loaded.path, command)
    write_json(run_folder.provenance, provenance)
    digest = hashlib.sha256(resolved.encode()).hexdigest()
    barred: dict[str, str] = {}
    if loaded.config.preflight:
        barred = failed_preflight(loaded, registry, run_folder, lambda what: _waiting(look, what))
    opened = opening(plan, registry, version(DISTRIBUTION), digest, barred)
    notices = [*plan.notices, *broken_plugins(registry), *swept(sweep_leftovers())]
    first = [opened, *(Notice(text=text) for text in notices)]
    stage = Stage(loaded, plan, registry, run_folder, provenance)
    with LogWriter(run_folder.log) as log:
        return conduct(stage, log, Steward(), first, look)


def _waiting(look: Look, what: str) -> None:
    look(Standings(), f"preflight, {what}")


def broken_plugins(registry: Registry) -> list[str]:
    """A sentence for each plugin that is listed, but broken."""
    return [
        f"plugin {b.entry_point!r} of {b.distribution} {b.version} is broken: {b.reason}"
        for b in registry.broken
    ]


def swept(count: int) -> list[str]:
    """A sentence about so many leftovers, if there were any."""
    if not count:
        return []
    return [f"{count} processes were ended that a match had left which is not there any more"]


def _new_folder(loaded: Loaded, wanted: Path | None) -> RunFolder:
    if wanted is not None:
        return _made(wanted)
    runs = loaded.config.runs
    try:
        return create_run_folder(runs, loaded.config.name, dt.datetime.now(dt.UTC))
    except OSError as error:
        message = no_run_folder(runs, error.strerror)
        raise ConfigError([loaded.problem("runs", message)]) from error


def _made(path: Path) -> RunFolder:
    path = path.absolute()
    if not NAME.fullmatch(path.name):
        message = f"{path.name!r} cannot be a run's name: use A-Z, a-z, 0-9, '.', '_' and '-'"
        raise ConfigError([Problem(message, "--folder")])
    try:
        path.mkdir(parents=True)
    except FileExistsError:
        message = f"{path} is there already; a run needs a folder of its own"
        raise ConfigError([Problem(message, "--folder")]) from None
    except OSError as error:
        raise ConfigError([Problem(no_run_folder(path, error.strerror), "--folder")]) from error
    return RunFolder(path)
