"""Verifies a finished run: its log by itself, then the files that the log vouches for."""

from __future__ import annotations

import json
import math
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ..errors import LogError
from ..process.spawn import EXAMINER, Child
from ..record.atomic import write_text
from ..record.checkpoint import fingerprint
from ..record.events import AnyEvent
from ..record.folder import ExamFolder, RunFolder
from ..record.log import log_hash, read_log
from ..record.payloads import Bound, Exam, Examined, File
from ..record.spec import ExamSpec
from ..referee.standings import Standing, Standings
from ..referee.verify import first_flaw
from .exams import exam_criteria
from .verdict_file import verdict_object

SAME = 1e-3
"""Figures of an exam that is held again may differ by this part: other threads add up otherwise."""


@dataclass(frozen=True)
class Verified:
    """A run whose log proves its verdict. `files`: how many files fit their hashes in the log."""

    standings: Standings
    events: int
    log_hash: str
    files: int


def verify_run(folder: RunFolder, expected_hash: str | None = None) -> Verified:
    """Check chain, decisions, verdict and files. Raises LogError with the first thing wrong."""
    head = log_hash(folder.log)
    events = list(read_log(folder.log))
    if (flaw := first_flaw(events)) is not None:
        raise LogError(f"{folder.log}:{flaw.offset + 1}: {flaw}")
    if expected_hash is not None and head != expected_hash:
        raise LogError(
            f"{folder.log}: its hash is {head}, expected {expected_hash}: events at its end are "
            "missing or added, or all of it was written anew"
        )
    standings = fold(events)
    _check_verdict_file(folder, standings, head)
    return Verified(standings, len(events), head, _check_files(folder, standings))


def fold(events: list[AnyEvent]) -> Standings:
    """The standings after the last event."""
    standings = Standings()
    for event in events:
        standings.apply(event)
    return standings


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


def examine_again(folder: RunFolder, standings: Standings, threads: int = 1) -> list[str]:
    """Hold every exam of the log again, on its logged seed; gives what differs, in sentences."""
    differences = []
    for trial in standings.trials.values():
        for result in trial.examined:
            exam = next(exam for exam in trial.exams if exam.number == result.number)
            where = f"{trial.name}, exam {exam.number}"
            again = _again(folder, standings, trial, exam, result, threads)
            differences += [f"{where}: {text}" for text in _differences(result, again)]
    return differences


def _again(
    folder: RunFolder,
    standings: Standings,
    trial: Standing,
    exam: Exam,
    result: Examined,
    threads: int,
) -> Examined:
    """The same exam in new processes, in a folder of its own."""
    home = folder.trial(trial.name)
    old = home.exam(exam.number).spec
    try:
        spec = ExamSpec.model_validate_json(old.read_bytes())
    except (OSError, ValueError) as error:
        raise LogError(f"{old}: what the examiner was told cannot be read: {error}") from error
    claim = trial.claim_at(exam.check)
    assert claim is not None
    assert standings.criteria is not None
    place = Path(tempfile.mkdtemp(prefix="tournament-verify-"))
    scratch = place / f"scratch-{secrets.token_hex(8)}"
    scratch.mkdir(mode=0o700)
    try:
        here = ExamFolder(place)
        told = {
            "checkpoint": str((home.path / exam.checkpoint.name).absolute()),
            "sha256": exam.checkpoint.sha256,
            "claimed": claim.metrics,
            "samples": exam.samples,
            "criteria": exam_criteria(standings.criteria, exam.level),
            "folder": str(place),
            "scratch": str(scratch),
        }
        write_text(here.spec, spec.model_copy(update=told).model_dump_json())
        examiner = Child(
            EXAMINER, here.spec, str(result.seed), threads, here.stdout, here.stderr, Path.cwd()
        )
        examiner.wait()
        lines = examiner.last_lines()
        examiner.close()
        if not here.result.exists():
            raise LogError("the examiner left no result: " + "; ".join(lines[-3:]))
        return Examined.model_validate_json(here.result.read_bytes())
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _differences(logged: Examined, again: Examined) -> list[str]:
    if logged.problem or again.problem:
        same = bool(logged.problem) == bool(again.problem)
        return (
            [] if same else [f"logged: {logged.problem or 'held'}; now: {again.problem or 'held'}"]
        )
    found = [
        f"{name}: logged {value:.6g}, now {again.metrics.get(name, math.nan):.6g}"
        for name, value in logged.metrics.items()
        if not _close(value, again.metrics.get(name, math.nan))
    ]
    found += [
        f"{one.criterion}: bound logged {one.bound:.6g}, now {other.bound:.6g}"
        for one, other in zip(logged.bounds, again.bounds, strict=True)
        if not _same_bound(one, other)
    ]
    now = {finding.name: finding.passed for finding in again.findings}
    found += [
        f"{one.name}: logged as {'passed' if one.passed else 'failed'}, now it is not"
        for one in logged.findings
        if now.get(one.name) != one.passed
    ]
    return found


def _same_bound(one: Bound, other: Bound) -> bool:
    return _close(one.value, other.value) and _close(one.bound, other.bound)


def _close(one: float, other: float) -> bool:
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return math.isclose(one, other, rel_tol=SAME, abs_tol=1e-9)
