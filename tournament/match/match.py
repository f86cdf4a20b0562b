"""The match: starts hub and workers, carries events to the referee and its decisions to the log."""

from __future__ import annotations

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
from ..process.spawn import Exit
from ..record.events import AnyEvent
from ..record.fields import Payload
from ..record.folder import RunFolder
from ..record.log import LogWriter
from ..record.payloads import (
    Closed,
    Ended,
    Exam,
    Failed,
    Finished,
    Interrupted,
    Notice,
    Opened,
    Overdue,
    Problems,
    Sealed,
    Spawned,
    Start,
    Stop,
    Stopped,
    Verdict,
)
from ..referee.referee import Referee
from ..referee.standing import TERMINAL
from ..referee.standings import Standings
from .exams import ExamRoom
from .launcher import Launcher, Running
from .plan import Plan, worker_spec
from .results import Results
from .retention import Retention

TICK = 0.1
"""Seconds between two looks at processes and clocks while no event comes."""

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
    """One tournament from its opening to its last event.

    `look` is called after every round of events, some ten times a second, with the standings and
    what is waited for, such as room on a full disk.
    """

    def __init__(
        self,
        plan: Plan,
        registry: Registry,
        folder: RunFolder,
        opened: Opened,
        notices: Sequence[str],
        look: Callable[[Standings, str], None],
    ) -> None:
        self._plan = plan
        self._registry = registry
        self._folder = folder
        self._opening = [opened, *(Notice(text=text) for text in notices)]
        self._look = look
        self._referee = Referee()
        household = Household()
        self._launcher = Launcher(plan.config, household)
        self._exams = ExamRoom(plan, registry, folder, household)
        self._results = Results(folder)
        self._retention = Retention(folder, plan.config.keep)
        self._heard_rings = 0
        self._started = self._round_at = time.monotonic()
        self.bell = Bell()

    @property
    def standings(self) -> Standings:
        return self._referee.standings

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
            log = ends.enter_context(LogWriter(self._folder.log))
            monitor = self._plan.config.monitor
            hub = Hub(self._folder.name, self._folder.path, log, monitor, Keyring())
            ends.enter_context(hub)
            ends.callback(self._launcher.kill_all)
            ends.callback(self._exams.close)
            self._open_door(hub)
            at = hub.endpoints
            yield hub, ends.enter_context(Subscriber(at.live, at.replay, hub.new_monitor()))

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
        self._spawn_all(hub)
        while not self._over:
            self._round(hub, subscriber)
        return self._close(hub, subscriber)

    @property
    def _over(self) -> bool:
        trials = self.standings.trials.values()
        return self.standings.verdict is not None and all(s.state in TERMINAL for s in trials)

    def _spawn_all(self, hub: Hub) -> None:
        for entry in self._plan.entries:
            spec = worker_spec(
                self._plan, self._registry, entry, self._folder, hub.endpoints.ingest
            )
            access = hub.admit(spec.trial, spec.attempt)
            pid = self._launcher.start(spec, access.text(), time.monotonic())
            hub.publish(Spawned(trial=spec.trial, attempt=spec.attempt, pid=pid))

    def _round(self, hub: Hub, subscriber: Subscriber) -> None:
        """One turn: events to the referee, decisions to the log, then processes and clocks."""
        self._listen(hub, subscriber)
        now = time.monotonic()
        if (stood_still := now - self._round_at) > STOOD_STILL:
            self._launcher.forgive(stood_still)
            self._exams.forgive(stood_still)
        self._round_at = now
        if not hub.trouble:  # Burials wait for the log; stopping and looking do not.
            for running, how in self._launcher.gone():
                self._bury(running, how, hub)
        for trial, reason in self._launcher.overdue(now):
            hub.publish(Overdue(trial=trial, reason=reason))
        if (result := self._exams.result(now)) is not None:
            hub.publish(result)
        self._hear_bell(hub, now)
        self._launcher.climb(now)
        self._write_results(hub)
        self._look(self.standings, hub.trouble)

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
        for decision in self._referee.apply(event):
            hub.publish(decision)
        self._act_on(event, hub)

    def _act_on(self, event: AnyEvent, hub: Hub) -> None:
        """What follows from a logged event for the processes."""
        now = time.monotonic()
        match event.data:
            case Exam() as exam:
                hub.publish(self._begin(exam, event.offset or 0, now))
            case Verdict():
                self._exams.close()
            case Start(trials=trials):
                for trial in trials:
                    self._launcher.heard(trial, event.data, now)
            case Stop(trial=trial):
                self._launcher.stop(trial, now)
            case Overdue(trial=trial):
                self._launcher.stop(trial, now, hurry=True)
            case Finished() | Failed() | Stopped() | Problems() if event.trial is not None:
                self._launcher.stop(event.trial, now)  # Its last word: now it has to go.
            case Payload() if event.trial is not None:
                self._launcher.heard(event.trial, event.data, now)
            case _:
                pass

    def _begin(self, exam: Exam, because: int, now: float) -> Sealed:
        trial = self.standings.trials[exam.trial]
        claim = trial.claim_at(exam.check)
        assert claim is not None
        assert trial.ready is not None
        return self._exams.begin(exam, because, claim, trial.ready.device, now)

    def _bury(self, running: Running, how: Exit, hub: Hub) -> None:
        """A worker is gone: take in what it still had to say, then log its end."""
        spec = running.spec
        try:
            outbox = running.folder.outbox(spec.attempt)
            problem = hub.drain(spec.trial, spec.attempt, outbox).problem
        except (BusError, OSError) as error:
            problem = f"what it still had to say cannot be read: {error}"
        if problem:
            hub.publish(Notice(text=f"{spec.trial}: {problem}"))
        hub.withdraw(spec.trial, spec.attempt)
        hub.publish(
            Ended(
                trial=spec.trial,
                attempt=spec.attempt,
                exit_code=how.code,
                signal=how.signal,
                stderr=running.worker.last_lines(),
                cpu_seconds=how.cpu_seconds,
                peak_memory=how.peak_memory,
            )
        )
        running.worker.close()

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
