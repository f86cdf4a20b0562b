"""The examinee is a real process: whatever it does, the examiner hears an answer or knows why."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np
import psutil
import pytest

from tournament.cache import Cache
from tournament.errors import ContractError, TournamentError
from tournament.exam.arrays import write_arrays
from tournament.exam.candidate import Candidate, CandidateError
from tournament.plugin.api import Context
from tournament.plugin.registry import import_class
from tournament.record.spec import ExamineeSpec, PluginAt, Surroundings

PLACES = [str(Path(__file__).parent / "exam_toys"), str(Path(__file__).parent.parent / "toys")]
LONG = 60.0
SHORT = 5.0
"""Seconds: enough to load a toy even on a busy machine, and not too long to wait for."""

Make = Callable[..., Candidate]


@pytest.fixture(autouse=True)
def toys_on_the_path(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(PLACES))
    for place in PLACES:
        monkeypatch.syspath_prepend(place)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Starts an examinee; it must not outlive the test."""
    with ExitStack() as running:
        yield lambda *args, **given: running.enter_context(
            closing(examinee(tmp_path, *args, **given))
        )
    assert examinees() == []


def examinee(
    folder: Path, strategy: str = "toys:Walker", seconds: float = LONG, **given: object
) -> Candidate:
    """An examinee with the state of a walker that has come to 3."""
    checkpoint = folder / "checkpoint.safetensors"
    write_arrays(checkpoint, {"position": np.array([3.0])}, "the walker")
    scratch = folder / "scratch"
    scratch.mkdir()
    told = {
        "task": PluginAt(name="guess", target="toys:Guess", options={"target": 3.0}),
        "strategy": PluginAt(name="mine", target=strategy, options={}),
        "surroundings": Surroundings(seed=1, device="cpu", threads=1, cores=1, base=str(folder)),
        "checkpoint": str(checkpoint),
        "folder": str(scratch),
        **given,
    }
    deadline = time.monotonic() + seconds
    return Candidate(ExamineeSpec.model_validate(told), a_task(folder), deadline)


def examinees() -> list[psutil.Process]:
    """All that this process has started and that still run."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "tournament.exam.examinee" in command_of(child)]


def command_of(process: psutil.Process) -> list[str]:
    """Its command line; empty for one that has ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def a_task(folder: Path):
    context = Context(
        seed=1, device="cpu", threads=1, cores=1, cache=Cache(folder / "cache"), folder=folder
    )
    task = import_class("task", "guess", "toys:Guess")
    return task(task.Options(target=3.0), context)


def test_it_answers_from_its_state_as_often_as_it_is_asked(make):
    candidate = make()
    candidate.wait_until_ready()
    for count in (4, 1, 0, 4):
        assert candidate.predict(np.zeros(count))["guess"].tolist() == [3.0] * count


def test_it_gives_its_state_as_it_was_loaded(make):
    candidate = make()
    candidate.wait_until_ready()
    assert candidate.state()["position"].tolist() == [3.0]
    candidate.predict(np.zeros(2))
    assert candidate.state()["position"].tolist() == [3.0]


def test_questions_and_answers_are_removed_once_they_are_read(make, tmp_path):
    candidate = make()
    candidate.wait_until_ready()
    candidate.predict(np.zeros(2))
    candidate.state()
    assert [path.name for path in (tmp_path / "scratch").iterdir()] == ["examinee.json"]


def test_closing_ends_it_even_while_it_thinks(tmp_path):
    with closing(examinee(tmp_path, "exam_toys:HangsWhenLoaded")):
        (process,) = examinees()
    assert not process.is_running()


def test_what_the_strategy_raises_is_told(make):
    candidate = make("exam_toys:RaisesInExam")
    candidate.wait_until_ready()
    with pytest.raises(CandidateError, match=r"failed in predict: RuntimeError: not today"):
        candidate.predict(np.zeros(2))


def test_after_a_failure_it_is_gone_and_says_so(make):
    candidate = make("exam_toys:RaisesInExam")
    candidate.wait_until_ready()
    with pytest.raises(CandidateError):
        candidate.predict(np.zeros(2))
    with pytest.raises(CandidateError, match="the examinee ended with code 1 in predict"):
        candidate.predict(np.zeros(2))


@pytest.mark.parametrize(
    ("strategy", "told"),
    [
        ("exam_toys:RefusesItsState", "ContractError: this state is somebody else's"),
        ("exam_toys:NotThere", "strategy 'mine' cannot be imported from 'exam_toys:NotThere'"),
        ("not_there:Mine", "cannot be imported from 'not_there:Mine': ModuleNotFoundError"),
        ("toys:Guess", "is no subclass of tournament.Strategy"),
        ("breaking_module:Mine", "ImportError: its library is from another century"),
    ],
)
def test_a_strategy_that_cannot_be_built_is_told(make, strategy, told):
    candidate = make(strategy)
    with pytest.raises(CandidateError, match="loading the strategy and its state") as caught:
        candidate.wait_until_ready()
    assert told in str(caught.value)


