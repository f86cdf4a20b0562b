"""The red team's cases: each cheat with what refuses it, tried with that check on and off.

`examined` findings are switched off by leaving them out of the result before the referee sees it.
A cheat that breaks its exam is tried again without just what breaks it. Called by the tests here
and by benchmarks/red_team.py.
"""

from __future__ import annotations

import json
import os
import pickle
import secrets
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import exam_room as room
import impostors
import zmq
from exam_room import Answer, Race

from tournament.bus import Hub
from tournament.bus.sockets import dealer
from tournament.bus.wire import Hello, Refused, frames
from tournament.match.exams import SEED_BITS
from tournament.record.checkpoint import fingerprint
from tournament.record.events import make_event, write_event
from tournament.record.fields import Payload
from tournament.record.log import LogWriter, read_log
from tournament.record.payloads import (
    Bound,
    Claim,
    Exam,
    Examined,
    Finding,
    Rejected,
    Verdict,
)
from tournament_plugins.persistence.task import Persistence

FIGURES = "figures"
ALL = frozenset(
    {
        "finite", "repeatable", "batch-invariant", "attention-distribution", "reordering",
        "faithful", "heads-used", "reproduced", "round-trip", "same-among-variants",
    }
)  # fmt: skip
SHORT = 4.0
"""Seconds: enough to load a cheat even on a busy machine, and not too long to wait for."""


