"""Bugs that are planted on purpose: a simulator that does not find them proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

from tournament.bus.following import Following
from tournament.bus.intake import Intake
from tournament.bus.jobs import Drain
from tournament.bus.ledger import Committed, Ledger
from tournament.bus.outgoing import Outgoing
from tournament.match.steward import Steward
from tournament.process.ladder import StopLadder
from tournament.record.log import NoRoomError
from tournament.record.payloads import Retry
from tournament.referee import standing
from tournament.referee.referee import Referee
from tournament.referee.standing import Standing

from .disk import SimulatedLogFile

Bug = Callable[[], AbstractContextManager[object]]


def _instead(owner: Any, name: str, make: Callable[[Any], Any]) -> Bug:
    """A bug that puts something else in the place of a method; `make` gets the good one."""

    @contextmanager
    def planted() -> Iterator[None]:
        with patch.object(owner, name, make(getattr(owner, name))):
            yield

    return planted


def _acks_before_append(good: Any) -> Any:
    def commit(self: Ledger) -> Committed:
        try:
            return good(self)
        except NoRoomError:
            return Committed((), (), tuple(self._intake.committed(self._events)))

    return commit


def _takes_twice(good: Any) -> Any:
    def accept(self: Intake, attempt: Any, event: Any) -> Any:
        if event.seq <= self.held(attempt):
            return [self._append(event, event.seq)]
        return good(self, attempt, event)

    return accept


def _orders_at_once(good: Any) -> Any:
    def stated(self: Intake, event: Any) -> Any:
        self._decide(event)
        return good(self, event)

    return stated


def _keeps_old_orders(good: Any) -> Any:
    def decide(self: Intake, event: Any) -> Any:
        return {} if isinstance(event.data, Retry) else good(self, event)

    return decide


def _skips_gaps(_good: Any) -> Any:
    def take(self: Following, event: Any) -> Any:
        if event.offset < self.wanted:
            return []
        self.wanted = event.offset + 1
        return [event]

    return take


def _confirms_what_is_sent(good: Any) -> Any:
    def sent(self: Outgoing) -> None:
        good(self)
        self._confirm(self._next - 1)

    return sent


def _never_kills(good: Any) -> Any:
    def tick(self: StopLadder, now: float) -> Any:
        rung = good(self, now)
        return None if rung == "kill" else rung

    return tick


def _forgets_what_is_owed(good: Any) -> Any:
    def take_over(self: Steward, *arguments: Any) -> Any:
        good(self, *arguments)
        return []

    return take_over


def _does_nothing(_good: Any) -> Any:
    return lambda *_arguments: None


def _gives_nothing(_good: Any) -> Any:
    return lambda *_arguments: ()


def _always(_good: Any) -> Any:
    return lambda attempts, _allowed: attempts[-1].ended is not None


BUGS: dict[str, Bug] = {
    "acknowledges before it appends": _instead(Ledger, "commit", _acks_before_append),
    "forgets that it has an event already": _instead(Intake, "_accept", _takes_twice),
    "does not cut a torn line off": _instead(SimulatedLogFile, "truncate", _does_nothing),
    "does not sync": _instead(SimulatedLogFile, "sync", _does_nothing),
    "does not drain outboxes": _instead(Drain, "outputs", _gives_nothing),
    "counts checks that are void": _instead(Standing, "go_back_to", _does_nothing),
    "gives orders before they are durable": _instead(Intake, "stated", _orders_at_once),
    "keeps the orders of the attempt before": _instead(Intake, "_decide", _keeps_old_orders),
    "skips gaps in the live stream": _instead(Following, "_take", _skips_gaps),
    "takes what is sent for confirmed": _instead(Outgoing, "sent", _confirms_what_is_sent),
    "never kills": _instead(StopLadder, "tick", _never_kills),
    "forgets decisions that it owed": _instead(Steward, "take_over", _forgets_what_is_owed),
    "wins without an exam": _instead(Referee, "_failures", _gives_nothing),
    "starts workers again for ever": _instead(standing, "another_attempt", _always),
}
