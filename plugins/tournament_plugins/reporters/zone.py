"""Which values of one metric the criteria allow. Pure."""

from __future__ import annotations

import math
from itertools import pairwise

from tournament.config.criteria import Group, Leaf
from tournament.referee.judge import passes

Interval = tuple[float, float]


def thresholds(group: Group, metric: str) -> list[Leaf]:
    """The criteria that name this metric, in their written order."""
    return [leaf for _, leaf in group.leaves() if leaf.metric == metric]


def success_zone(group: Group, metric: str) -> list[Interval]:
    """The intervals (low, high) of `metric` inside which the criteria that name it are met.

    Ends may be infinite. Criteria on other metrics are left out of account, and so are the checks
    in a row that a criterion may ask for: the zone is necessary for success, not sufficient.
    """
    cuts = sorted({leaf.threshold for leaf in thresholds(group, metric)})
    zone: list[Interval] = []
    for low, high in pairwise([-math.inf, *cuts, math.inf]):
        if not _allows(group, metric, _inside(low, high)):
            continue
        joined = zone and zone[-1][1] == low
        zone[-1:] = [(zone[-1][0], high)] if joined else [*zone[-1:], (low, high)]
    return zone


def _inside(low: float, high: float) -> float:
    if math.isinf(low):
        return high - max(1.0, abs(high))
    if math.isinf(high):
        return low + max(1.0, abs(low))
    return low / 2 + high / 2


def _allows(node: Leaf | Group, metric: str, value: float) -> bool | None:
    """Does this part of the criteria allow the value? None where it does not name the metric."""
    if isinstance(node, Leaf):
        return passes(node, value) if node.metric == metric else None
    parts = [_allows(member, metric, value) for member in node.members]
    said = [part for part in parts if part is not None]
    if not said:
        return None
    return all(said) if node.kind == "all" else any(said)
