"""Where workers run: local subprocesses, watched and brought to their end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..config.models import Config
from ..process.ladder import StopLadder
from ..process.memory import MemoryWatch
from ..process.orphans import Household
from ..process.spawn import WORKER, Child, Exit
from ..record.atomic import write_text
from ..record.fields import Payload
from ..record.folder import TrialFolder
from ..record.payloads import Overdue
from ..record.spec import WorkerSpec
from .limits import Patience


@dataclass
class Running:
    """A worker that was started and is not known to be gone."""

    spec: WorkerSpec
    folder: TrialFolder
    worker: Child
    patience: Patience
    ladder: StopLadder | None = None
    given_up: bool = False


@dataclass(frozen=True)
class Gone:
    """A worker that has ended. `out_of_memory`: the kernel has just killed for want of memory."""

    running: Running
    how: Exit
    out_of_memory: bool


class Launcher:
    """Starts the workers of a match on this machine. Call it from the main thread only."""

    def __init__(self, config: Config, household: Household) -> None:
        self._household = household
        self._config = config
        self._memory = MemoryWatch()
        self.running: dict[str, Running] = {}

    def start(self, spec: WorkerSpec, secret: str, now: float, *, racing: bool) -> int:
        """Start one worker; gives its process id. `racing`: it need not wait for the others."""
        folder = TrialFolder(Path(spec.folder))
        folder.create()
        write_text(folder.spec, spec.model_dump_json(indent=2) + "\n")
        worker = Child(
            WORKER, folder.spec, secret, spec.threads, folder.stdout, folder.stderr, Path.cwd()
        )
        self._household.wanted.add(worker.keeper)
        patience = Patience(self._config.limits, since=now, racing=racing)
        self.running[spec.trial] = Running(spec, folder, worker, patience)
        return worker.pid

    def heard(self, trial: str, payload: Payload, now: float) -> None:
        """Something was said by or about a trial: a sign of life."""
        if trial in self.running:
            self.running[trial].patience.heard(payload, now)

    def stop(self, trial: str, now: float, *, hurry: bool = False) -> None:
        """Set a worker on the stop ladder; the order itself comes from the hub."""
        running = self.running.get(trial)
        if running is None:
            return
        if running.ladder is None:
            waits = self._config.stop
            running.ladder = StopLadder(now, waits.grace, waits.terminate)
        if hurry:
            running.ladder.hurry(now)

    def forgive(self, seconds: float) -> None:
        """The match itself stood still for so long (Ctrl-Z, a sleeping laptop)."""
        for running in self.running.values():
            running.patience.forgive(seconds)

    def overdue(self, now: float) -> list[Overdue]:
        """Trials to give up, each once."""
        found = []
        for trial, running in self.running.items():
            if running.ladder is not None or running.given_up:
                continue
            if late := running.patience.overdue(now, running.worker.output):
                running.given_up = True
                found.append(Overdue(trial=trial, kind=late.kind, reason=late.reason))
        return found

    def climb(self, now: float) -> None:
        """Send the signals that are due on the stop ladders."""
        for running in self.running.values():
            rung = running.ladder.tick(now) if running.ladder else None
            if rung == "terminate":
                running.worker.terminate()
            elif rung == "kill":
                running.worker.kill()

    def gone(self) -> list[Gone]:
        """Workers that ended since the last call; what they left running is killed."""
        self._household.reap()
        short = self._memory.killed_lately()
        ended = []
        for trial, running in list(self.running.items()):
            if (how := running.worker.poll()) is not None:
                del self.running[trial]
                self._household.wanted.discard(running.worker.keeper)
                ended.append(Gone(running, how, how.signal == "SIGKILL" and short))
        if ended:
            self._household.sweep()
        return ended

    def kill_all(self) -> None:
        """The last resort: no worker is left running."""
        for running in self.running.values():
            running.worker.kill()
            running.worker.wait()
            self._household.wanted.discard(running.worker.keeper)
        self._household.sweep()