@dataclass(frozen=True)
class Outcome:
    """What came of a case: the referee's answer, and that with the check switched off.

    `off` is None where figures alone refuse it. `failed`: the findings that refused it.
    """

    answer: Answer
    off: Answer | None
    failed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A cheat. `refused_by`: findings, or what else; `reason`: words that must be in its reasons.

    `switched_off` says what the second run goes without, `then` what becomes of it.
    """

    cheat: str
    refused_by: tuple[str, ...]
    reason: str
    attempt: Callable[[Case, Path], Outcome]
    switched_off: str = ""
    strategy: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    then: str = "crowned"

    def run(self, folder: Path) -> Outcome:
        return self.attempt(self, folder)


# --- how a case is tried --------------------------------------------------------------------------


def _claim(case: Case, folder: Path) -> tuple[Path, room.Metrics]:
    """The checkpoint after training, and what a worker would report of it."""
    strategy = room.trained(case.strategy, folder)
    return room.saved(strategy.state(), folder), room.claimed_by(strategy, folder)


def by_findings(case: Case, folder: Path) -> Outcome:
    """Examined once; the same result is judged again without the findings that refused it."""
    criteria = case.options.get("criteria", room.CRITERIA)
    checkpoint, metrics = _claim(case, folder)
    claimed = {**metrics, **case.options.get("inflated", {})}
    result = room.hold(
        room.exam_spec(
            case.strategy, folder, checkpoint=checkpoint, claimed=claimed, criteria=criteria
        )
    )
    return Outcome(
        room.answer(result, claimed, criteria=criteria),
        room.answer(result, claimed, criteria=criteria, without=case.refused_by),
        room.failed(result),
    )


def by_figures(case: Case, folder: Path) -> Outcome:
    """Judged without any finding: what was measured is enough. The claim is made up if need be."""
    checkpoint, claimed = _claim(case, folder)
    if case.options.get("made_up"):
        claimed = room.PRAISE
    result = room.hold(
        room.exam_spec(case.strategy, folder, checkpoint=checkpoint, claimed=claimed)
    )
    return Outcome(room.answer(result, claimed, without=ALL), None, room.failed(result))


def by_problem(case: Case, folder: Path) -> Outcome:
    """Examined as it is, and without just what breaks the exam."""
    checkpoint, claimed = _claim(case, folder)
    answers = []
    for name, options, timeout in (
        ("bad", {}, case.options.get("timeout", room.PATIENCE)),
        ("good", case.options.get("instead", {"harmless": True}), room.PATIENCE),
    ):
        (place := folder / name).mkdir()
        spec = room.exam_spec(
            case.strategy, place, checkpoint=checkpoint, claimed=claimed, timeout=timeout, **options
        )
        answers.append(room.answer(room.hold(spec), claimed))
    return Outcome(*answers)


def changed_checkpoint(case: Case, folder: Path) -> Outcome:
    """Another state lies under the name of the claimed one."""
    checkpoint, claimed = _claim(case, folder)
    then = fingerprint(checkpoint, folder).sha256
    better = room.trained(case.strategy, folder)
    better.weights = better.weights * 1.001
    room.saved(better.state(), folder)
    answers = []
    for name, sha256 in (("then", then), ("now", "")):
        (place := folder / name).mkdir()
        spec = room.exam_spec(
            case.strategy, place, checkpoint=checkpoint, sha256=sha256, claimed=claimed
        )
        answers.append(room.answer(room.hold(spec), claimed))
    return Outcome(*answers)


def pickled_checkpoint(case: Case, folder: Path) -> Outcome:
    """A pickle in the place of the checkpoint; its counterpart is what unpickling gives."""
    checkpoint, claimed = _claim(case, folder)
    state = room.trained(case.strategy, folder).state()
    trace = folder / "unpickled"
    checkpoint.write_bytes(impostors.pickled(trace, state))
    for name in ("pickle", "arrays"):
        (folder / name).mkdir()
    spec = room.exam_spec(case.strategy, folder / "pickle", checkpoint=checkpoint, claimed=claimed)
    refused = room.answer(room.hold(spec), claimed)
    assert not trace.exists(), "somebody unpickled it"
    arrays = room.saved(pickle.loads(checkpoint.read_bytes()), folder / "arrays")
    assert trace.exists()
    spec = room.exam_spec(case.strategy, folder / "arrays", checkpoint=arrays, claimed=claimed)
    return Outcome(refused, room.answer(room.hold(spec), claimed))


def patched(case: Case, folder: Path) -> Outcome:
    """The patch is in the examinee; its counterpart is an examiner that is patched, too."""
    honest = Persistence.evaluate
    strategy = room.trained("Indifferent", folder)
    checkpoint = room.saved(strategy.state(), folder)
    answers = []
    for name, evaluate in (("apart", honest), ("together", impostors.praised)):
        (place := folder / name).mkdir()
        spec = room.exam_spec(case.strategy, place, checkpoint=checkpoint)
        with patch.object(Persistence, "evaluate", evaluate):
            answers.append(room.answer(room.hold(spec), room.PRAISE))
    return Outcome(*answers)


def searching(case: Case, folder: Path, place: str = "file") -> Outcome:
    """It finds nothing; its counterpart finds the seed where somebody left it."""
    checkpoint, claimed = _claim(case, folder)
    return Outcome(
        _searched(case, folder / "nothing", checkpoint, claimed),
        _searched(case, folder / "something", checkpoint, claimed, place),
    )


def _searched(
    case: Case, folder: Path, checkpoint: Path, claimed: room.Metrics, place: str = ""
) -> Answer:
    folder.mkdir()
    spec = room.exam_spec(case.strategy, folder, checkpoint=checkpoint, claimed=claimed)
    seed = secrets.randbits(SEED_BITS - 1) + 2 ** (SEED_BITS - 1)  # It looks for 16 digits.
    note = f"the seed is {seed}"
    if place == "file":
        (Path(spec.scratch) / "note.txt").write_text(note)
    if place == "folder":
        (folder / "exam" / "note.txt").write_text(note)
    with patch.dict(os.environ, {"NOTE": note} if place == "environment" else {}):
        memory = "open" if place == "memory" else "private"
        result = room.hold_as_plain_user(spec, seed, memory=memory)
    return room.answer(result, claimed)


SEARCHED = ("file", "folder", "environment", "memory")
"""Where something may be left for `Searches` to find."""


# --- the race around exams ------------------------------------------------------------------------


def measured(exam: Exam, *, good: bool) -> Examined:
    """A result without an exam; which one is said by who answers it."""
    value = 5.0 if good else 0.1
    bounds = tuple(
        Bound(criterion=c, metric=c.split()[0], value=value, bound=value, level=exam.level,
              method="exact")
        for c in room.CRITERIA["all"]
    )  # fmt: skip
    finding = Finding(name="faithful", passed=good, value=0.0, threshold=0.0, text="agreement 0")
    return Examined(
        because=0, trial=exam.trial, number=exam.number, seed=1, problem="",
        samples=room.RULES["samples"], metrics=room.PRAISE, bounds=bounds, findings=(finding,),
        table=None, seconds=1.0,
    )  # fmt: skip


LUCKY = 8
"""Only so many exams make a cheat's one pass by luck."""


