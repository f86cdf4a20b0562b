"""Criteria beside what a task's metrics can be."""

from __future__ import annotations

import pytest

from tournament import Metric
from tournament.plugin.fit import beyond_metrics
from tournament.record.spec import Wanted

METRICS = (Metric(name="share", meaning="", lowest=0, highest=1), Metric(name="loss", meaning=""))


def told(metric: str, op: str, threshold: float) -> list[str]:
    wanted = Wanted(key="criteria.all.0", metric=metric, op=op, threshold=threshold)
    return [complaint.message for complaint in beyond_metrics([wanted], METRICS, "toy")]


@pytest.mark.parametrize(
    ("metric", "op", "threshold"),
    [
        ("share", ">=", 1), ("share", ">=", -3), ("share", ">", 0.99), ("share", "<=", 0),
        ("share", "<", 0.01), ("share", "<", 5), ("loss", ">=", 1e9), ("loss", "<", -1e9),
    ],
)  # fmt: skip
def test_a_criterion_that_can_hold_is_fine(metric: str, op: str, threshold: float) -> None:
    assert told(metric, op, threshold) == []


@pytest.mark.parametrize(
    ("op", "threshold", "text"),
    [
        (">", 1, "share > 1 can never be: it is from 0 to 1"),
        ("<", 0, "share < 0 can never be: it is from 0 to 1"),
        ("<=", -0.1, "share <= -0.1 can never be: it is from 0 to 1"),
        (">=", 75, "share >= 75 can never be: it is from 0 to 1; 75 percent are 0.75"),
        (">=", 750, "share >= 750 can never be: it is from 0 to 1"),
    ],
)
def test_a_criterion_that_can_never_hold_is_refused(op: str, threshold: float, text: str) -> None:
    assert told("share", op, threshold) == [text]
