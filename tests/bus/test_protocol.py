"""Both sides of the protocol together, over a network that loses, doubles, delays and reorders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tournament.bus.intake import Append, Intake, Output, Send
from tournament.bus.outgoing import Outgoing
from tournament.bus.wire import Ack, Hello, Order, frames
from tournament.record.events import AnyEvent, make_event, write_event
from tournament.record.payloads import Note, Start, Stop

RUN = "race-1"
WINDOW = 8
BEAT = 2.0
SEVERAL = st.integers(1, 5)
WHICH = st.integers(0, 1)
ANY = st.integers(0, 30)


@dataclass
class Worker:
    """A trial, its outbox, and the messages between it and the hub."""

    trial: str
    outgoing: Outgoing = field(default_factory=lambda: Outgoing(WINDOW, BEAT))
    connection: int = 0
    alive: bool = True
    outbox: list[bytes] = field(default_factory=list)
    up: list[tuple[bytes, list[bytes]]] = field(default_factory=list)
    down: list[list[bytes]] = field(default_factory=list)
    acked: int = 0

    @property
    def address(self) -> bytes:
        return f"{self.trial}#{self.connection}".encode()

    def publish(self) -> None:
        seq = self.outgoing.next_seq
        said = Note(text=str(seq))
        body = write_event(make_event(said, run=RUN, seq=seq, t=1.0, trial=self.trial))
        self.outbox.append(body)
        self.outgoing.add(body)

    def send_due(self, now: float) -> None:
        if self.outgoing.hello_due(now):
            hello = Hello(run=RUN, trial=self.trial, attempt=0)
            self.up.append((self.address, frames(hello)))
            self.outgoing.hello_sent(now)
        while (body := self.outgoing.unsent()) is not None:
            self.up.append((self.address, [b"event", body]))
            self.outgoing.sent()


class Disasters(RuleBasedStateMachine):
    """Two workers and a hub; at the end the network heals, or the worker is dead and drained."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.intake = Intake(RUN)
        self.workers = [Worker("a"), Worker("b")]
        for worker in self.workers:
            self.intake.admit(worker.trial, 0, worker.trial)
        self.pending: list[AnyEvent] = []
        self.log: list[AnyEvent] = []

    # --- what the processes do ---

    @rule(which=WHICH, count=SEVERAL)
    def publish(self, which: int, count: int) -> None:
        worker = self.workers[which]
        for _ in range(count):
            if worker.alive and not worker.outgoing.full:
                worker.publish()

    @rule(which=WHICH, wait=st.floats(0, 3))
    def serve(self, which: int, wait: float) -> None:
        self.now += wait
        if self.workers[which].alive:
            self.workers[which].send_due(self.now)

    @rule(count=st.integers(0, 10))
    def commit(self, count: int) -> None:
        committed, self.pending = self.pending[:count], self.pending[count:]
        self.log += committed
        self._deliver(self.intake.committed(committed))

    @rule(stop=st.booleans(), which=WHICH)
    def decide(self, stop: bool, which: int) -> None:
        trial = self.workers[which].trial
        said = (
            Stop(because=0, trial=trial, reason="") if stop else Start(because=0, trials=(trial,))
        )
        event = make_event(said, run=RUN, seq=0, t=1.0)
        self.pending.append(self.intake.stated(event).event)

    @rule(which=WHICH)
    def kill(self, which: int) -> None:
        self.workers[which].alive = False

    # --- what the network does ---

    @rule(which=WHICH, count=SEVERAL)
    def carry_up(self, which: int, count: int) -> None:
        for _ in range(count):
            if self.workers[which].up:
                self._arrive(self.workers[which].up.pop(0))

    @rule(which=WHICH, count=SEVERAL)
    def carry_down(self, which: int, count: int) -> None:
        worker = self.workers[which]
        for _ in range(count):
            if worker.down and worker.alive:
                self._hear(worker, worker.down.pop(0))

    @rule(which=WHICH, at=ANY, upward=st.booleans())
    def lose(self, which: int, at: int, upward: bool) -> None:
        queue: list[object] = getattr(self.workers[which], "up" if upward else "down")
        if queue:
            queue.pop(at % len(queue))

    @rule(which=WHICH, at=ANY, upward=st.booleans())
    def double(self, which: int, at: int, upward: bool) -> None:
        queue: list[object] = getattr(self.workers[which], "up" if upward else "down")
        if queue:
            queue.append(queue[at % len(queue)])

    @rule(which=WHICH, at=ANY, upward=st.booleans())
    def overtake(self, which: int, at: int, upward: bool) -> None:
        queue: list[object] = getattr(self.workers[which], "up" if upward else "down")
        if queue:
            queue.insert(0, queue.pop(at % len(queue)))

    @rule(which=WHICH, lost=st.booleans())
    def reconnect(self, which: int, lost: bool) -> None:
        """A new connection; what was under way is lost, or arrives from the old one."""
        worker = self.workers[which]
        worker.connection += 1
        worker.down.clear()
        if lost:
            worker.up.clear()

    # --- what must hold ---

    @invariant()
    def the_log_has_no_gap_and_nothing_twice(self) -> None:
        everything = [*self.log, *self.pending]
        assert [event.offset for event in everything] == list(range(len(everything)))
        for worker in self.workers:
            mine = [event.seq for event in everything if event.trial == worker.trial]
            assert mine == list(range(1, len(mine) + 1))

    @invariant()
    def what_was_acknowledged_is_in_the_log(self) -> None:
        for worker in self.workers:
            assert worker.acked <= sum(event.trial == worker.trial for event in self.log)

    @invariant()
    def an_order_that_was_heard_stands_in_the_log(self) -> None:
        for worker in self.workers:
            if worker.outgoing.order is not None:
                kinds = {"start": Start, "stop": Stop}
                decided = kinds[worker.outgoing.order]
                assert any(isinstance(event.data, decided) for event in self.log)

    def teardown(self) -> None:
        for worker in self.workers:
            if worker.alive:
                self._heal(worker)
            else:
                self._drain(worker)
            mine = [write_event(event) for event in self.log if event.trial == worker.trial]
            assert len(mine) == len(worker.outbox)
            assert all(
                kept[: kept.index(b'"offset"')] == body[: body.index(b'"offset"')]
                for kept, body in zip(mine, worker.outbox, strict=True)
            )
        self.the_log_has_no_gap_and_nothing_twice()

    def _heal(self, worker: Worker) -> None:
        for _ in range(6):
            self.now += BEAT
            worker.send_due(self.now)
            while worker.up:
                self._arrive(worker.up.pop(0))
            self.commit(len(self.pending))
            while worker.down:
                self._hear(worker, worker.down.pop(0))
        assert worker.outgoing.outstanding == 0
        decided = [
            event
            for event in self.log
            if isinstance(event.data, Stop) and event.data.trial == worker.trial
        ]
        assert not decided or worker.outgoing.order == "stop"

    def _drain(self, worker: Worker) -> None:
        for body in worker.outbox:
            self._carry_out(self.intake.drained((worker.trial, 0), body))
        self.commit(len(self.pending))

    def _arrive(self, message: tuple[bytes, Sequence[bytes]]) -> None:
        self._carry_out(self._heard(*message))

    def _heard(self, address: bytes, frames: Sequence[bytes]) -> list[Output]:
        """The key that a connection proved is its trial's name."""
        return self.intake.received(address, address.decode().partition("#")[0], frames)

    def _carry_out(self, outputs: list[Output]) -> None:
        self.pending += [output.event for output in outputs if isinstance(output, Append)]
        self._deliver(outputs)

    def _deliver(self, outputs: list[Output]) -> None:
        for output in outputs:
            if isinstance(output, Send):
                for worker in self.workers:
                    if worker.address == output.connection:
                        worker.down.append(frames(output.message))

    def _hear(self, worker: Worker, message: list[bytes]) -> None:
        worker.outgoing.heard(message)
        if message[0] == b"ack":
            worker.acked = max(worker.acked, Ack.model_validate_json(message[1]).seq)
        elif message[0] == b"order":
            assert Order.model_validate_json(message[1]).order in ("start", "stop")


TestDisasters = Disasters.TestCase
TestDisasters.settings = settings(max_examples=120, stateful_step_count=60, deadline=None)