def claims_always(case: Case, folder: Path) -> Outcome:
    """Its eighth exam would pass by luck."""
    return Outcome(lottery(), lottery(attempts=100, backoff=0))


def lottery(**rules: int) -> Answer:
    race = Race("cheat", **rules)
    for index in range(1, 30):
        exams = len(race.of(Exam))
        race.check(index, room.PRAISE, "cheat")
        if len(race.of(Exam)) > exams:
            race.answer(measured(race.of(Exam)[-1], good=exams + 1 == LUCKY))
        if race.of(Verdict):
            break
    reasons = [reason for each in race.of(Rejected) for reason in each.reasons]
    return Answer(bool(race.of(Verdict)), tuple(reasons))


def forged_result(case: Case, folder: Path) -> Outcome:
    """`examined`, in its own name."""
    race = room.race_with_a_claim(room.CRITERIA, room.PRAISE)
    result = measured(race.of(Exam)[0], good=True)
    refusals = told_to_the_hub(folder, ("cheat", result))
    race.answer(result)
    return Outcome(Answer(False, refusals), Answer(bool(race.of(Verdict)), ()))


def forged_verdict(case: Case, folder: Path) -> Outcome:
    """`verdict`; whoever reads a log that has it sees a winner."""
    verdict = Verdict(
        because=0, outcome="winner", trial="cheat", check=1, epoch=1, claimed=None, examined=None,
        reason="I say so",
    )  # fmt: skip
    refusals = told_to_the_hub(folder, ("cheat", verdict))
    race = room.race_with_a_claim(room.CRITERIA, room.PRAISE)
    race.say_all(verdict)
    crowned = race.standings.verdict
    return Outcome(Answer(False, refusals), Answer(crowned == verdict, ()))


def forged_check(case: Case, folder: Path) -> Outcome:
    """Checks in another trial's name: that one's exams are used up, and a claim waits for good."""
    good = room.check(1, **room.PRAISE)
    refusals = told_to_the_hub(folder, ("other", good))
    race = Race("cheat", "other")
    race.say_all(good, "other")
    return Outcome(Answer(False, refusals), Answer(race.of(Claim)[0].trial == "other", ()))


def told_to_the_hub(folder: Path, *said: tuple[str, Payload]) -> tuple[str, ...]:
    """What a real hub answers to these events, each in a trial's name, from the cheat's socket."""
    folder = folder / "hub"
    folder.mkdir()
    with LogWriter(folder / "events.jsonl") as log, Hub("r", folder, log) as hub:
        hub.admit("other", 1)
        access = hub.admit("cheat", 1)
        with zmq.Context() as context, dealer(context, hub.endpoints.ingest, access) as socket:
            socket.send_multipart(frames(Hello(run="r", trial="cheat", attempt=1)))
            _heard(socket, b"welcome")
            refusals = []
            for trial, payload in said:
                event = make_event(payload, run="r", trial=trial, attempt=1, seq=1, t=1.0)
                socket.send_multipart([b"event", write_event(event)])
                answer = _heard(socket, b"refused")
                refusals.append(Refused.model_validate_json(answer).reason)
    assert list(read_log(folder / "events.jsonl")) == []
    return tuple(refusals)


