"""Strategies that train as a Walker does, and misbehave only where they are examined.

They know an exam by `load_state`, which a worker does not call. Put this folder and tests/toys on
PYTHONPATH.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
from pydantic import Field
from toys import Walker

from tournament import ContractError, Plugin, hookimpl
from tournament.record import payloads
from tournament.worker.link import Link

NEVER = threading.Event()
REPLIES = 3
"""The place, among an examinee's arguments, of the descriptor of its line to the examiner."""


class Examined(Walker):
    """Calls `misbehave` instead of an answer, in an exam."""

    examined = False

    def load_state(self, state):
        super().load_state(state)
        self.examined = True

    def predict(self, inputs):
        return self.misbehave(inputs) if self.examined else super().predict(inputs)

    def misbehave(self, inputs):
        return super().predict(inputs)

    def say(self, content: bytes) -> None:
        os.write(int(sys.argv[REPLIES]), content)


class RaisesInExam(Examined):
    def misbehave(self, inputs):
        raise RuntimeError("not today")


class RefusesItsState(Walker):
    def load_state(self, state):
        raise ContractError("this state is somebody else's")


class ExitsInExam(Examined):
    def misbehave(self, inputs):
        sys.exit(7)


class LeavesInExam(Examined):
    def misbehave(self, inputs):
        os._exit(0)


class KilledInExam(Examined):
    def misbehave(self, inputs):
        os.kill(os.getpid(), signal.SIGKILL)


class TerminatedInExam(Examined):
    def misbehave(self, inputs):
        os.kill(os.getpid(), signal.SIGTERM)
        NEVER.wait()


class HangsInExam(Examined):
    def misbehave(self, inputs):
        NEVER.wait()


class HangsWhenLoaded(Walker):
    def load_state(self, state):
        NEVER.wait()


class ClosesItsLine(Examined):
    def misbehave(self, inputs):
        os.close(int(sys.argv[REPLIES]))
        NEVER.wait()


class SaysGarbage(Examined):
    said = b"good morning\n"

    def misbehave(self, inputs):
        self.say(self.said)
        NEVER.wait()


class SaysAList(SaysGarbage):
    said = b"[1, 2]\n"


class SaysNothingUseful(SaysGarbage):
    said = b"{}\n"


class SaysBytes(SaysGarbage):
    said = b"\xff\xfe\n"


class NeverEndsItsLine(SaysGarbage):
    said = b"x"

    def misbehave(self, inputs):
        while True:
            self.say(b"x" * 10_000)


class SaysDoneWithoutAnAnswer(SaysGarbage):
    said = b'{"ok": true}\n'


class AnswersAPickle(Examined):
    """Puts a pickle in the place of its answer."""

    def misbehave(self, inputs):
        import pickle

        (question,) = Path.cwd().glob("*.in.safetensors")
        answer = question.with_name(question.name.replace(".in.", ".out."))
        answer.write_bytes(pickle.dumps({"guess": [10.0]}))
        self.say(b'{"ok": true}\n')
        NEVER.wait()


class AnswersAList(Examined):
    def misbehave(self, inputs):
        return [10.0] * len(inputs)


class AnswersObjects(Examined):
    def misbehave(self, inputs):
        return {"guess": np.array([object()] * len(inputs))}


