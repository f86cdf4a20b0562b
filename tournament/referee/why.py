"""Why a check was no claim, and the smallest change of the criteria that would have made it one.

Pure, from criteria and checks. Meant for people: a change is told in round numbers, in the words of
the config ("at epoch 15 with val_accuracy >= 0.73").
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..config.criteria import Criteria, Group
from ..config.criteria import Leaf as Criterion
from ..record.payloads import Check
from .judge import judge, passes

MOST_DECIMALS = 9
CLOSE = 0.25
"""A round threshold may give way by so much more than it must."""


@dataclass(frozen=True)
class Change:
    """`criteria`: those that would have had to read otherwise for the check to be a claim.

    `size`: the largest part of its threshold by which one of them would have had to give way.
    """

    check: int
    epoch: int
    criteria: tuple[Criterion, ...]
    size: float

    def __str__(self) -> str:
        if not self.criteria:
            return f"at epoch {self.epoch} as they are"
        return f"at epoch {self.epoch} with {', '.join(map(str, self.criteria))}"


def smallest_change(criteria: Criteria, checks: Sequence[Check]) -> Change | None:
    """The smallest change that would have made one of the checks a claim, the earliest of equals.

    None where no change of a threshold does: too few checks, or figures that are not finite.
    """
    window = criteria.window
    found = [change_at(criteria, checks[max(0, i - window) : i]) for i in range(1, len(checks) + 1)]
    possible = [change for change in found if change is not None]
    return min(possible, key=lambda change: change.size, default=None)


def change_at(criteria: Criteria, checks: Sequence[Check]) -> Change | None:
    """The change for the last of these checks; None for check 0, which can win nothing.

    Of an `any`, one member is relaxed, the same at each check that counts: a smaller change that
    switches members between checks is not looked for.
    """
    trained = [check for check in checks if check.epoch > 0]
    if judge(criteria, checks).met:
        return Change(checks[-1].index, checks[-1].epoch, (), 0.0)
    relaxed = _relaxed(criteria.group, trained, window=1)
    if relaxed is None or not trained or trained[-1] is not checks[-1]:
        return None
    leaves = tuple(leaf for leaf, _ in relaxed)
    return Change(checks[-1].index, checks[-1].epoch, leaves, _size(relaxed))


Relaxed = list[tuple[Criterion, float]]
"""Criteria as they would have to read, and by which part of its threshold each has moved."""


def _size(relaxed: Relaxed) -> float:
    return max((moved for _, moved in relaxed), default=0.0)


def _relaxed(node: Criterion | Group, checks: Sequence[Check], window: int) -> Relaxed | None:
    """The criteria below `node` that would have to change, met at the last `window` checks."""
    window += node.holds - 1
    if len(checks) < window:
        return None
    if not isinstance(node, Group):
        last = checks[len(checks) - window :]
        return _relaxed_leaf(node, [check.metrics.get(node.metric, math.nan) for check in last])
    parts = [_relaxed(member, checks, window) for member in node.members]
    known = [part for part in parts if part is not None]
    if node.kind == "any":
        return min(known, key=_size, default=None)
    return [each for part in known for each in part] if len(known) == len(parts) else None


def _relaxed_leaf(leaf: Criterion, values: Sequence[float]) -> Relaxed | None:
    if not all(map(math.isfinite, values)):
        return None
    worst = min(values) if leaf.op in (">", ">=") else max(values)
    if passes(leaf, worst):
        return []
    threshold = _round_threshold(leaf, worst)
    moved = abs(threshold - leaf.threshold) / (abs(leaf.threshold) or 1.0)
    return [(leaf.model_copy(update={"threshold": threshold}), moved)]


def _round_threshold(leaf: Criterion, value: float) -> float:
    """The threshold with the fewest decimals, from two on, that `value` meets closely."""
    down = leaf.op in (">", ">=")
    for decimals in range(2, MOST_DECIMALS):
        step = 10.0**-decimals
        steps = math.floor(value / step) if down else math.ceil(value / step)
        for beyond in (0, -1 if down else 1):  # A strict criterion may need the next one.
            rounded = round((steps + beyond) * step, decimals)
            close = abs(rounded - value) <= CLOSE * abs(leaf.threshold - value)
            if close and passes(leaf.model_copy(update={"threshold": rounded}), value):
                return rounded
    return math.nextafter(value, -math.inf if down else math.inf)