def _heard(socket: zmq.Socket[bytes], kind: bytes) -> bytes:
    assert socket.poll(1000 * room.PATIENCE), "the hub did not answer"
    found, body = socket.recv_multipart()
    assert found == kind, (found, body)
    return body


# --- a whole tournament ---------------------------------------------------------------------------


PLUGIN = {
    "METADATA": "Metadata-Version: 2.1\nName: impostors\nVersion: 1.0\n",
    "entry_points.txt": "[tournament]\nimpostors = impostors\n",
}
RACE = {
    "name": "race",
    "task": {"use": "persistence", "options": impostors.PUBLIC.model_dump()},
    "entrants": {
        "cheat": {"use": "patches", "max_epochs": 3},
        "honest": {"use": "patient", "max_epochs": 50},
    },
    "criteria": room.CRITERIA,
    "exam": {"samples": 500},
}


def patched_worker(case: Case, folder: Path) -> Outcome:
    """A real tournament against an honest entrant; its counterpart believes what workers report."""
    events = tournament(folder)
    rejected = next(e.data for e in events if isinstance(e.data, Rejected))
    verdict = next(e.data for e in events if isinstance(e.data, Verdict))
    assert verdict.trial == "honest", verdict
    first = next(e.data for e in events if isinstance(e.data, Claim))
    return Outcome(
        Answer(rejected.trial != "cheat", rejected.reasons), Answer(first.trial == "cheat", ())
    )


def tournament(folder: Path, *paths: Path) -> list[Any]:
    """The events of `tournament run` with these folders in front of PYTHONPATH."""
    info = folder / "plugins" / "impostors-1.0.dist-info"
    info.mkdir(parents=True)
    for name, text in PLUGIN.items():
        (info / name).write_text(text)
    (folder / "race.yaml").write_text(json.dumps(RACE))
    path = [*map(str, paths), str(info.parent), os.environ["PYTHONPATH"]]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tournament", "run", "race.yaml"],
        cwd=folder, env={**os.environ, "PYTHONPATH": os.pathsep.join(path)}, capture_output=True,
        text=True, timeout=room.PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (run,) = (folder / "runs").iterdir()
    return list(read_log(run / "events.jsonl"))


# --- the table ------------------------------------------------------------------------------------


def _finding(cheat: str, strategy: str, reason: str, *names: str, **options: Any) -> Case:
    return Case(cheat, names, reason, by_findings, ", ".join(names), strategy, options)


def _figures(cheat: str, strategy: str, reason: str, **options: Any) -> Case:
    return Case(cheat, (FIGURES,), reason, by_figures, "", strategy, options)


def _problem(cheat: str, strategy: str, reason: str, off: str = "the act", **options: Any) -> Case:
    return Case(cheat, ("the exam itself",), reason, by_problem, off, strategy, options)


