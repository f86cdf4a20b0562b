"""Does a check meet the criteria, by how much, and if not, what is lacking.

Only checks after training began count: check 0 can win nothing, and starts no streak.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..config.criteria import Criteria, Group
from ..config.criteria import Leaf as Criterion
from ..record.payloads import Bound, Check, Leaf


@dataclass(frozen=True)
class Judgement:
    """What the criteria say of one check: `leaves` in their written order.

    `shortfall` is how far the check is from meeting them: 0 when each is met at this check; else
    the lacking part of the threshold, the largest one in an `all`, the smallest one in an `any`.
    """

    met: bool
    leaves: tuple[Leaf, ...]
    shortfall: float

    @property
    def first_failed(self) -> Leaf | None:
        """The first criterion, in the written order, that is not met."""
        return next((leaf for leaf in self.leaves if not leaf.met), None)


def judge(criteria: Criteria, checks: Sequence[Check]) -> Judgement:
    """Judge the last of a trial's `checks`; the earlier ones matter to "for K checks"."""
    trained = [check for check in checks if check.epoch > 0]
    last = checks[-1]
    met = last.epoch > 0 and _holds(criteria.group, trained)
    leaves = tuple(_leaf(leaf, last, trained) for _, leaf in criteria.group.leaves())
    return Judgement(met, leaves, _shortfall(criteria.group, lambda leaf: _value(leaf, last)))


def exam_shortfall(criteria: Criteria, bounds: Sequence[Bound]) -> float:
    """How far the unfavourable ends of what an exam measured are from meeting the criteria."""
    ends = {bound.criterion: bound.bound for bound in bounds}
    return _shortfall(criteria.group, lambda leaf: ends.get(str(leaf), math.nan))


def margin(leaf: Criterion, value: float) -> float:
    """How far `value` is on the good side of the threshold, in the metric's unit; NaN for NaN."""
    return value - leaf.threshold if leaf.op in (">", ">=") else leaf.threshold - value


def passes(leaf: Criterion, value: float) -> bool:
    """Does this one value satisfy the criterion? No NaN or infinity does."""
    if not math.isfinite(value):
        return False
    distance = margin(leaf, value)
    return distance >= 0 if leaf.op in (">=", "<=") else distance > 0


def _value(leaf: Criterion, check: Check) -> float:
    return check.metrics.get(leaf.metric, math.nan)


def _holds(node: Criterion | Group, checks: Sequence[Check]) -> bool:
    """True when `node` is met at each of the last `node.holds` checks."""
    if len(checks) < node.holds:
        return False
    return all(_met_now(node, checks[: len(checks) - back]) for back in range(node.holds))


def _met_now(node: Criterion | Group, checks: Sequence[Check]) -> bool:
    if not isinstance(node, Group):
        return passes(node, _value(node, checks[-1]))
    verdicts = (_holds(member, checks) for member in node.members)
    return all(verdicts) if node.kind == "all" else any(verdicts)


def _leaf(leaf: Criterion, last: Check, trained: Sequence[Check]) -> Leaf:
    value = _value(leaf, last)
    met = _holds(leaf, trained) if last.epoch > 0 else passes(leaf, value)
    return Leaf(
        criterion=str(leaf),
        metric=leaf.metric,
        value=value,
        threshold=leaf.threshold,
        margin=margin(leaf, value),
        met=met,
    )


def _shortfall(node: Criterion | Group, value_of: Callable[[Criterion], float]) -> float:
    if isinstance(node, Group):
        parts = [_shortfall(member, value_of) for member in node.members]
        return max(parts) if node.kind == "all" else min(parts)
    value = value_of(node)
    if passes(node, value):
        return 0.0
    if not math.isfinite(value):
        return math.inf
    scale = abs(node.threshold) or 1.0
    return max(-margin(node, value) / scale, math.ulp(1.0))
