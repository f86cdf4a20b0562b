"""A distribution of test plugins that needs no torch: put its folder on PYTHONPATH.

The task `guess`: find a hidden number. The strategies fail, hang, flood and lie on purpose.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np
from pydantic import Field

from tournament import (
    Evaluation,
    Finding,
    Labelled,
    Metric,
    Options,
    Plugin,
    Strategy,
    Task,
    hookimpl,
)

NEVER = threading.Event()


class Guess(Task):
    """Find a number; `closeness` is 1 when found, and falls with the distance."""

    class Options(Options):
        target: float = Field(10.0, description="The number to find.")

    metrics = (
        Metric(name="closeness", meaning="1 when found", better="higher"),
        Metric(name="distance", meaning="how far away", better="lower"),
    )

    def prepare(self):
        self.context.progress("numbers", 1, 1)
        return {"target": self.options.target}

    def data(self, split):
        return Labelled(np.zeros(4), np.full(4, self.options.target))

    def evaluate(self, predictions, truth):
        distance = float(np.abs(predictions["guess"] - truth).mean())
        metrics = {"closeness": 1 / (1 + distance), "distance": distance}
        return Evaluation(metrics, {"distance": np.abs(predictions["guess"] - truth)})


class Doubtful(Guess):
    """With a check of its own, about distances, that always fails."""

    about = ("distance",)

    def integrity(self, predict, inputs, rng):
        return [Finding.at_most("far-off", 1.0, 0.0, "too far", self.about)]


class Misspelt(Doubtful):
    """A check about a metric that there is not."""

    about = ("distanc",)


class Walker(Strategy):
    """Walks to 10 with a fixed step an epoch, and stays there."""

    class Options(Options):
        step: float = Field(1.0, description="How far it walks in an epoch.", gt=0)
        batches: int = Field(3, description="Batches an epoch.", ge=1)
        pause: float = Field(0.0, description="Seconds that a batch takes.", ge=0)

    def __init__(self, options, context):
        self.options, self.context = options, context
        self.rng = np.random.default_rng(context.seed)
        self.position = 0.0

    def train_epoch(self, data):
        for _ in range(self.options.batches):
            self.position = min(10.0, self.position + self.options.step / self.options.batches)
            NEVER.wait(self.options.pause)
            yield {"position": self.position}

    def predict(self, inputs):
        return {"guess": np.full(len(inputs), self.position)}

    def state(self):
        return {"position": np.array([self.position])}

    def load_state(self, state):
        self.position = float(state["position"][0])


class Noisy(Walker):
    """Walks with random steps, from the seed that it was given."""

    def train_epoch(self, data):
        for _ in range(self.options.batches):
            self.position += float(self.rng.uniform(0, 0.2))
            yield {"position": self.position, "draw": float(np.random.random())}


class Drifter(Walker):
    """Walks with random steps, from the generator that everybody shares."""

    def train_epoch(self, data):
        for _ in range(self.options.batches):
            self.position += float(np.random.uniform(0, 0.2))
            NEVER.wait(self.options.pause)
            yield {"position": self.position}


class KilledOnce(Drifter):
    """Is killed in its fourth epoch, by somebody else, as it were; but only the first time."""

    def train_epoch(self, data):
        mark = Path(self.context.folder, "killed-once")
        if self.position > 0.9 and not mark.exists():
            mark.touch()
            yield {"position": self.position}
            os.kill(os.getpid(), signal.SIGKILL)
        yield from super().train_epoch(data)


class Chatty(KilledOnce):
    """Prints 600 kB in each of its attempts."""

    def __init__(self, options, context):
        super().__init__(options, context)
        print("x" * 600_000, flush=True)


class SpoilsItsFolder(Drifter):
    """Puts a file where its folder was, and is killed: no worker can be started there again."""

    def train_epoch(self, data):
        yield {"position": self.position}
        folder = Path(self.context.folder)
        folder.rename(folder.with_name("elsewhere"))
        folder.touch()
        os.kill(os.getpid(), signal.SIGKILL)


class Hog(Drifter):
    """Takes memory without end in its second epoch."""

    def train_epoch(self, data):
        yield {"position": self.position}
        taken = []
        while self.position > 0:
            taken.append(b"x" * 10_000_000)
        yield from super().train_epoch(data)


class FullDiskOnce(Drifter):
    """Meets an error of the file system in its first epoch, but only the first time."""

    def train_epoch(self, data):
        mark = Path(self.context.folder, "failed-once")
        if not mark.exists():
            mark.touch()
            raise OSError(28, "No space left on device")
        yield from super().train_epoch(data)


class Raises(Walker):
    def train_epoch(self, data):
        yield {"position": 0.0}
        print("about to fail", file=sys.stderr)
        raise RuntimeError("the strategy broke \x1b[2J")


class Hangs(Walker):
    def train_epoch(self, data):
        yield {"position": 0.0}
        NEVER.wait()


class HoldsTheLock(Walker):
    """Sleeps in a call that keeps every other thread of its interpreter waiting."""

    def train_epoch(self, data):
        yield {"position": 0.0}
        ctypes.PyDLL(None).sleep(600)


class StopsItself(Walker):
    """Is stopped, as by Ctrl-Z, and cannot even hear a SIGTERM."""

    def train_epoch(self, data):
        yield {"position": 0.0}
        os.kill(os.getpid(), signal.SIGSTOP)
        NEVER.wait()


class HangsInPrepare(Walker):
    @classmethod
    def prepare(cls, options, task, context):
        NEVER.wait()


class LeavesEarly(Walker):
    def train_epoch(self, data):
        yield {"position": 0.0}
        sys.exit(0)


class Killed(Walker):
    def train_epoch(self, data):
        yield {"position": 0.0}
        os.kill(os.getpid(), signal.SIGKILL)


class Floods(Walker):
    """Writes 100 MB to stdout, and goes on for as long as it is let."""

    def train_epoch(self, data):
        while True:
            for _ in range(100):
                sys.stdout.write("x" * 1_000_000)
            yield {"position": 0.0}


class YieldsTensor(Walker):
    def train_epoch(self, data):
        yield {"loss": np.zeros(())}


class YieldsString(Walker):
    def train_epoch(self, data):
        yield {"loss": "low"}


class YieldsNothing(Walker):
    def train_epoch(self, data):
        return iter(())


class PredictsNaN(Walker):
    def predict(self, inputs):
        return {"guess": np.full(len(inputs), np.nan)}


class PredictsNothing(Walker):
    def predict(self, inputs):
        return {}


class IgnoresOrders(Walker):
    """Deaf to everything but SIGKILL, with a child that is too."""

    def train_epoch(self, data):
        import subprocess

        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        code = "import signal, threading; signal.signal(15, signal.SIG_IGN); print(flush=True); "
        child = subprocess.Popen(
            [sys.executable, "-c", code + "threading.Event().wait()"],
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        child.stdout.readline()
        Path(self.context.folder, "child.pid").write_text(str(child.pid))
        yield {"position": 0.0}
        NEVER.wait()


class RemovesItsFolder(Walker):
    """Destroys what the match wants to write to and read from."""

    def train_epoch(self, data):
        import shutil

        shutil.rmtree(self.context.folder, ignore_errors=True)
        yield {"position": 0.0}
        raise RuntimeError("where am I?")


class BlocksItsOutbox(Walker):
    """Puts a pipe where the match will look for its last words."""

    def train_epoch(self, data):
        yield {"position": 0.0}
        outbox = next(Path(self.context.folder).glob("outbox-*"))
        outbox.unlink()
        os.mkfifo(outbox)
        os._exit(1)


class TakesTheProgressFile(Walker):
    """Makes a folder where the match writes its progress."""

    def train_epoch(self, data):
        progress = Path(self.context.folder).parent / "PARALLEL_PROGRESS.md"
        while not progress.is_dir():  # The match may be writing it at this moment.
            progress.unlink(missing_ok=True)
            with suppress(FileExistsError):
                progress.mkdir()
        yield from super().train_epoch(data)


class ForksMuch(Walker):
    """Leaves many short-lived orphans in every epoch."""

    def train_epoch(self, data):
        for _ in range(200):
            if os.fork() == 0:
                os.fork()
                os._exit(0)
            os.wait()
        yield from super().train_epoch(data)


class Slow(Walker):
    """Needs two seconds for a batch, and says nothing meanwhile."""

    def train_epoch(self, data):
        NEVER.wait(2)
        yield {"position": 0.0}


class Snowman(Walker):
    """Speaks of what ASCII does not have."""

    def train_epoch(self, data):
        self.context.note("it is cold: ☃")
        yield from super().train_epoch(data)


class NeverLetsGo(Walker):
    """Trains all its epochs, and then cannot end for a thread of its own."""

    def train_epoch(self, data):
        threading.Thread(target=NEVER.wait).start()
        yield {"position": 0.0}


class Diverges(Walker):
    def train_epoch(self, data):
        yield {"loss": float("nan")}


class Unobtainable(Walker):
    @classmethod
    def prepare(cls, options, task, context):
        from tournament import OptionError

        raise OptionError("a step of that size cannot be had; use 1", key="step")


class HalfMetrics(Guess):
    """Announces two metrics and gives one."""

    def evaluate(self, predictions, truth):
        return Evaluation({"closeness": 0.5}, {})


class TensorMetrics(Guess):
    def evaluate(self, predictions, truth):
        return Evaluation({"closeness": np.zeros(3), "distance": 1.0}, {})


STRATEGIES = (
    Walker, Noisy, Drifter, KilledOnce, Chatty, SpoilsItsFolder, Hog, HoldsTheLock, StopsItself,
    FullDiskOnce, Raises, Hangs, HangsInPrepare, LeavesEarly, Killed, Floods, YieldsTensor,
    YieldsString, YieldsNothing, PredictsNaN, PredictsNothing, IgnoresOrders, RemovesItsFolder,
    BlocksItsOutbox, TakesTheProgressFile, ForksMuch, Slow, Snowman, NeverLetsGo, Diverges,
    Unobtainable,
)  # fmt: skip
TASKS = (Guess, HalfMetrics, TensorMetrics, Doubtful, Misspelt)


@hookimpl
def tournament_register():
    kinds = [*(("strategy", cls) for cls in STRATEGIES), *(("task", cls) for cls in TASKS)]
    return [
        *(Plugin(kind, c.__name__.lower(), f"toys:{c.__name__}") for kind, c in kinds),
        Plugin("strategy", "hangs-in-import", "hanging_module:Anything"),
        Plugin("strategy", "breaks-in-import", "breaking_module:Anything"),
        Plugin("strategy", "needs-much", "toys:Walker", needs=("no_such_package",), extra="x[y]"),
    ]
