"""Each cheat is refused for the right reason, and crowned when just that check is switched off."""

from __future__ import annotations

import pickle
import tempfile
from pathlib import Path

import numpy as np
import pytest

from tests.referee.conftest import check
from tests.referee.test_referee import Race
from tournament.cache import Cache
from tournament.exam.examiner import examine
from tournament.match.exams import exam_criteria
from tournament.plugin.api import Context
from tournament.record.checkpoint import fingerprint, save_state
from tournament.record.payloads import Exam, Examined, Rejected
from tournament.record.spec import ExamSpec, PluginAt, Surroundings
from tournament_plugins.persistence.task import Persistence

from . import cheats

HERE = Path(__file__).parent
CRITERIA = {"all": ["attention_ratio >= 1.5", "val_accuracy >= 0.75", "consistency >= 0.7"]}
CHANCE = ("batch-invariant", "reordering", "reproduced", "faithful")
CLAIMED = {"attention_ratio": 4.0, "val_accuracy": 0.99, "consistency": 0.99}
OPTIONS = {"videos": 600, "colour": "red", "appearance": "original"}


@pytest.fixture(autouse=True)
def cheats_are_importable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HERE))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


class Table:
    """Holds exams of cheats, and lets a real referee decide on what they measured."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "checkpoint.safetensors"
        save_state(self.state, {"weight": np.ones(3)})
        self.sha256 = fingerprint(self.state, folder).sha256

    def hold(
        self, cheat: str, claimed: dict[str, float] | None = None, timeout: float = 60.0
    ) -> Examined:
        """A real exam, with a real examinee, of what the checkpoint gives or of what is claimed."""
        race = self._claim()
        (exam,) = race.of(Exam)
        spec = self._spec(cheat, race, exam, timeout)
        told = self._on_validation(cheat) if claimed is None else claimed
        places = {kind: tempfile.mkdtemp(dir=self.folder) for kind in ("folder", "scratch")}
        return examine(spec.model_copy(update={"claimed": told, **places}), 12345)

    def _on_validation(self, cheat: str) -> dict[str, float]:
        """What the worker of this cheat would claim."""
        context = Context(
            seed=1, device="cpu", threads=1, cores=1, cache=Cache(), folder=self.folder
        )
        task = Persistence(Persistence.Options(**OPTIONS), context)
        validation = task.data("validation")
        strategy = getattr(cheats, cheat)({}, context)
        strategy.load_state({"weight": np.ones(3)})
        found = task.evaluate(strategy.predict(validation.inputs), validation.truth).metrics
        return {name: found[name] for name in CLAIMED}

    def decide(self, result: Examined, without: str = "") -> tuple[str | None, tuple[str, ...]]:
        """Winner and reasons of a race in which this was the first exam; `without` a finding."""
        race = self._claim()
        (exam,) = race.of(Exam)
        kept = tuple(f for f in result.findings if f.name != without)
        race.say_all(
            result.model_copy(
                update={"because": exam.because + 1, "findings": kept, "number": 1, "trial": "x"}
            )
        )
        reasons = [reason for rejected in race.of(Rejected) for reason in rejected.reasons]
        return (race.verdict.trial if race.verdict else None), tuple(reasons)

    def _claim(self) -> Race:
        race = Race(CRITERIA, judge=lambda exam: None).start()
        race.say_all(check(1, **CLAIMED), "x")
        return race

    def _spec(self, cheat: str, race: Race, exam: Exam, timeout: float) -> ExamSpec:
        around = Surroundings(seed=1, device="cpu", threads=1, cores=1, base=str(self.folder))
        target = "tournament_plugins.persistence.task:Persistence"
        return ExamSpec(
            because=0, trial="x", number=1,
            task=PluginAt(name="persistence", target=target, options=OPTIONS),
            strategy=PluginAt(name=cheat, target=f"cheats:{cheat}", options={}),
            surroundings=around,
            criteria=exam_criteria(race.referee.standings.criteria, exam.level),
            checkpoint=str(self.state), sha256=self.sha256, claimed=CLAIMED, samples=500,
            timeout=timeout, folder="", scratch="",
        )  # fmt: skip


@pytest.fixture
def table(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Table:
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    return Table(tmp_path)


def failed(result: Examined) -> set[str]:
    return {finding.name for finding in result.findings if not finding.passed}


def test_the_honest_one_passes_everything_and_wins(table):
    result = table.hold("Honest")
    assert result.problem == ""
    assert failed(result) == set()
    assert table.decide(result)[0] == "x"


@pytest.mark.parametrize(
    ("cheat", "finding", "also"),
    [
        ("RandomEachTime", "repeatable", CHANCE),
        ("RandomPerInput", "faithful", ()),
        ("Brightness", "faithful", ()),
        ("OwnPredictions", "faithful", ()),
        ("Decoy", "faithful", ()),
        ("CountsCalls", "repeatable", CHANCE),
        ("ReadsTheClock", "repeatable", CHANCE),
        ("LooksAtThePlaceInTheBatch", "batch-invariant", ()),
        ("LooksAtTheOrderOfObjects", "reordering", ()),
        ("ForgetsItsState", "round-trip", ()),
    ],
)
def test_a_cheat_is_refused_by_the_check_meant_for_it(table, cheat, finding, also):
    """`also`: checks that catch what depends on chance or time as well, so they are off, too."""
    result = table.hold(cheat)
    assert result.problem == ""
    assert finding in failed(result)
    winner, reasons = table.decide(result)
    assert winner is None
    assert next(f.text for f in result.findings if f.name == finding) in reasons
    off = result.model_copy(
        update={"findings": tuple(f for f in result.findings if f.name not in also)}
    )
    assert table.decide(off, finding)[0] == "x", "crowned when the check is switched off"


@pytest.mark.parametrize("cheat", ["Constant", "OfAnotherVideo", "KnowsValidation", "Searches"])
def test_a_cheat_is_refused_by_the_examined_figures_alone(table, cheat):
    result = table.hold(cheat)
    assert result.problem == ""
    _, reasons = table.decide(result.model_copy(update={"findings": ()}))
    assert any("not held in the exam" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("cheat", "problem"),
    [
        ("NeverAnswers", "did not answer in time"),
        ("Dies", "was killed by SIGKILL, as the kernel does when memory runs out"),
        ("NeedsMuchMemory", "MemoryError"),
        ("Exits", "ended with code 0"),
        ("NotNormalised", "must sum to 1"),
    ],
)
def test_an_exam_that_breaks_rejects_the_claim_with_that_reason(table, cheat, problem):
    result = table.hold(cheat, CLAIMED, timeout=8.0)
    assert problem in result.problem
    assert table.decide(result) == (None, (result.problem,))


def test_nan_attention_is_refused(table):
    result = table.hold("NaNAttention", CLAIMED)
    assert table.decide(result)[0] is None


def test_a_claim_of_more_than_the_checkpoint_gives_is_refused(table):
    result = table.hold("Honest", {**CLAIMED, "attention_ratio": 9.0})
    assert failed(result) == {"reproduced"}
    winner, reasons = table.decide(result)
    assert winner is None
    assert "attention_ratio was claimed as 9" in reasons[0]
    assert table.decide(result, "reproduced")[0] == "x"


def test_a_checkpoint_that_was_changed_after_the_claim_is_refused(table):
    save_state(table.state, {"weight": np.zeros(3)})
    result = table.hold("Honest", CLAIMED)
    assert "its hash has changed" in result.problem
    table.sha256 = fingerprint(table.state, table.folder).sha256  # The check switched off.
    assert table.decide(table.hold("Honest", CLAIMED), "reproduced")[0] == "x"


class Bomb:
    def __reduce__(self):
        return Path.touch, (Path("exploded"),)


def test_a_checkpoint_with_a_pickle_inside_is_refused_and_not_opened(table, monkeypatch):
    monkeypatch.chdir(table.folder)
    table.state.write_bytes(pickle.dumps(Bomb()))
    table.sha256 = fingerprint(table.state, table.folder).sha256
    result = table.hold("Honest", CLAIMED)
    assert "is no file of arrays" in result.problem
    assert not list(table.folder.rglob("exploded"))