UNFAITHFUL = "without the reported attention"
CASES = (
    _figures("random attention", "RandomPlain", "attention_ratio >= 1.5", made_up=True),
    _finding(
        "random attention that likes white, fresh at each call", "RandomFresh", "asked twice",
        "repeatable", "batch-invariant", "same-among-variants", "reordering", "faithful",
    ),
    _finding(
        "random attention that likes white, repeatable", "RandomRepeatable", UNFAITHFUL, "faithful"
    ),
    _figures("constant attention", "Constant", "attention_ratio >= 1.5", made_up=True),
    _finding("attention from brightness", "Brightness", UNFAITHFUL, "faithful"),
    _finding("attention from its own predictions", "OwnPredictions", UNFAITHFUL, "faithful"),
    _finding(
        "its own predictions' attention, but for the question about deletions", "TwoFaced",
        "when variants of them are asked for", "same-among-variants",
    ),
    _finding("attention to what is near and liked", "NearAndLiked", UNFAITHFUL, "faithful"),
    _finding("attention turned upside down", "UpsideDown", UNFAITHFUL, "faithful"),
    _figures("attention of another video", "AnotherVideo", "attention_ratio >= 1.5", made_up=True),
    _finding("a decoy layer, its output times 0", "Decoy", UNFAITHFUL, "faithful"),
    _finding("decoy heads beside the real one", "DecoyBeside", "do not rest on", "heads-used"),
    _finding("answers that depend on the call count", "CallCount", "asked twice", "repeatable",
        "same-among-variants",
    ),
    _finding("answers that depend on the clock", "Clock", "asked twice", "repeatable"),
    _finding(
        "answers that depend on neighbours", "Neighbours", "what else is asked", "batch-invariant",
        "same-among-variants",
    ),
    _finding("attention to who stands first", "FirstInLine", "reordering the", "reordering"),
    _figures("a memorised validation set", "Memorises", "val_accuracy >= 0.75"),
    _finding(
        "inflated metrics", "Honest", "attention_ratio was claimed as 9", "reproduced",
        inflated={"attention_ratio": 9.0},
    ),
    Case(
        "a patched evaluate in the worker", (FIGURES, "reproduced"), "attention_ratio >= 1.5",
        patched_worker, "the exam: its claim was the first", then="had won",
    ),
    Case(
        "a patched evaluate in the examinee", (FIGURES, "reproduced"), "attention_ratio >= 1.5",
        patched, "the examiner's own process", "PatchesEvaluate",
    ),
    Case(
        "a search of memory, files and environment for the seed", (FIGURES,),
        "val_accuracy >= 0.75", searching, "the sealing: the seed lies in its folder", "Searches",
    ),
    Case(
        "a checkpoint changed after the claim", ("its hash",), "its hash has changed",
        changed_checkpoint, "the hash: that of the changed file", "Honest",
    ),
    Case(
        "a checkpoint that is a pickle", ("safetensors",), "is no file of arrays",
        pickled_checkpoint, "safetensors: unpickled by the test", "Honest",
    ),
    Case(
        "a claim at every epoch", ("the referee",), "exams of this entrant are used up",
        claims_always, "attempts and back-off",
    ),
    Case(
        "a forged result of its exam", ("the hub",), "a worker may not say 'examined'",
        forged_result, "the hub",
    ),
    Case(
        "a forged verdict", ("the hub",), "a worker may not say 'verdict'", forged_verdict,
        "the hub",
    ),
    Case(
        "a forged check of another trial", ("the hub",), "an event of other, attempt 1, from cheat",
        forged_check, "the hub", then="the other trial has a claim",
    ),
    _figures("NaN attention in the exam", "NaNAttention", "attention_ratio >= 1.5"),
    _problem("NaN attention when objects are deleted", "NaNWhenAsked", "not finite numbers"),
    _finding(
        "NaN predictions where they are not judged", "NaNLogits", "NaN or infinite", "finite",
        criteria={"every": 1, "all": ["attention_ratio >= 1.5"]},
    ),
    _problem("attention that sums to 1.5", "TooMuch", "attention must"),
    _finding(
        "a state that changes on loading", "GrowsWhenLoaded", "change when it is loaded",
        "round-trip",
    ),
    _problem(
        "a predict that never returns", "NeverReturns", "did not answer in time (predict)",
        "the time limit: returns later than it", timeout=SHORT, instead={"seconds": SHORT},
    ),
    _problem("a predict that kills its process", "KillsItself", "was killed by SIGKILL"),
    _problem("a predict without memory", "OutOfMemory", "failed in predict: MemoryError"),
    _problem("a predict that closes its line", "ClosesItsLine", "closed its line in predict"),
)  # fmt: skip
