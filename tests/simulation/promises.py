"""What must hold after every step, whatever happens: checked against what is durable."""

from __future__ import annotations

from tournament.bus.wire import Ack, Order
from tournament.record.events import AnyEvent
from tournament.record.fields import Payload
from tournament.record.log import FIRST, line_hash, read_line
from tournament.record.payloads import Resumed, Retry, Start, Stop, Verdict
from tournament.referee.standing import TERMINAL
from tournament.referee.standings import standings_of
from tournament.referee.verify import Story, first_flaw

from .disk import Disk
from .scenario import Scenario
from .world import PromiseError

Life = tuple[str, int]


class Promises:
    """Follows the durable log, and compares everything else with it."""

    def __init__(self, disk: Disk, scenario: Scenario) -> None:
        self._disk = disk
        self._scenario = scenario
        self._read = 0
        self._head = FIRST
        self._story = Story()
        self.events: list[AnyEvent] = []
        self._held: dict[Life, list[Payload]] = {}
        self._orders: dict[str, set[str]] = {}
        self._published: dict[Life, list[Payload]] = {}
        self._excused: set[Life] = set()
        self._winners = 0

    # --- what happens -----------------------------------------------------------------------------

    def begins(self, life: Life) -> None:
        """A worker is started. Of one that was lost with the power the log may know nothing."""
        if self._held.get(life):
            raise PromiseError(f"{life} begins, and has spoken before")
        self._published.pop(life, None)

    def published(self, life: Life, payload: Payload) -> None:
        """A worker's `publish` has returned."""
        self._published.setdefault(life, []).append(payload)

    def power_off(self) -> None:
        """Everybody's outboxes may have lost their ends."""
        self._excused |= set(self._published)

    def begun_anew(self) -> None:
        """Nothing of the run was durable, so this is another run."""
        self._published.clear()
        self._excused.clear()

    def sent(self, life: Life, message: object) -> None:
        """The hub sends this to a worker."""
        self.look()
        match message:
            case Ack(seq=seq) if seq > len(self._held.get(life, [])):
                raise PromiseError(f"event {seq} of {life} was acknowledged, and is not durable")
            case Order(order=order) if order not in self._orders.get(life[0], set()):
                raise PromiseError(f"{life} is told to {order}, which no durable decision says")
            case _:
                return

    def shown(self, event: AnyEvent) -> None:
        """The hub publishes this event."""
        self.look()
        if (event.offset or 0) >= len(self.events):
            raise PromiseError(f"event {event.offset} was published, and is not durable")

    # --- what must hold ---------------------------------------------------------------------------

    def look(self) -> None:
        """Take in what has become durable."""
        if self._disk.synced < self._read:
            raise PromiseError("durable events were lost")
        news = self._disk.log[self._read : self._disk.synced]
        for line in bytes(news).split(b"\n")[:-1]:
            self._read += len(line) + 1
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            event, prev = read_line(line)
        except ValueError as error:
            raise PromiseError(f"line {len(self.events) + 1} of the log cannot be read") from error
        if prev != self._head or event.offset != len(self.events):
            raise PromiseError(
                f"line {len(self.events) + 1} of the log does not follow the one before"
            )
        self._head = line_hash(line)
        if problem := self._story.problem(event):
            raise PromiseError(f"event {event.offset} ({event.type}): {problem}")
        self.events.append(event)
        self._note(event)

    def _note(self, event: AnyEvent) -> None:
        if event.trial is not None:
            self._take_of_worker((event.trial, event.attempt), event)
        match event.data:
            case Start(trials=trials):
                for trial in trials:
                    self._orders.setdefault(trial, set()).add("start")
            case Stop(trial=trial):
                self._orders.setdefault(trial, set()).add("stop")
            case Retry(trial=trial):
                self._orders.setdefault(trial, set()).discard("stop")
            case Verdict():
                self._judge_verdict(event.data)
            case _:
                return

    def _take_of_worker(self, life: Life, event: AnyEvent) -> None:
        held = self._held.setdefault(life, [])
        held.append(event.data)
        published = self._published.get(life, [])
        if len(held) > len(published) or published[len(held) - 1] != event.data:
            raise PromiseError(
                f"the log holds event {len(held)} of {life}, which it never published"
            )

    def _judge_verdict(self, verdict: Verdict) -> None:
        if verdict.trial is None:
            return
        self._winners += 1
        part = self._scenario.parts[int(verdict.trial[1:])]
        if self._winners > 1:
            raise PromiseError("there are two winners")
        if not part.holds:
            raise PromiseError(f"{verdict.trial} won, and its exam had failed")
        if (verdict.epoch or 0) < part.peak + self._scenario.streak - 1:
            raise PromiseError(
                f"{verdict.trial} won at epoch {verdict.epoch}, before it met the criteria"
            )

    def end(self, running: list[Life]) -> None:
        """The tournament has ended, and these workers still run."""
        self.look()
        if running:
            raise PromiseError(f"{running} still run")
        if (flaw := first_flaw(self.events)) is not None:
            raise PromiseError(f"the log does not verify: {flaw}")
        standings = standings_of(self.events)
        states = {trial.name: trial.state for trial in standings.trials.values()}
        if any(state not in TERMINAL for state in states.values()):
            raise PromiseError(f"the tournament is closed, and these are the states: {states}")
        for life, published in self._published.items():
            held = self._held.get(life, [])
            if len(held) < len(published) and life not in self._excused:
                raise PromiseError(
                    f"{life} published {len(published)} events, the log holds {len(held)}"
                )
        self._count_attempts()

    def _count_attempts(self) -> None:
        """No more than are allowed; and only one of a good worker that nothing happens to."""
        resumed = any(isinstance(event.data, Resumed) for event in self.events)
        for trial in standings_of(self.events).trials.values():
            attempts = len(trial.attempts)
            if attempts > 1 + self._scenario.retries and not resumed:
                raise PromiseError(f"{trial.name} had {attempts} attempts")
            good = self._scenario.parts[int(trial.name[1:])].tempers == ("honest",)
            if attempts > 1 and good and not self._scenario.faults:
                raise PromiseError(
                    f"{trial.name}, a good worker, failed: {trial.retries[0].reason}"
                )
