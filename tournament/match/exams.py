"""Holds the exams that the referee orders: one at a time, each by an examiner process.

The seed of the sealed data is drawn here, after the claim and the hash of its checkpoint are in the
log. Until the result is there, only a hash of the seed is told: nobody can make the data before.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from ..config.criteria import Criteria
from ..plugin.registry import Registry
from ..process.orphans import Household
from ..process.spawn import EXAMINER, EXAMINER_THREADS, Child, Exit
from ..record.atomic import write_text
from ..record.folder import ExamFolder, RunFolder
from ..record.payloads import Claim, Entry, Exam, Examined, Sealed
from ..record.spec import ExamCriterion, ExamSpec, Surroundings
from ..referee.levels import leaf_levels
from .plan import Plan, plugin_at

SEED_BITS = 53
"""As many as every JSON reader keeps exact; far more than anybody could try in an exam's time."""

LATE = 15.0
"""Seconds that an examiner gets beyond the exam's own time, to say what it waited for."""


@dataclass
class _Sitting:
    """An exam that is going on."""

    exam: Exam
    spec: ExamSpec
    seed: int
    folder: ExamFolder
    examiner: Child
    until: float


class ExamRoom:
    """Starts examiners and brings their results. Call it from the main thread only."""

    def __init__(
        self, plan: Plan, registry: Registry, folder: RunFolder, household: Household
    ) -> None:
        self._plan = plan
        self._registry = registry
        self._folder = folder
        self._household = household
        self._sitting: _Sitting | None = None

    def begin(self, exam: Exam, because: int, claim: Claim, device: str, now: float) -> Sealed:
        """Start the exam that was decided at offset `because`; gives what is to be logged of it."""
        assert self._sitting is None, "the referee orders one exam at a time"
        seed = secrets.randbits(SEED_BITS)
        folder = self._folder.trial(exam.trial).exam(exam.number)
        folder.path.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.mkdtemp(prefix="tournament-exam-")
        spec = self._spec(exam, because, claim, device, folder, scratch)
        write_text(folder.spec, spec.model_dump_json(indent=2) + "\n")
        examiner = Child(
            EXAMINER, folder.spec, str(seed), EXAMINER_THREADS, folder.stdout, folder.stderr,
            Path.cwd(),
        )  # fmt: skip
        self._household.wanted.add(examiner.pid)
        until = now + spec.timeout + LATE
        self._sitting = _Sitting(exam, spec, seed, folder, examiner, until)
        return Sealed(
            because=because,
            trial=exam.trial,
            number=exam.number,
            commitment=commitment(seed),
        )

    def result(self, now: float) -> Examined | None:
        """What the exam measured, once it is over."""
        sitting = self._sitting
        if sitting is None:
            return None
        how = sitting.examiner.poll()
        if how is None:
            if now < sitting.until:
                return None
            self._end()
            return _unheld(sitting, f"the exam took longer than {sitting.spec.timeout:.0f} s")
        self._end()
        return _read(sitting, how)

    def forgive(self, seconds: float) -> None:
        """The match itself stood still for so long."""
        if self._sitting is not None:
            self._sitting.until += seconds

    def close(self) -> None:
        """End an exam that is going on; nobody waits for it any more."""
        if self._sitting is not None:
            self._end()

    def _end(self) -> None:
        sitting = self._sitting
        assert sitting is not None
        self._sitting = None
        sitting.examiner.kill()
        sitting.examiner.wait()
        sitting.examiner.close()
        self._household.wanted.discard(sitting.examiner.pid)
        self._household.sweep()
        shutil.rmtree(sitting.spec.scratch, ignore_errors=True)

    def _spec(
        self, exam: Exam, because: int, claim: Claim, device: str, folder: ExamFolder, scratch: str
    ) -> ExamSpec:
        plan, config = self._plan, self._plan.config
        entry = next(entry for entry in plan.entries if entry.trial == exam.trial)
        entrant = config.entrants[entry.entrant]
        trial_folder = self._folder.trial(exam.trial).path
        return ExamSpec(
            because=because,
            trial=exam.trial,
            number=exam.number,
            task=plugin_at(self._registry, "task", config.task.use, config.task.options),
            strategy=plugin_at(self._registry, "strategy", entrant.use, entrant.options),
            surroundings=surroundings(plan, entry, device),
            criteria=exam_criteria(config.criteria, exam.level),
            checkpoint=str((trial_folder / exam.checkpoint.name).absolute()),
            sha256=exam.checkpoint.sha256,
            claimed=claim.metrics,
            samples=exam.samples,
            timeout=config.exam.timeout,
            folder=str(folder.path.absolute()),
            scratch=scratch,
        )


def commitment(seed: int) -> str:
    """What is told of a seed before it may be known: its SHA-256 (hex)."""
    return hashlib.sha256(str(seed).encode()).hexdigest()


def surroundings(plan: Plan, entry: Entry, device: str) -> Surroundings:
    """What the trial was given besides its options, but all cores: an exam is nobody's race."""
    return Surroundings(
        seed=entry.seed,
        device=device,
        threads=plan.cores,
        cores=plan.cores,
        base=str(plan.base.absolute()),
    )


def exam_criteria(criteria: Criteria, level: float) -> tuple[ExamCriterion, ...]:
    """Each criterion in its written order, with the level at which it has to be sure."""
    leaves = [leaf for _, leaf in criteria.group.leaves()]
    return tuple(
        ExamCriterion(
            criterion=str(leaf),
            metric=leaf.metric,
            op=leaf.op,
            threshold=leaf.threshold,
            level=each,
        )
        for leaf, each in zip(leaves, leaf_levels(criteria, level), strict=True)
    )


def _read(sitting: _Sitting, how: Exit) -> Examined:
    """The result that the examiner left, or how it ended without one."""
    try:
        return Examined.model_validate_json(sitting.folder.result.read_bytes())
    except (OSError, ValidationError):
        end = f"was killed by {how.signal}" if how.signal else f"ended with code {how.code}"
        return _unheld(sitting, f"the examiner {end} without a result: see {sitting.folder.stderr}")


def _unheld(sitting: _Sitting, problem: str) -> Examined:
    return Examined(
        because=sitting.spec.because,
        trial=sitting.exam.trial,
        number=sitting.exam.number,
        seed=sitting.seed,
        problem=problem,
        samples=0,
        metrics={},
        bounds=(),
        findings=(),
        table=None,
        seconds=sitting.spec.timeout,
    )
