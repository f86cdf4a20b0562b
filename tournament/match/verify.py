"""Verifies a finished run: its log by itself, then the files that the log vouches for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..errors import LogError
from ..record.checkpoint import fingerprint
from ..record.folder import RunFolder
from ..record.log import read_chained
from ..record.payloads import Examined, File
from ..record.regular import read_regular
from ..referee.standings import Standings, standings_of
from ..referee.verify import first_flaw
from .checkpoints import superfluous
from .verdict_file import verdict_object

LARGEST_FILE = 1 << 30
"""Bytes of any file that is read as a whole."""

_Content = TypeVar("_Content")


@dataclass(frozen=True)
class Verified:
    """A run whose log proves its verdict.

    `files`: how many files fit their hashes in the log; `gone`: those that are not there any more.
    """

    standings: Standings
    events: int
    log_hash: str
    files: int
    gone: tuple[Path, ...]


def verify_run(folder: RunFolder, expected_hash: str | None = None) -> Verified:
    """Check chain, decisions, verdict and files. Raises LogError with the first thing wrong."""
    events, head = read_chained(folder.log)
    if (flaw := first_flaw(events)) is not None:
        raise LogError(f"{folder.log}:{flaw.offset + 1}: {flaw}")
    if expected_hash is not None and head != expected_hash:
        raise LogError(
            f"{folder.log}: its hash is {head}, expected {expected_hash}: events at its end are "
            "missing or added, or all of it was written anew"
        )
    standings = standings_of(events)
    _check_verdict_file(folder, standings, head)
    _check_config(folder, standings)
    fitting, gone = _check_files(folder, standings)
    return Verified(standings, len(events), head, fitting, gone)


def _check_verdict_file(folder: RunFolder, standings: Standings, head: str) -> None:
    said = _read(folder.verdict, json.loads)
    if not isinstance(said, dict):
        raise LogError(f"{folder.verdict}: cannot be read: it holds no JSON object")
    proven = verdict_object(standings, head)
    wrong = [name for name in {**proven, **said} if said.get(name) != proven.get(name)]
    if wrong:
        raise LogError(
            f"{folder.verdict}: {', '.join(sorted(wrong))}: not what the log proves; "
            f"the log is whole, and says {proven['winner'] or 'no winner'}"
        )


def _check_config(folder: RunFolder, standings: Standings) -> None:
    assert standings.opened is not None
    digest = _read(folder.config, lambda data: hashlib.sha256(data).hexdigest())
    if digest != standings.opened.config_sha256:
        raise LogError(f"{folder.config}: not the config of this run: its hash is another one")


def _check_files(folder: RunFolder, standings: Standings) -> tuple[int, tuple[Path, ...]]:
    """Compare the files of checks and exams with the log; to be gone is no flaw, but is told.

    Of checkpoints that were not to be kept nothing is told.
    """
    fitting, gone = 0, []
    assert standings.opened is not None
    for name, trial in standings.trials.items():
        deleted = {c.checkpoint.name for c in superfluous(trial, standings.opened.keep)}
        base = folder.trial(name).path
        vouched = [(base, file) for c in trial.history for file in (c.checkpoint, c.samples)]
        for result in trial.examined:
            exam = folder.trial(name).exam(result.number)
            _check_result(exam.result, result)
            if result.table is not None:
                vouched.append((exam.path, result.table))
        for place, file in vouched:
            if (place / file.name).exists():
                _check_file(place, file)
                fitting += 1
            elif file.name not in deleted:
                gone.append(place / file.name)
    return fitting, tuple(gone)


def _check_file(place: Path, file: File) -> None:
    path = place / file.name
    try:
        found = fingerprint(path, place)
    except OSError as error:
        raise LogError(f"{path}: cannot be read: {error}") from error
    if found != file:
        raise LogError(f"{path}: changed after its hash was logged")


def _check_result(path: Path, result: Examined) -> None:
    """What an examiner left is what the log says, unless that says why there is none."""
    if result.problem or not path.exists():
        return
    if _read(path, Examined.model_validate_json).model_dump_json() != result.model_dump_json():
        raise LogError(f"{path}: not what the log says of this exam")


def _read(path: Path, read: Callable[[bytes], _Content]) -> _Content:
    try:
        return read(read_regular(path, LARGEST_FILE))
    except (OSError, ValueError) as error:
        raise LogError(f"{path}: cannot be read: {error}") from error
