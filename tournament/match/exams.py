"""Holds the exams that the referee orders: one at a time, each by an examiner process.

The seed of the sealed data is drawn here, after the claim and the hash of its checkpoint are in the
log. Until the result is there, only a hash of the seed is told: nobody can make the data before.
"""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from pathlib import Path

from ..config.criteria import Criteria
from ..plugin.registry import Registry
from ..process.orphans import Household
from ..record.folder import RunFolder
from ..record.payloads import Claim, Entry, Exam, Examined, Sealed
from ..record.spec import ExamCriterion, ExamSpec, Surroundings
from ..referee.levels import leaf_levels
from .plan import Plan, plugin_at
from .sitting import Sitting

SEED_BITS = 53
"""As many as every JSON reader keeps exact; far more than anybody could try in an exam's time."""


class ExamRoom:
    """Starts examiners and brings their results. Call it from the main thread only."""

    def __init__(
        self, plan: Plan, registry: Registry, folder: RunFolder, household: Household
    ) -> None:
        self._plan = plan
        self._registry = registry
        self._folder = folder
        self._household = household
        self._sitting: Sitting | None = None

    def begin(self, exam: Exam, because: int, claim: Claim, device: str, now: float) -> Sealed:
        """Start the exam that was decided at offset `because`; gives what is to be logged of it."""
        assert self._sitting is None, "the referee orders one exam at a time"
        seed = secrets.randbits(SEED_BITS)
        spec = self._spec(exam, because, claim, device)
        self._sitting = Sitting(spec, seed, self._household, now)
        return Sealed(
            because=because,
            trial=exam.trial,
            number=exam.number,
            commitment=commitment(seed),
            told=self._sitting.told,
        )

    def result(self, now: float) -> Examined | None:
        """What the exam measured, once it is over."""
        found = self._sitting.result(now) if self._sitting else None
        if found is not None:
            self.close()
        return found

    def forgive(self, seconds: float) -> None:
        """The match itself stood still for so long."""
        if self._sitting is not None:
            self._sitting.forgive(seconds)

    def close(self) -> None:
        """End an exam that is going on; nobody waits for it any more."""
        if self._sitting is not None:
            self._sitting.end()
            self._sitting = None

    def _spec(self, exam: Exam, because: int, claim: Claim, device: str) -> ExamSpec:
        plan, config = self._plan, self._plan.config
        entry = next(entry for entry in plan.entries if entry.trial == exam.trial)
        entrant = config.entrants[entry.entrant]
        home = self._folder.trial(exam.trial)
        return ExamSpec(
            because=because,
            trial=exam.trial,
            number=exam.number,
            task=plugin_at(self._registry, "task", config.task.use, config.task.options),
            strategy=plugin_at(self._registry, "strategy", entrant.use, entrant.options),
            surroundings=surroundings(plan, entry, device),
            criteria=exam_criteria(config.criteria, exam.level),
            checkpoint=str((home.path / exam.checkpoint.name).absolute()),
            sha256=exam.checkpoint.sha256,
            bytes=exam.checkpoint.bytes,
            claimed=claim.metrics,
            samples=exam.samples,
            timeout=config.exam.timeout,
            folder=str(home.exam(exam.number).path.absolute()),
            scratch=str(Path(tempfile.gettempdir()) / f"tournament-exam-{secrets.token_hex(8)}"),
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
