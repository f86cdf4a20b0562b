"""A log under other criteria: who would have claimed, in which order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..config.criteria import Criteria
from ..record.events import AnyEvent
from ..record.payloads import Check, Opened
from .judge import judge
from .why import Change, smallest_change


@dataclass(frozen=True)
class Supposed:
    """The first claim that a trial would have made."""

    trial: str
    epoch: int
    metrics: dict[str, float]


def claims_under(
    criteria: Criteria, events: Iterable[AnyEvent]
) -> tuple[list[Supposed], list[tuple[str, Change | None]]]:
    """Each trial's first claim in the order of the log; then those without, and what they lacked.

    Checks stay where the run had them: `every` of the criteria changes nothing.
    """
    checks: dict[str, list[Check]] = {}
    claims: dict[str, Supposed] = {}
    for event in events:
        if isinstance(event.data, Opened):
            checks = {entry.trial: [] for entry in event.data.trials}
        if isinstance(event.data, Check) and event.trial in checks:
            history = checks[event.trial]
            history.append(event.data)
            if event.trial not in claims and judge(criteria, history).met:
                epoch, metrics = event.data.epoch, event.data.metrics
                claims[event.trial] = Supposed(event.trial, epoch, metrics)
    silent = [name for name in checks if name not in claims]
    return list(claims.values()), [
        (name, smallest_change(criteria, checks[name])) for name in silent
    ]


def unknown_metrics(criteria: Criteria, events: Sequence[AnyEvent]) -> list[str]:
    """Metrics that are judged and that no check has."""
    known = {name for e in events if isinstance(e.data, Check) for name in e.data.metrics}
    return [name for name in criteria.metrics() if name not in known]
