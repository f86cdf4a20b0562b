"""A log under other criteria: who would have claimed, in which order. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..config.criteria import Criteria
from ..record.events import AnyEvent
from ..record.payloads import Check, Opened, Ready
from .judge import judge
from .why import Change, smallest_change
from .words import Words


@dataclass(frozen=True)
class Supposed:
    """The first claim that a trial would have made."""

    trial: str
    epoch: int
    metrics: dict[str, float]
    words: Words


def claims_under(
    criteria: Criteria, events: Iterable[AnyEvent]
) -> tuple[list[Supposed], list[tuple[str, Change | None]]]:
    """Each trial's first claim in the order of the log; then those without, and what they lacked.

    Of the checks that the run had, those count that `every` of the criteria asks for.
    """
    checks: dict[str, list[Check]] = {}
    last: dict[str, int] = {}
    claims: dict[str, Supposed] = {}
    words = Words()
    for event in events:
        if isinstance(event.data, Opened):
            checks = {entry.trial: [] for entry in event.data.trials}
            last = {entry.trial: entry.max_epochs for entry in event.data.trials}
        if isinstance(event.data, Ready):
            words = Words(event.data.looks)
        if isinstance(event.data, Check) and event.trial in checks:
            if event.data.epoch % criteria.every and event.data.epoch != last[event.trial]:
                continue
            history = checks[event.trial]
            history.append(event.data)
            if event.trial not in claims and judge(criteria, history).met:
                epoch, metrics = event.data.epoch, event.data.metrics
                claims[event.trial] = Supposed(event.trial, epoch, metrics, words)
    silent = [name for name in checks if name not in claims]
    return list(claims.values()), [
        (name, smallest_change(criteria, checks[name])) for name in silent
    ]


def metrics_of(events: Iterable[AnyEvent]) -> set[str]:
    """The metrics that any check has."""
    return {name for e in events if isinstance(e.data, Check) for name in e.data.metrics}
