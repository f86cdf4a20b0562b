"""How a task's metrics are called and written, the same in terminal, files and reports. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..record.payloads import Bound, Look

PLAIN = Look()
"""How a metric is written of which nothing is known."""


@dataclass(frozen=True)
class Words:
    """Titles, values and bounds of metrics, as the task of a trial wants them written."""

    looks: Mapping[str, Look] = field(default_factory=dict)

    def title(self, name: str) -> str:
        """A short heading for a metric."""
        return self.looks.get(name, PLAIN).title or name

    def value(self, name: str, value: float) -> str:
        """A value as a reader wants it: 1.32x, 78.4%, 0.012; NaN and infinities in words."""
        if not math.isfinite(value):
            return str(value)
        look = self.looks.get(name, PLAIN)
        return f"{value:{look.format}}{look.unit}"

    def bound(self, bound: Bound) -> str:
        """A criterion in an exam: what was measured, and how sure that is."""
        value = self.value(bound.metric, bound.value)
        if bound.method == "point":
            return f"{bound.metric} {value} (no interval)"
        if not math.isfinite(bound.value + bound.bound):
            return f"{bound.metric} {value} (no bound: its samples do not tell how sure that is)"
        if bound.method == "p-value":
            return f"{bound.metric} {value} (its exam asks for at most {bound.level:.2g}, too)"
        limit = self.value(bound.metric, bound.bound)
        side = "at least" if bound.bound <= bound.value else "at most"
        sure = f"{100 * (1 - bound.level):.4g}%"
        return f"{bound.metric} {value} ({side} {limit}, {sure} sure)"
