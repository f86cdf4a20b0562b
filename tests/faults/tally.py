"""How often one fault was injected, and what came of it."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field


@dataclass
class Tally:
    """`broken`: a sentence for each promise that was broken. `seconds`: how long each end took."""

    fault: str
    count: int = 0
    broken: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    note: str = ""

    def row(self, took: float) -> str:
        """A row of the table; `took`: seconds for all of them."""
        told = self.note
        if self.seconds and not told:
            worst = max(self.seconds)
            told = f"median {statistics.median(self.seconds):.2f} s, worst {worst:.2f} s"
        return f"| {self.fault} | {self.count:,} | {len(self.broken)} | {took:.0f} s | {told} |"
