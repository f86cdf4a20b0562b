"""Real exams of the red team's strategies, and what a real referee makes of them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

import impostors

from tests.referee.race import RULES as ANY_RULES
from tests.referee.race import Race as AnyRace
from tests.referee.race import check
from tournament.cache import Cache
from tournament.config.criteria import criteria_from_json
from tournament.exam.examiner import examine
from tournament.match.exams import commitment, exam_criteria
from tournament.plugin.api import Context, Task
from tournament.plugin.registry import import_class
from tournament.process.spawn import EXAMINER, Child
from tournament.record.checkpoint import fingerprint, save_state
from tournament.record.folder import ExamFolder
from tournament.record.payloads import (
    Exam,
    Examined,
    Rejected,
    Sealed,
    Verdict,
)
from tournament.record.spec import ExamSpec, PluginAt, Surroundings
from tournament.referee.standings import Standings

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SEED = 6_604_912_093_345_871
"""Of the sealed videos: as long as those that a match draws, and the same in every run."""

PATIENCE = 120.0
TASK = PluginAt(
    name="persistence",
    target="tournament_plugins.persistence.task:Persistence",
    options=impostors.PUBLIC.model_dump(),
)
CRITERIA = {
    "every": 1,
    "all": ["attention_ratio >= 1.5", "val_accuracy >= 0.75", "consistency >= 0.70"],
}
RULES = {**ANY_RULES, "samples": impostors.SAMPLES}

Metrics = Mapping[str, float]
PRAISE: Metrics = {"attention_ratio": 4.0, "val_accuracy": 1.0, "consistency": 1.0}
"""What somebody claims who does not care what is true."""


@contextmanager
def prepared(folder: Path) -> Iterator[None]:
    """Cheats can be imported here and in children, and the cache is this folder's."""
    path = os.pathsep.join(filter(None, [str(HERE), str(ROOT), os.environ.get("PYTHONPATH", "")]))
    place = {"PYTHONPATH": path, "XDG_CACHE_HOME": str(folder / "cache")}
    with patch.dict(os.environ, place):
        yield


# --- the claim ------------------------------------------------------------------------------------


def a_task(folder: Path) -> Task:
    cls = import_class("task", TASK.name, TASK.target)
    context = Context(seed=1, device="cpu", threads=1, cores=1, cache=Cache(), folder=folder)
    task: Task = cls(cls.Options.model_validate(TASK.options), context)
    task.prepare()
    return task


def trained(strategy: str, folder: Path) -> Any:
    """The strategy after an epoch, in this process."""
    cls = getattr(impostors, strategy)
    context = Context(seed=1, device="cpu", threads=1, cores=1, cache=Cache(), folder=folder)
    made = cls(cls.Options(), context)
    list(made.train_epoch(None))
    return made


def claimed_by(strategy: Any, folder: Path) -> Metrics:
    """The metrics that a worker would report."""
    task = a_task(folder)
    validation = task.data("validation")
    return dict(task.evaluate(strategy.predict(validation.inputs), validation.truth).metrics)


# --- the exam -------------------------------------------------------------------------------------


def exam_spec(
    strategy: str,
    folder: Path,
    *,
    checkpoint: Path,
    sha256: str = "",
    claimed: Metrics = PRAISE,
    criteria: Mapping[str, Any] = CRITERIA,
    timeout: float = PATIENCE,
    **options: object,
) -> ExamSpec:
    """An exam of this checkpoint, in folders of its own; options are the strategy's."""
    exam, scratch = folder / "exam", folder / "scratch"
    for place in (exam, scratch):
        place.mkdir()
    return ExamSpec(
        because=0,
        trial="cheat",
        number=1,
        task=TASK,
        strategy=PluginAt.model_validate(
            {"name": "cheat", "target": f"impostors:{strategy}", "options": options}
        ),
        surroundings=Surroundings(seed=1, device="cpu", threads=1, cores=1, base=str(folder)),
        criteria=exam_criteria(criteria_from_json(criteria), ordered(criteria, claimed).level),
        checkpoint=str(checkpoint),
        sha256=sha256 or fingerprint(checkpoint, checkpoint.parent).sha256,
        bytes=fingerprint(checkpoint, checkpoint.parent).bytes,
        claimed=dict(claimed),
        samples=impostors.SAMPLES,
        timeout=timeout,
        folder=str(exam),
        scratch=str(scratch),
    )


