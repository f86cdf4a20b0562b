"""What `tournament run` shows: a live table on a terminal, lines elsewhere, then the outcome."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.live import Live

from ..match.tournament import Outcome
from ..referee.standings import Standings
from .outcome_view import outcome_lines
from .race_view import race_lines, race_table

REFRESH = 0.25
"""Seconds between two drawings of the live table."""


class Terminal:
    """Shows a race while it runs. `quiet` keeps stdout free: everything goes to stderr."""

    def __init__(self, *, quiet: bool) -> None:
        self._console = Console(file=sys.stderr if quiet else sys.stdout, highlight=False)
        self._live = Live(console=self._console, auto_refresh=False, transient=False)
        self._seen = 0
        self._drawn = 0.0
        self._said: set[str] = set()

    def __enter__(self) -> Terminal:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def look(self, standings: Standings) -> None:
        """Show the standings as they are now."""
        if not self._console.is_terminal:
            self._print_news(standings)
            return
        now = time.monotonic()
        if now - self._drawn >= REFRESH or standings.closed is not None:
            self._drawn = now
            self._live.update(race_table(standings), refresh=True)

    def conclude(self, outcome: Outcome) -> None:
        """Show the outcome: winner, runner-up, failures, and where the results lie."""
        for line in outcome_lines(outcome):
            self._console.print(line, soft_wrap=True)

    def _print_news(self, standings: Standings) -> None:
        """Where there is no terminal, print each new fact once, as a line."""
        for line in race_lines(standings):
            if line not in self._said:
                self._said.add(line)
                self._console.print(line, soft_wrap=True, markup=False)