class LeavesAChild(Examined):
    """Starts a deaf child in a session of its own, tells of both, and hangs.

    `told`: a named pipe; the ids of both go there when both run.
    """

    class Options(Walker.Options):
        told: str = Field("", description="A named pipe.")

    def misbehave(self, inputs):
        code = "import signal, threading; signal.signal(15, signal.SIG_IGN); print(flush=True); "
        child = subprocess.Popen(
            [sys.executable, "-c", code + "threading.Event().wait()"],
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        child.stdout.readline()
        Path(self.options.told).write_text(f"{os.getpid()} {child.pid}")
        NEVER.wait()


class ChangesItsCheckpoint(Walker):
    """Alters the checkpoint of a check after its hash was taken, before the check is told."""

    def predict(self, inputs):
        for path in Path(self.context.folder, "checkpoints").glob("*.safetensors"):
            content = bytearray(path.read_bytes())
            content[-1] = (content[-1] + 1) % 256  # Twice is no way back.
            path.write_bytes(content)
        return super().predict(inputs)


class Patient(Walker):
    """Begins to walk when the entrant `broken` is examined: its claims wait behind that exam."""

    def train_epoch(self, data):
        exams = Path(self.context.folder).parent / "broken" / "exams"
        while not exams.exists():
            NEVER.wait(0.01)
        yield from super().train_epoch(data)


class Better(Walker):
    """Claims what it has not reached: its answers are right until its state is loaded again."""

    trained = False

    def train_epoch(self, data):
        self.trained = True
        yield from super().train_epoch(data)

    def predict(self, inputs):
        return {"guess": np.full(len(inputs), 10.0 if self.trained else self.position)}


def link():
    """The worker's own line to the hub, which any code in its process can find."""
    (found,) = [each for each in gc.get_objects() if isinstance(each, Link)]
    return found


def a_check(index, name="checkpoints/check-001.safetensors"):
    file = payloads.File(name=name, sha256="0" * 64, bytes=1)
    metrics = {"closeness": 1.0, "distance": 0.0}
    return payloads.Check(
        index=index, epoch=1, metrics=metrics, checkpoint=file, samples=file, seconds=1,
        evaluation_seconds=1, cpu_seconds=1,
    )  # fmt: skip


class SpeaksTooEarly(Walker):
    """Tells of a check before anybody was told to start."""

    def __init__(self, options, context):
        super().__init__(options, context)
        link().publish(a_check(0))


class TellsACheckTwice(Walker):
    def train_epoch(self, data):
        link().publish(a_check(0))
        yield from super().train_epoch(data)


class TakesTheExamsFolder(Walker):
    """Claims, and puts a file where the exam's folder has to be."""

    def train_epoch(self, data):
        Path(self.context.folder, "exams").write_text("mine")
        yield from super().train_epoch(data)


class PlantsItsResult(Better):
    """Leaves a result of its exam beforehand, and kills the examiner."""

    def train_epoch(self, data):
        place = Path(self.context.folder, "exams", "exam-001")
        place.mkdir(parents=True, exist_ok=True)
        bound = payloads.Bound(
            criterion="closeness >= 0.9", metric="closeness", value=1.0, bound=1.0, level=0.01,
            method="point",
        )  # fmt: skip
        result = payloads.Examined(
            because=1, trial="broken", number=1, seed=1, problem="", samples=4, bounds=(bound,),
            metrics={"closeness": 1.0, "distance": 0.0}, findings=(), table=None, seconds=1.0,
        )  # fmt: skip
        (place / "result.json").write_text(result.model_dump_json())
        yield from super().train_epoch(data)

    def predict(self, inputs):
        if not self.trained and self.position > 0:
            os.kill(os.getppid(), signal.SIGKILL)
            NEVER.wait()
        return super().predict(inputs)


class ExchangesWhatIsTold(Better):
    """Waits for what its examiner will be told, and changes it before that reads it."""

    def train_epoch(self, data):
        watching = threading.Thread(target=self._exchange, daemon=True)
        watching.start()
        yield from super().train_epoch(data)

    def _exchange(self):
        path = Path(self.context.folder, "exams", "exam-001", "exam.json")
        while not path.exists():
            NEVER.wait(0.001)
        path.write_text(path.read_text().replace("toys:Guess", "toys:AlwaysRight"))


class TalksWithoutEnd(Examined):
    def misbehave(self, inputs):
        while True:
            print("x" * 1_000_000)


class AnswersAPipe(Examined):
    """Answers with a named pipe, which nobody ever writes to."""

    def misbehave(self, inputs):
        (question,) = Path.cwd().glob("*.in.safetensors")
        os.mkfifo(question.with_name(question.name.replace(".in.", ".out.")))
        self.say(b'{"ok": true}\n')
        NEVER.wait()


STRATEGIES = (
    SpeaksTooEarly, TellsACheckTwice, TakesTheExamsFolder, PlantsItsResult, AnswersAPipe,
    ExchangesWhatIsTold, TalksWithoutEnd,
    RaisesInExam, RefusesItsState, ExitsInExam, LeavesInExam, KilledInExam, TerminatedInExam,
    HangsInExam, HangsWhenLoaded, ClosesItsLine, SaysGarbage, SaysAList, SaysNothingUseful,
    SaysBytes, NeverEndsItsLine, SaysDoneWithoutAnAnswer, AnswersAPickle, AnswersAList,
    AnswersObjects, LeavesAChild, ChangesItsCheckpoint, Patient, Better,
)  # fmt: skip


@hookimpl
def tournament_register():
    return [Plugin("strategy", c.__name__.lower(), f"exam_toys:{c.__name__}") for c in STRATEGIES]
