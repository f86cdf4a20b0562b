"""The hub's side of the protocol: which events are taken in, in which order, and what is answered.

Sans-IO: messages and facts go in, outputs come out; no socket, no clock, no file. The hub carries
the outputs out, and tells by `committed` what has become durable.

- A trial's events are taken only from the owner of that attempt's key, which the socket proved.
- An event gets its offset when it is accepted, in order of acceptance.
- An attempt's events are accepted in the order of their seq, each once. After a gap the worker is
  told, once, the last seq held, so that it sends the rest again.
- What is out of turn in its trial's course is refused, so that the log verifies.
- Only what is committed is acknowledged, duplicates too. Orders follow committed decisions only.
- Nothing that a peer sends makes this raise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from ..record.course import Courses
from ..record.events import SPEAKERS, AnyEvent, read_event, write_event
from ..record.payloads import Retry, Start, Stop
from .admission import Admission, Attempt
from .conduct import PATIENCE, Conduct, Counters
from .wire import EVENT_LIMIT, Ack, Answer, Hello, Order, Refused, Welcome, complaint


@dataclass(frozen=True)
class Append:
    """Write this event to the log. It carries its offset."""

    event: AnyEvent


@dataclass(frozen=True)
class Send:
    """Send this message to this connection. It may be lost: the peer will ask again."""

    connection: bytes
    message: Answer


@dataclass(frozen=True)
class Reject:
    """A message was not accepted; keep the reason for people to read."""

    connection: bytes
    reason: str
    body: bytes


@dataclass(frozen=True)
class Drop:
    """From now on this connection is ignored."""

    connection: bytes


Output = Append | Send | Reject | Drop
Orders = dict[str, Literal["start", "stop"]]


class _UnacceptableError(ValueError):
    """Why an event is refused."""


class Intake:
    """Decides about everything that reaches the hub of `run`. Counts in `counters`.

    `patience`: so many malformed messages of one connection are answered before it is ignored.
    """

    def __init__(self, run: str, patience: int = PATIENCE) -> None:
        self.run = run
        self.counters = Counters()
        self.next_offset = 0
        self._admission = Admission()
        self._conduct = Conduct(patience)
        self._accepted: dict[Attempt, int] = {}
        self._committed: dict[Attempt, int] = {}
        self._told_of_gap: set[Attempt] = set()
        self._owed: dict[Attempt, None] = {}
        self._orders: Orders = {}
        self._started: set[str] = set()
        self._courses = Courses()
        self._stated = 0

    def admit(self, trial: str, attempt: int, key: str) -> None:
        """From now on, the owner of this public key speaks for this attempt."""
        self._admission.admit((trial, attempt), key)

    def withdraw(self, trial: str, attempt: int) -> None:
        """From now on nobody speaks for this attempt."""
        self._admission.withdraw((trial, attempt))

    def held(self, attempt: Attempt) -> int:
        """The last seq accepted of this attempt, 0 for none."""
        return self._accepted.get(attempt, 0)

    def received(self, connection: bytes, key: str, frames: Sequence[bytes]) -> list[Output]:
        """A message has come over a connection, from the owner of a public key."""
        if self._conduct.is_cut(connection):
            self.counters.ignored += 1
            return []
        match frames:
            case [b"hello", body]:
                return self._hello(connection, key, body)
            case [b"event", body]:
                return self._event(connection, key, body)
            case _:
                reason = "expected two frames: hello or event, and its body"
                return self._refuse(connection, reason, b" ".join(frames))

    def stated(self, event: AnyEvent) -> Append:
        """The match states or decides something; its events are trusted, and numbered here."""
        self._stated += 1
        self._courses.take(event)
        return self._append(event, self._stated)

    def drained(self, attempt: Attempt, body: bytes) -> list[Output]:
        """An event found in the attempt's outbox; a Reject says what is wrong with it."""
        try:
            event = self._read(body, attempt)
        except _UnacceptableError as error:
            return [Reject(b"", str(error), body)]
        if event.seq > self.held(attempt) + 1:
            reason = f"event {event.seq} comes after event {self.held(attempt)}"
            return [Reject(b"", reason, body)]
        if objection := self._objection(attempt, event):
            return [Reject(b"", objection, body)]
        return self._accept(attempt, event)

    def committed(self, events: Sequence[AnyEvent]) -> list[Output]:
        """These events are durable; gives the acks that are due, and the orders that follow.

        Call it after every round, also without events: duplicates are acknowledged here too. The
        events that a log holds already are remembered in the same way.
        """
        told: Orders = {}
        for event in events:
            self._remember(event)
            told |= self._decide(event)
        orders = [
            Send(connection, Order(order=order))
            for trial, order in told.items()
            for connection in self._admission.connections(trial)
        ]
        return [*self._acks(), *orders]

    def _hello(self, connection: bytes, key: str, body: bytes) -> list[Output]:
        try:
            hello = Hello.model_validate_json(body)
        except ValidationError as error:
            return self._refuse(connection, f"hello: {complaint(error)}", body)
        if hello.run != self.run:
            return self._refuse(connection, f"this is the hub of run {self.run!r}", body)
        attempt = (hello.trial, hello.attempt)
        if not self._admission.seat(connection, attempt, key):
            reason = f"{hello.trial}, attempt {hello.attempt}: not expected here, or a wrong key"
            return self._refuse(connection, reason, body)
        # An ack or a word about a gap may have been lost: what led to this hello is not known.
        self._owed[attempt] = None
        self._told_of_gap.discard(attempt)
        welcome = Send(connection, Welcome(seq=self.held(attempt)))
        standing = self._orders.get(hello.trial)
        return [welcome, Send(connection, Order(order=standing))] if standing else [welcome]

    def _event(self, connection: bytes, key: str, body: bytes) -> list[Output]:
        attempt = self._admission.attempt(connection, key)
        if attempt is None:
            # After a reconnect a worker is unknown until its next hello: no offence, no answer.
            self.counters.strangers += 1
            return []
        try:
            event = self._read(body, attempt)
        except _UnacceptableError as error:
            return self._refuse(connection, str(error), body)
        if event.seq <= self.held(attempt) + 1:
            if objection := self._objection(attempt, event):
                return self._refuse(connection, objection, body)
            return self._accept(attempt, event)
        self.counters.gaps += 1
        if attempt in self._told_of_gap:
            return []
        self._told_of_gap.add(attempt)
        return [Send(connection, Welcome(seq=self.held(attempt)))]

    def _read(self, body: bytes, attempt: Attempt) -> AnyEvent:
        """The event in `body`, if this attempt may say it."""
        if len(body) > EVENT_LIMIT:
            raise _UnacceptableError(f"{len(body)} bytes; an event may have {EVENT_LIMIT}")
        try:
            event = read_event(body)
            again = write_event(event)
            if again != body:
                # What the log could not read back must not get in (a bare NaN becomes null).
                read_event(again)
        except ValidationError as error:
            raise _UnacceptableError(f"event: {complaint(error)}") from error
        if event.run != self.run:
            raise _UnacceptableError(f"an event of another run; this is the hub of {self.run!r}")
        if (event.trial, event.attempt) != attempt:
            raise _UnacceptableError(
                f"an event of {event.trial}, attempt {event.attempt}, from {attempt[0]}, attempt "
                f"{attempt[1]}"
            )
        if SPEAKERS[event.type] != "worker":
            raise _UnacceptableError(f"a worker may not say {event.type!r}")
        return event

    def _objection(self, attempt: Attempt, event: AnyEvent) -> str:
        """Why an event that is not there already is out of turn; empty if it is not."""
        return "" if event.seq <= self.held(attempt) else self._courses.objection(event)

    def _accept(self, attempt: Attempt, event: AnyEvent) -> list[Output]:
        """Take in the next event of an attempt, or owe another ack for one that was taken."""
        if event.seq <= self.held(attempt):
            self.counters.duplicates += 1
            self._owed[attempt] = None
            return []
        self._courses.take(event)
        self._accepted[attempt] = event.seq
        self._told_of_gap.discard(attempt)
        return [self._append(event, event.seq)]

    def _append(self, event: AnyEvent, seq: int) -> Append:
        numbered = event.model_copy(update={"seq": seq, "offset": self.next_offset})
        self.next_offset += 1
        self.counters.accepted += 1
        return Append(numbered)

    def _refuse(self, connection: bytes, reason: str, body: bytes) -> list[Output]:
        self.counters.malformed += 1
        outputs: list[Output] = [
            Reject(connection, reason, body),
            Send(connection, Refused(reason=reason)),
        ]
        if self._conduct.offend(connection):
            self.counters.cut += 1
            self._admission.dismiss(connection)
            outputs.append(Drop(connection))
        return outputs

    def _remember(self, event: AnyEvent) -> None:
        """An event is in the log: nothing before it can change any more."""
        if event.offset is not None:
            if event.offset >= self.next_offset:  # From an earlier life of the hub.
                self._courses.take(event)
            self.next_offset = max(self.next_offset, event.offset + 1)
        if event.trial is None:
            self._stated = max(self._stated, event.seq)
            return
        attempt = (event.trial, event.attempt)
        self._accepted[attempt] = max(self.held(attempt), event.seq)
        self._committed[attempt] = event.seq
        self._owed[attempt] = None

    def _decide(self, event: AnyEvent) -> Orders:
        """The orders that a logged decision gives, by trial. To stop is final for an attempt."""
        new: Orders = {}
        match event.data:
            case Start(trials=trials):
                self._started |= set(trials)
                new = {trial: "start" for trial in trials if self._orders.get(trial) != "stop"}
            case Retry(trial=trial):
                self._orders.pop(trial, None)
                new = {trial: "start"} if trial in self._started else {}
            case Stop(trial=trial):
                new = {trial: "stop"}
            case _:
                pass
        self._orders |= new
        return new

    def _acks(self) -> list[Send]:
        owed = [(self._admission.connection(attempt), attempt) for attempt in self._owed]
        self._owed.clear()
        return [
            Send(connection, Ack(seq=self._committed[attempt]))
            for connection, attempt in owed
            if connection is not None and attempt in self._committed
        ]