def test_options_that_the_task_refuses_are_told(make):
    candidate = make(task=PluginAt(name="guess", target="toys:Guess", options={"pace": 1}))
    with pytest.raises(CandidateError, match="pace"):
        candidate.wait_until_ready()


@pytest.mark.parametrize("content", [b"", b"\x80\x04K\x01.", b"x" * 100])
def test_a_checkpoint_that_is_none_is_told(make, tmp_path, content):
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(content)
    candidate = make(checkpoint=str(broken))
    with pytest.raises(CandidateError, match="the checkpoint is no file of arrays"):
        candidate.wait_until_ready()


@pytest.mark.parametrize(
    ("strategy", "told"),
    [
        ("ExitsInExam", "the examinee ended with code 7 in predict"),
        ("LeavesInExam", "the examinee ended with code 0 in predict"),
        ("KilledInExam", "was killed by SIGKILL, as the kernel does when memory runs out"),
        ("TerminatedInExam", "the examinee was killed by SIGTERM in predict"),
        ("ClosesItsLine", "the examinee closed its line in predict"),
        ("SaysGarbage", "the examinee gave a reply that is none"),
        ("SaysAList", "the examinee gave a reply that is none"),
        ("SaysNothingUseful", "the examinee gave a reply that is none"),
        ("SaysBytes", "the examinee gave a reply that is none"),
        ("NeverEndsItsLine", "the examinee's reply has no end"),
    ],
)
def test_an_examinee_that_misbehaves_is_told_from_the_others(make, strategy, told):
    candidate = make(f"exam_toys:{strategy}")
    candidate.wait_until_ready()
    with pytest.raises(CandidateError) as caught:
        candidate.predict(np.zeros(2))
    assert told in str(caught.value)


def test_an_examinee_that_hangs_is_waited_for_until_the_deadline(make):
    candidate = make("exam_toys:HangsInExam", SHORT)
    candidate.wait_until_ready()
    with pytest.raises(CandidateError, match=r"did not answer in time \(predict\)"):
        candidate.predict(np.zeros(2))


def test_an_examinee_that_never_gets_ready_is_waited_for_until_the_deadline(make):
    candidate = make("exam_toys:HangsWhenLoaded", SHORT)
    with pytest.raises(CandidateError, match=r"did not answer in time \(loading"):
        candidate.wait_until_ready()


def test_after_the_deadline_nothing_is_waited_for(make):
    candidate = make(seconds=-1)
    with pytest.raises(CandidateError, match="did not answer in time"):
        candidate.wait_until_ready()


@pytest.mark.parametrize(
    ("strategy", "kind", "told"),
    [
        ("AnswersAPickle", ContractError, "what predict gave is no file of arrays"),
        ("SaysDoneWithoutAnAnswer", ContractError, "what predict gave is no file of arrays"),
        ("AnswersAList", CandidateError, "ContractError: predict gave list; expected arrays"),
        ("AnswersObjects", CandidateError, "predict gave 'guess' = object; expected a NumPy"),
    ],
)
def test_an_answer_that_is_no_arrays_is_refused(make, strategy, kind, told):
    candidate = make(f"exam_toys:{strategy}")
    candidate.wait_until_ready()
    with pytest.raises(kind) as caught:
        candidate.predict(np.zeros(2))
    assert told in str(caught.value)
    assert isinstance(caught.value, TournamentError)


def test_it_is_told_nothing_of_the_truth(make, tmp_path):
    candidate = make()
    candidate.wait_until_ready()
    (child,) = examinees()
    # Its arguments: the spec, two descriptors and its parent.
    assert child.cmdline()[1:] == [
        "-P", "-m", "tournament.exam.examinee", str(tmp_path / "scratch" / "examinee.json"),
        *child.cmdline()[5:7], str(os.getpid()),
    ]  # fmt: skip
    told = ExamineeSpec.model_validate_json(Path(child.cmdline()[4]).read_bytes())
    assert set(ExamineeSpec.model_fields) == {
        "task", "strategy", "surroundings", "checkpoint", "folder"
    }  # fmt: skip
    assert told.folder == str(tmp_path / "scratch")
    assert Path(child.cwd()) == tmp_path / "scratch"
    assert sys.executable in child.cmdline()[0]
