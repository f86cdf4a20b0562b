"""The match of the simulation: the real steward, referee, limits and ladder, without processes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from tournament.bus.following import Following
from tournament.bus.jobs import Drain, Errand, Statement
from tournament.bus.outbox import Kept
from tournament.config.models import Limits
from tournament.match.limits import Patience
from tournament.match.steward import (
    Action,
    Bury,
    Dismiss,
    EndExams,
    Heard,
    Hold,
    Say,
    Spawn,
    Steward,
)
from tournament.process.ladder import StopLadder
from tournament.record.events import AnyEvent, make_event
from tournament.record.fields import Payload
from tournament.record.payloads import (
    Bound,
    Closed,
    Ended,
    Entry,
    Examined,
    Interrupted,
    Opened,
    Overdue,
    Resumed,
    Sealed,
    Spawned,
)
from tournament.referee.standing import Standing

from .disk import Disk
from .hub import Hub
from .network import Network
from .promises import Life, Promises
from .scenario import Scenario
from .worker import RUN, Worker
from .world import World

LIMITS = Limits(start=60.0, stall=30.0, output=10**6)
ROUND = 0.5
GRACE, TERMINATE = 3.0, 2.0


def opened(scenario: Scenario) -> Opened:
    trials = [
        Entry(trial=f"p{n}", entrant=f"p{n}", strategy="s", seed=n, max_epochs=part.epochs)
        for n, part in enumerate(scenario.parts)
    ]
    leaf = "a >= 1" if scenario.streak == 1 else f"a >= 1 for {scenario.streak} checks"
    rules = {"samples": 500, "attempts": 2, "confidence": 0.95, "backoff": 1, "timeout": 60.0}
    return Opened.model_validate(
        {
            "name": "simulated", "version": "1", "config_sha256": "0" * 64, "seed": 0, "threads": 1,
            "every": 1, "criteria": {"every": 1, "all": [leaf]}, "exam": rules, "keep": 9,
            "retries": scenario.retries, "plugins": {}, "trials": trials,
        }
    )  # fmt: skip


class Match:
    """One life of the match's process, with its hub. It ends by `ended`, or dies."""

    def __init__(
        self, world: World, scenario: Scenario, network: Network, disk: Disk, promises: Promises
    ) -> None:
        self._world, self._scenario, self._network = world, scenario, network
        self._disk, self._promises = disk, promises
        self.alive = True
        self.frozen_until = 0.0
        self.running: dict[str, Worker] = {}
        self._ladders: dict[str, StopLadder] = {}
        self._patience: dict[str, Patience] = {}
        self._given_up: set[Life] = set()
        self._inbox: list[AnyEvent] = []
        self._to_spawn: list[Life] = []
        self._exam: tuple[float, Examined] | None = None
        self._closing = False
        self._round_at = world.now
        self.hub = Hub(world, network, disk, promises, self._worker_of, self._show)
        self._steward = Steward()
        self._following = Following(len(self.hub.past))
        self._begin()
        self._every(ROUND, self._round)
        self._every(0.2, self.hub.turn)
        self._every(1.0, self._beat)

    def _begin(self) -> None:
        past = self.hub.past
        if not past:
            self._disk.outboxes.clear()
            self._disk.checkpoints.clear()
            self._promises.begun_anew()
            self.publish(opened(self._scenario))
            return
        owed = self._steward.take_over(past, {life for life, b in self._disk.outboxes.items() if b})
        if self._steward.standings.closed is not None and self.outcome != "interrupted":
            self._closing = True  # There is nothing to resume.
            return
        for payload in [*owed, Resumed(version="1")]:
            self.publish(payload)

    @property
    def closed(self) -> bool:
        return self._closing and self._steward.standings.closed is not None

    @property
    def outcome(self) -> str:
        verdict = self._steward.standings.verdict
        return verdict.outcome if verdict else ""

    def publish(self, payload: Payload) -> None:
        self._world.tell(f"the match says {type(payload).__name__} {_about(payload)}")
        self.hub.ask(Statement(make_event(payload, run=RUN, seq=0, t=self._world.wall)))

    def interrupt(self) -> None:
        if not self._closing:  # The real match hears nothing any more, then.
            self.publish(Interrupted(signal="SIGINT"))

    def die(self) -> None:
        """The keepers end the workers a moment later."""
        self.alive = False
        for worker in self.running.values():
            self._world.later(0.05, lambda worker=worker: worker.die("SIGKILL"))  # type: ignore[misc]

    def _every(self, period: float, act: Callable[[], None]) -> None:
        def again() -> None:
            if not self.alive:
                return
            if self._world.now < self.frozen_until:
                self._world.later(self.frozen_until - self._world.now, again)
                return
            act()
            self._world.later(period * self._world.rng.uniform(0.5, 1.5), again)

        self._world.later(0.0, again)

    # --- the stream of events ---------------------------------------------------------------------

    def _show(self, event: AnyEvent) -> None:
        self._network.send("", event, self._take_live)

    def _take_live(self, event: AnyEvent) -> None:
        self._inbox += self._following.live(event)

    def _beat(self) -> None:
        self._network.send("", self.hub.last, self._following.beat)

    def _ask(self) -> None:
        since = self._following.request(self._world.now)
        if since is not None:
            self._network.send("", since, self._answer)

    def _answer(self, since: int) -> None:
        if self.alive:
            self._network.send("", self.hub.piece(since), self._take_piece)

    def _take_piece(self, piece: tuple[list[AnyEvent], int, bool]) -> None:
        self._inbox += self._following.replayed(*piece)

    # --- a round, as the real match makes it ------------------------------------------------------

    def _round(self) -> None:
        now = self._world.now
        if now - self._round_at > 2.0:
            for patience in self._patience.values():
                patience.forgive(now - self._round_at)
        self._round_at = now
        self._ask()
        inbox, self._inbox = self._inbox, []
        for event in inbox:
            for action in self._steward.take(event):
                self._carry_out(action, now)
        if not self.hub.trouble:
            self._bury_the_gone()
            for trial, attempt in self._to_spawn:
                self._spawn(trial, attempt)
            self._to_spawn = []
        self._give_up_the_late(now)
        if self._exam is not None and now >= self._exam[0]:
            self.publish(self._exam[1])
            self._exam = None
        self._climb(now)
        if self._steward.over and not self._closing:
            self._closing = True
            self.publish(Closed(exit_code=0, seconds=now))

    def _carry_out(self, action: Action, now: float) -> None:
        match action:
            case Say(payload=payload):
                self.publish(payload)
            case Spawn(trial=trial, attempt=attempt):
                self._to_spawn.append((trial, attempt))
            case Bury(trial=trial, attempt=attempt):
                self._bury_unseen(trial, attempt)
            case Hold():
                self._hold(action, now)
            case EndExams():
                self._exam = None
            case Dismiss(trial=trial, hurry=hurry):
                self._dismiss(trial, now, hurry)
            case Heard(trial=trial, payload=payload):
                if trial in self._patience:
                    self._patience[trial].heard(payload, now)

    def _dismiss(self, trial: str, now: float, hurry: bool) -> None:
        if trial in self.running:
            ladder = self._ladders.setdefault(trial, StopLadder(now, GRACE, TERMINATE))
            if hurry:
                ladder.hurry(now)

    def _spawn(self, trial: str, attempt: int) -> None:
        standing = self._standing(trial)
        if standing.attempt.ordered_to_stop is not None:
            self._bury_unseen(trial, attempt)
            return
        good = self._disk.checkpoints.get(trial, [])
        behind = next((c for c in reversed(standing.checks) if c.index in good), None)
        life, now = (trial, attempt), self._world.now
        worker = Worker(
            self._world, self._network, self._disk, self._promises, life,
            self._scenario.parts[int(trial[1:])], (behind.index, behind.epoch) if behind else None,
            len(standing.history), self._post,
        )  # fmt: skip
        admission = Errand(lambda intake: intake.admit(trial, attempt, worker.key))
        admission.future.add_done_callback(lambda _: worker.start())
        self.hub.ask(admission)
        self.running[trial] = worker
        self._patience[trial] = Patience(LIMITS, since=now, racing=standing.started)
        at = behind.index if behind else None
        self.publish(Spawned(trial=trial, attempt=attempt, pid=1, check=at))

    def _bury_the_gone(self) -> None:
        for trial, worker in list(self.running.items()):
            if not worker.alive:
                del self.running[trial]
                self._ladders.pop(trial, None)
                self._patience.pop(trial, None)
                self._bury(worker.life, worker.code, worker.signal)

    def _bury(self, life: Life, code: int | None, signal: str | None) -> None:
        trial, attempt = life
        kept = Kept(tuple(self._disk.outboxes.get(life, [])), 0)
        self.hub.ask(Drain(life, kept))
        self.hub.ask(Errand(lambda intake: intake.withdraw(trial, attempt)))
        self.publish(
            Ended(trial=trial, attempt=attempt, exit_code=code, signal=signal, out_of_memory=False,
                  stderr=(), cpu_seconds=0.0, peak_memory=0)
        )  # fmt: skip

    def _bury_unseen(self, trial: str, attempt: int) -> None:
        standing = self._standing(trial)
        if not standing.attempt.begun:
            at = standing.last_check.index if standing.last_check else None
            self.publish(Spawned(trial=trial, attempt=attempt, pid=0, check=at))
        self._bury((trial, attempt), None, None)

    def _give_up_the_late(self, now: float) -> None:
        for trial, worker in self.running.items():
            late = self._patience[trial].overdue(now, worker.output)
            if late and worker.life not in self._given_up and trial not in self._ladders:
                self._given_up.add(worker.life)
                self.publish(Overdue(trial=trial, kind=late.kind, reason=late.reason))

    def _climb(self, now: float) -> None:
        for trial, ladder in self._ladders.items():
            rung = ladder.tick(now)
            if rung == "terminate":
                self.running[trial].terminate()
            elif rung == "kill":
                self.running[trial].die("SIGKILL")

    def _hold(self, action: Hold, now: float) -> None:
        rng, exam = self._world.rng, action.exam
        seed = rng.getrandbits(50)
        commitment = hashlib.sha256(str(seed).encode()).hexdigest()
        self.publish(
            Sealed(because=action.because, trial=exam.trial, number=exam.number,
                   commitment=commitment, told="")
        )  # fmt: skip
        value = 2.0 if self._scenario.parts[int(exam.trial[1:])].holds else 0.1
        bound = Bound(criterion="c", metric="a", value=value, bound=value, level=exam.level,
                      method="exact")  # fmt: skip
        result = Examined(
            because=action.because, trial=exam.trial, number=exam.number, seed=seed, problem="",
            samples=500, metrics={"a": value}, bounds=(bound,), findings=(), table=None,
            seconds=1.0,
        )  # fmt: skip
        self._exam = (now + rng.uniform(0.5, 8.0), result)

    def _standing(self, trial: str) -> Standing:
        return self._steward.standings.trials[trial]

    def _post(self, message: tuple[bytes, str, list[bytes]]) -> None:
        if self.alive:
            self.hub.post(message)

    def _worker_of(self, connection: bytes) -> Worker | None:
        """Who is at the other end; nobody any more if it has reconnected."""
        return next((w for w in self.running.values() if w.connection == connection), None)


def _about(payload: Payload) -> str:
    names = ("trial", "attempt", "check", "number", "outcome", "exit_code", "signal")
    return ", ".join(f"{n} {getattr(payload, n)}" for n in names if hasattr(payload, n))
