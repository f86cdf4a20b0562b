"""What a reader of a verdict should know before believing it: one list for every report. Pure."""

from __future__ import annotations

from .fairness import machine_warnings
from .standings import Standings


def warnings(standings: Standings) -> list[str]:
    """A sentence for each doubt about the winner; none without one."""
    return [*machine_warnings(standings), *_idle_findings(standings)]


def _idle_findings(standings: Standings) -> list[str]:
    """Checks that the winner failed, but which no criterion rests on."""
    exam, winner = standings.winning_exam, standings.winner
    if exam is None or winner is None:
        return []
    return [
        f"{winner.name} failed the check {finding.name!r} ({finding.text}); it won all the same, "
        f"since no criterion rests on {', '.join(finding.bears_on)}"
        for finding in exam.findings
        if not finding.passed
    ]
