"""Verifies a finished run: its log by itself, then the files that the log vouches for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ..errors import LogError
from ..record.checkpoint import fingerprint
from ..record.folder import RunFolder
from ..record.log import read_chained
from ..record.payloads import File
from ..referee.standings import Standings, standings_of
from ..referee.verify import first_flaw
from .verdict_file import verdict_object


@dataclass(frozen=True)
class Verified:
    """A run whose log proves its verdict. `files`: how many files fit their hashes in the log."""

    standings: Standings
    events: int
    log_hash: str
    files: int


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
    return Verified(standings, len(events), head, _check_files(folder, standings))


def _check_verdict_file(folder: RunFolder, standings: Standings, head: str) -> None:
    try:
        said = json.loads(folder.verdict.read_bytes())
    except (OSError, ValueError) as error:
        raise LogError(f"{folder.verdict}: cannot be read: {error}") from error
    if not isinstance(said, dict):
        raise LogError(f"{folder.verdict}: cannot be read: it holds no JSON object")
    proven = verdict_object(standings, folder, head)
    wrong = [name for name in {**proven, **said} if said.get(name) != proven.get(name)]
    if wrong:
        raise LogError(
            f"{folder.verdict}: {', '.join(sorted(wrong))}: not what the log proves; "
            f"the log is whole, and says {proven['winner'] or 'no winner'}"
        )


def _check_files(folder: RunFolder, standings: Standings) -> int:
    """Compare the files of checks and exams with their hashes; those that are gone are no flaw."""
    count = 0
    for name, trial in standings.trials.items():
        base = folder.trial(name).path
        vouched = [(base, file) for c in trial.checks for file in (c.checkpoint, c.samples)]
        vouched += [
            (folder.trial(name).exam(result.number).path, result.table)
            for result in trial.examined
            if result.table is not None
        ]
        count += sum(_fits(place, file) for place, file in vouched)
    return count


def _fits(place: Path, file: File) -> bool:
    path = place / file.name
    if not path.exists():
        return False
    if fingerprint(path, place) != file:
        raise LogError(f"{path}: changed after its hash was logged")
    return True
