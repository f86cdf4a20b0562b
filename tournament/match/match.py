"""The match: starts hub and workers, carries events to the referee and its decisions to the log."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from ..bus.door import Door, remove_door, write_door
from ..bus.hub import Hub
from ..bus.keyring import Keyring
from ..bus.subscriber import Subscriber
from ..errors import BusError
from ..plugin.registry import Registry
from ..process.orphans import Household
from ..process.parent import keep_memory_private
from ..record.events import AnyEvent
from ..record.fields import Payload
from ..record.folder import RunFolder
from ..record.log import LogWriter
from ..record.payloads import UNSTARTED, Closed, Ended, Interrupted, Notice, Sealed, Spawned
from ..referee.standings import Standings
from .checkpoints import Retention, usable_check
from .exams import ExamRoom
from .launcher import Gone, Launcher
from .plan import Plan, worker_spec
from .results import Results
from .steward import Action, Bury, Dismiss, EndExams, Heard, Hold, Life, Say, Spawn, Steward

TICK = 0.1
"""Seconds between two looks at processes and clocks while no event comes."""

LITTLE = 32 * 1024
"""Bytes of room that are too few for most checkpoints, with the random states beside them."""

STOOD_STILL = 2.0
"""A round that took longer: the match was stopped, or the machine slept; nobody could be heard."""

EXIT_CODES = {"winner": 0, "no-winner": 3, "all-failed": 4, "refused": 2, "interrupted": 130}


@dataclass
class Bell:
    """Rung by a signal handler, heard by the loop: how often somebody asked to stop."""

    signal: str = ""
    rings: int = 0

    @property
    def wants_out(self) -> bool:
        """Does somebody want to leave at any price?"""
        return self.rings > 2

    def ring(self, signal: str) -> None:
        """Raises KeyboardInterrupt from the third time on: somebody wants out at any price."""
        self.signal, self.rings = signal, self.rings + 1
        if self.wants_out:
            raise KeyboardInterrupt


class Match:
    """One tournament from its opening to its last event, or what is left of it when it is resumed.

    `steward` knows what `log` holds already; `opening` is said first. `look` is called after every
    round of events, some ten times a second, with the standings and what is waited for, such as
    room on a full disk.
    """

    def __init__(
        self,
        plan: Plan,
        registry: Registry,
        folder: RunFolder,
        log: LogWriter,
        steward: Steward,
        opening: Sequence[Payload],
        look: Callable[[Standings, str], None],
    ) -> None:
        self._plan = plan
        self._registry = registry
        self._folder = folder
        self._log = log
        self._since = log.next_offset
        self._steward = steward
        self._opening = opening
        self._look = look
        household = Household()
        self._launcher = Launcher(plan.config, household)
        self._exams = ExamRoom(plan, registry, folder, household)
        self._results = Results(folder)
        self._retention = Retention(folder, plan.config.keep)
        self._to_spawn: list[Life] = []
        self._heard_rings = 0
        self._started = self._round_at = time.monotonic()
        self.bell = Bell()

    @property
    def standings(self) -> Standings:
        return self._steward.standings

    def run(self) -> int:
        """Run to the end and give the exit code. Whatever happens, no worker is left."""
        keep_memory_private()  # Here the seeds of exams are.
        with self._opened() as (hub, subscriber):
            return self._run(hub, subscriber)

    @contextmanager
    def _opened(self) -> Iterator[tuple[Hub, Subscriber]]:
        """A running hub, and the referee's view of it; in the end nobody is left."""
        with ExitStack() as ends:  # Each is done, whatever the others raise; the last one first.
            ends.callback(remove_door, self._folder.door)
            monitor = self._plan.config.monitor
            hub = Hub(self._folder.name, self._folder.path, self._log, monitor, Keyring())
            ends.enter_context(hub)
            ends.callback(self._launcher.kill_all)
            ends.callback(self._exams.close)
            self._open_door(hub)
            at, key = hub.endpoints, hub.new_monitor()
            yield hub, ends.enter_context(Subscriber(at.live, at.replay, key, self._since))

    def _open_door(self, hub: Hub) -> None:
        """Let this user's other commands find the hub."""
        at = hub.endpoints
        monitor, operator = hub.new_monitor().text(), hub.new_operator().text()
        door = Door(
            live=at.live, replay=at.replay, control=at.control, monitor=monitor, operator=operator
        )
        write_door(self._folder.door, door)

    def _run(self, hub: Hub, subscriber: Subscriber) -> int:
        for payload in self._opening:
            hub.publish(payload)
        while not self._steward.over:
            self._round(hub, subscriber)
        return self._close(hub, subscriber)

    def _round(self, hub: Hub, subscriber: Subscriber) -> None:
        """One turn: events to the referee, decisions to the log, then processes and clocks."""
        self._listen(hub, subscriber)
        now = time.monotonic()
        if (stood_still := now - self._round_at) > STOOD_STILL:
            self._launcher.forgive(stood_still)
            self._exams.forgive(stood_still)
        self._round_at = now
        if not hub.trouble:  # Births and burials wait for the log; stopping and looking do not.
            for gone in self._launcher.gone():
                self._bury(gone, hub)
            if self._to_spawn and not self._no_room():  # On a full disk none can be started.
                for trial, attempt in self._to_spawn:
                    self._spawn(trial, attempt, hub)
                self._to_spawn.clear()
        for overdue in self._launcher.overdue(now):
            hub.publish(overdue)
        if (result := self._exams.result(now)) is not None:
            hub.publish(result)
        self._hear_bell(hub, now)
        self._launcher.climb(now)
        self._write_results(hub)
        self._look(self.standings, hub.trouble or self._no_room(LITTLE))

    def _no_room(self, least: int = 1) -> str:
        """That there are fewer than so many bytes: workers may be waiting, who cannot say so."""
        try:
            disk = os.statvfs(self._folder.path)
        except OSError:
            return ""  # The hub will say what is wrong.
        full = disk.f_bavail * disk.f_frsize < least
        return f"{self._folder.path}: there is no room on this disk; make room" if full else ""

    def _write_results(self, hub: Hub) -> None:
        complaints = self._results.write(self.standings) + self._retention.prune(self.standings)
        for complaint in complaints:
            hub.publish(Notice(text=complaint))

    def _listen(self, hub: Hub, subscriber: Subscriber) -> None:
        """Wait a tick for events. Raises BusError when the hub can do no more."""
        if hub.failure is not None:
            raise BusError(f"the hub has stopped: {hub.failure}") from hub.failure
        for event in subscriber.poll(TICK):
            self._take(event, hub)

    def _take(self, event: AnyEvent, hub: Hub) -> None:
        for action in self._steward.take(event):
            self._carry_out(action, hub, time.monotonic())

    def _carry_out(self, action: Action, hub: Hub, now: float) -> None:
        match action:
            case Say(payload=payload):
                hub.publish(payload)
            case Spawn(trial=trial, attempt=attempt):
                self._to_spawn.append((trial, attempt))
            case Bury(trial=trial, attempt=attempt):
                self._bury_unseen(trial, attempt, hub)
            case Hold():
                hub.publish(self._begin(action, now))
            case EndExams():
                self._exams.close()
            case Dismiss(trial=trial, hurry=hurry):
                self._launcher.stop(trial, now, hurry=hurry)
            case Heard(trial=trial, payload=payload):
                self._launcher.heard(trial, payload, now)

    def _spawn(self, trial: str, attempt: int, hub: Hub) -> None:
        """Start a worker, where its last checkpoint is or from the beginning."""
        standing = self.standings.trials[trial]
        if standing.attempt.ordered_to_stop is not None:
            self._bury_unseen(trial, attempt, hub)  # It was told to stop before it began.
            return
        check, unusable = usable_check(self._folder.trial(trial), standing)
        for each in unusable:
            hub.publish(Notice(text=f"{trial}: {each}"))
        spec = worker_spec(
            self._plan,
            self._registry,
            standing,
            self._folder,
            hub.endpoints.ingest,
            attempt,
            check,
        )
        access = hub.admit(trial, attempt)
        at, now = None if check is None else check.index, time.monotonic()
        try:
            pid = self._launcher.start(spec, access.text(), now, racing=standing.started)
        except OSError as error:  # The trial's folder may be anybody's by now.
            hub.withdraw(trial, attempt)
            hub.publish(Notice(text=f"{trial}: attempt {attempt} cannot be started: {error}"))
            hub.publish(Spawned(trial=trial, attempt=attempt, pid=0, check=at))
            hub.publish(_unseen_end(trial, attempt, UNSTARTED))
            return
        hub.publish(Spawned(trial=trial, attempt=attempt, pid=pid, check=at))

    def _begin(self, action: Hold, now: float) -> Sealed:
        ready = self.standings.trials[action.exam.trial].ready
        assert ready is not None
        return self._exams.begin(action.exam, action.because, action.claim, ready.device, now)

    def _bury(self, gone: Gone, hub: Hub) -> None:
        """A worker is gone: take in what it still had to say, then log its end."""
        spec = gone.running.spec
        self._drain(spec.trial, spec.attempt, hub)
        hub.withdraw(spec.trial, spec.attempt)
        hub.publish(
            Ended(
                trial=spec.trial,
                attempt=spec.attempt,
                exit_code=gone.how.code,
                signal=gone.how.signal,
                out_of_memory=gone.out_of_memory,
                stderr=gone.running.worker.last_lines(),
                cpu_seconds=gone.how.cpu_seconds,
                peak_memory=gone.how.peak_memory,
            )
        )
        gone.running.worker.close()

    def _bury_unseen(self, trial: str, attempt: int, hub: Hub) -> None:
        """The same for a worker that ended with the match before: nobody knows how."""
        standing = self.standings.trials[trial]
        if not standing.attempt.begun:
            last = standing.last_check
            at = None if last is None else last.index
            hub.publish(Spawned(trial=trial, attempt=attempt, pid=0, check=at))
        self._drain(trial, attempt, hub)
        hub.publish(_unseen_end(trial, attempt, None))

    def _drain(self, trial: str, attempt: int, hub: Hub) -> None:
        outbox = self._folder.trial(trial).outbox(attempt)
        try:
            problem = hub.drain(trial, attempt, outbox).problem
        except (BusError, OSError) as error:
            problem = f"what it still had to say cannot be read: {error}"
        if problem:
            hub.publish(Notice(text=f"{trial}: {problem}"))

    def _hear_bell(self, hub: Hub, now: float) -> None:
        """The first ring stops the tournament, a second one skips the grace.

        What an operator asks for rings as Ctrl-C does.
        """
        rings = self.bell.rings + hub.stops
        if rings > 0 and self._heard_rings == 0:
            hub.publish(Interrupted(signal=self.bell.signal or "an operator"))
        if rings > 1:
            for trial in list(self._launcher.running):
                self._launcher.stop(trial, now, hurry=True)
        self._heard_rings = rings

    def _close(self, hub: Hub, subscriber: Subscriber) -> int:
        verdict = self.standings.verdict
        assert verdict is not None
        code = EXIT_CODES[verdict.outcome]
        counters = hub.counters
        if refused := counters.malformed + counters.cut:
            hub.publish(Notice(text=f"the hub refused {refused} messages: see rejected.jsonl"))
        seconds = time.monotonic() - self._started
        for complaint in self._results.write(self.standings, final=True):
            hub.publish(Notice(text=complaint))
        hub.publish(Closed(exit_code=code, seconds=seconds))
        while not self.standings.closed:
            self._listen(hub, subscriber)
        self._results.write(self.standings, final=True)
        self._look(self.standings, hub.trouble)
        return code


def _unseen_end(trial: str, attempt: int, exit_code: int | None) -> Ended:
    """The end of a worker of which nothing is known but, at best, its exit code."""
    return Ended(
        trial=trial,
        attempt=attempt,
        exit_code=exit_code,
        signal=None,
        out_of_memory=False,
        stderr=(),
        cpu_seconds=0.0,
        peak_memory=0,
    )
