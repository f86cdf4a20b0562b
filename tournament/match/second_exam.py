"""Holds the exams of a finished run a second time, on their logged seeds, and compares."""

from __future__ import annotations

import hashlib
import math
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ..errors import LogError
from ..process.orphans import Household
from ..record.folder import ExamFolder, RunFolder
from ..record.payloads import Exam, Examined
from ..record.regular import read_regular
from ..record.spec import ExamSpec
from ..referee.standing import Standing
from ..referee.standings import Standings
from .exams import exam_criteria
from .sitting import Sitting

LARGEST_SPEC = 16 << 20
"""Bytes of what an examiner may have been told."""

GLANCE = 0.05
"""Seconds between two looks at whether an exam is over."""

SAME = 1e-3
"""Figures may differ by this part: another number of threads adds up in another order."""


def examine_again(folder: RunFolder, standings: Standings) -> list[str]:
    """Hold every exam of the log again; gives what differs, in sentences.

    Raises LogError when what an examiner was told is not there any more.
    """
    return [
        f"{trial.name}, exam {result.number}: {difference}"
        for trial in standings.trials.values()
        for result in trial.examined
        if _began(trial, result)
        for difference in differences(result, _held_again(folder, standings, trial, result))
    ]


def _began(trial: Standing, result: Examined) -> bool:
    """One that could not even begin, such as on a full disk, cannot be held again."""
    return any(seal.told for seal in trial.seals if seal.number == result.number)


def differences(logged: Examined, again: Examined) -> Iterator[str]:
    """A sentence for everything in which two results of one exam are not the same."""
    if logged.problem or again.problem:
        if not (logged.problem and again.problem):
            yield f"logged: {logged.problem or 'held'}; now: {again.problem or 'held'}"
        return
    yield from _other_figures(logged, again)
    then, now_passed = (_passed(result) for result in (logged, again))
    for name in dict.fromkeys([*then, *now_passed]):
        if then.get(name) != now_passed.get(name):
            yield f"{name}: logged as {_told(then.get(name))}, now {_told(now_passed.get(name))}"


def _other_figures(logged: Examined, again: Examined) -> Iterator[str]:
    for name, value in logged.metrics.items():
        now = again.metrics.get(name, math.nan)
        if not _close(value, now):
            yield f"{name}: logged {value:.6g}, now {now:.6g}"
    if logged.samples != again.samples:
        yield f"samples: logged {logged.samples}, now {again.samples}"
    if (asked := _criteria(logged)) != (now_asked := _criteria(again)):
        yield f"criteria: logged {asked}, now {now_asked}"
    for one, other in zip(logged.bounds, again.bounds, strict=False):
        if not _close(one.bound, other.bound):
            yield f"{one.criterion}: bound logged {one.bound:.6g}, now {other.bound:.6g}"


def _criteria(result: Examined) -> list[str]:
    return [bound.criterion for bound in result.bounds]


def _passed(result: Examined) -> dict[str, bool]:
    return {finding.name: finding.passed for finding in result.findings}


def _told(passed: bool | None) -> str:
    return "not asked" if passed is None else "passed" if passed else "failed"


def _held_again(
    folder: RunFolder, standings: Standings, trial: Standing, result: Examined
) -> Examined:
    """The same exam in new processes, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="tournament-verify-") as place:
        spec = _spec(folder, standings, trial, result, ExamFolder(Path(place)))
        sitting = Sitting(spec, result.seed, Household(), time.monotonic())
        try:
            while (found := sitting.result(time.monotonic())) is None:
                time.sleep(GLANCE)
            return found
        finally:
            sitting.end()


def _spec(
    folder: RunFolder, standings: Standings, trial: Standing, result: Examined, here: ExamFolder
) -> ExamSpec:
    """What the examiner was told then; all that the log knows is taken from the log."""
    home = folder.trial(trial.name)
    exam = _exam_of(trial, result)
    claim = trial.claim_at(exam.check)
    assert claim is not None
    assert standings.criteria is not None
    then = home.exam(exam.number).spec
    try:
        content = read_regular(then, LARGEST_SPEC)
        told = ExamSpec.model_validate_json(content)
    except (OSError, ValueError) as error:
        raise LogError(f"{then}: what the examiner was told cannot be read: {error}") from error
    if hashlib.sha256(content).hexdigest() not in {
        s.told for s in trial.seals if s.number == exam.number
    }:
        raise LogError(f"{then}: not what the examiner was told: its hash is another one")
    known = {
        "checkpoint": str((home.path / exam.checkpoint.name).absolute()),
        "sha256": exam.checkpoint.sha256,
        "bytes": exam.checkpoint.bytes,
        "claimed": claim.metrics,
        "samples": exam.samples,
        "criteria": exam_criteria(standings.criteria, exam.level),
        "folder": str(here.path),
        "scratch": str(here.path / "scratch"),
    }
    return told.model_copy(update=known)


def _exam_of(trial: Standing, result: Examined) -> Exam:
    return next(exam for exam in trial.exams if exam.number == result.number)


def _close(one: float, other: float) -> bool:
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return math.isclose(one, other, rel_tol=SAME, abs_tol=1e-9)