def saved(state: Mapping[str, Any], folder: Path) -> Path:
    path = folder / "check-001.safetensors"
    save_state(path, state)
    return path


def hold(spec: ExamSpec, seed: int = SEED) -> Examined:
    """The examiner in this process, the examinee in one of its own."""
    return examine(spec, seed)


def hold_apart(spec: ExamSpec, seed: int) -> Examined:
    """The examiner in a process of its own, as the match starts it."""
    folder = ExamFolder(Path(spec.folder))
    told = spec.model_dump_json()
    folder.spec.write_text(told)
    secret = f"{seed} {hashlib.sha256(told.encode()).hexdigest()}"
    examiner = Child(
        EXAMINER, folder.spec, secret, 1, folder.stdout, folder.stderr, folder.path
    )  # fmt: skip
    try:
        examiner.wait()
    finally:
        examiner.close()
    return Examined.model_validate_json(folder.result.read_bytes())


def hold_as_plain_user(
    spec: ExamSpec, seed: int, *, memory: Literal["private", "open"]
) -> Examined:
    """The same without the rights that root has over other processes, if this is root.

    With open memory the examiner forgets to keep its memory private.
    """
    folder = ExamFolder(Path(spec.folder))
    folder.spec.write_text(spec.model_dump_json())
    command = [sys.executable, "-P", str(HERE / "plain_user.py"), str(folder.path), memory]
    subprocess.run(command, check=True, input=str(seed), text=True)
    return Examined.model_validate_json(folder.result.read_bytes())


# --- the referee ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What the referee decides on a claim: crowned, or rejected for reasons."""

    crowned: bool
    reasons: tuple[str, ...]


class Race(AnyRace):
    """A race in which exams end only when they are answered."""

    def __init__(
        self, *trials: str, criteria: Mapping[str, Any] = CRITERIA, **rules: object
    ) -> None:
        super().__init__(criteria, trials, lambda exam: None, **{**RULES, **rules})
        self.start()

    @property
    def standings(self) -> Standings:
        return self.referee.standings

    def check(self, index: int, metrics: Metrics, trial: str) -> None:
        self.say_all(check(index, **metrics), trial)

    def answer(self, result: Examined) -> None:
        """The exam that is going on measured this."""
        exam = self.of(Exam)[-1]
        because = max(each.offset or 0 for each in self.story.events if each.data == exam)
        about = {"because": because, "trial": exam.trial, "number": exam.number}
        self.say_all(Sealed(**about, commitment=commitment(result.seed), told=""))
        self.say_all(result.model_copy(update=about))


def race_with_a_claim(criteria: Mapping[str, Any], claimed: Metrics) -> Race:
    race = Race("cheat", criteria=criteria)
    race.check(1, claimed, "cheat")
    assert race.of(Exam), f"{claimed} is no claim, so there is nothing to examine"
    return race


def ordered(criteria: Mapping[str, Any], claimed: Metrics) -> Exam:
    """The exam that the referee orders of this claim."""
    exam: Exam = race_with_a_claim(criteria, claimed).of(Exam)[0]
    return exam


def answer(
    result: Examined,
    claimed: Metrics,
    *,
    without: Collection[str] = (),
    criteria: Mapping[str, Any] = CRITERIA,
) -> Answer:
    """What the referee decides on this result, as if the findings `without` were not made."""
    kept = tuple(each for each in result.findings if each.name not in without)
    race = race_with_a_claim(criteria, claimed)
    race.answer(result.model_copy(update={"findings": kept}))
    rejected = race.of(Rejected)
    winners = [each.trial for each in race.of(Verdict) if each.outcome == "winner"]
    assert bool(rejected) != bool(winners)
    return Answer(bool(winners), tuple(rejected[0].reasons) if rejected else ())


def failed(result: Examined) -> tuple[str, ...]:
    """The names of the findings that refuse it."""
    return tuple(each.name for each in result.findings if not each.passed)
