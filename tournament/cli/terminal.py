"""What `tournament run` shows: a live table on a terminal, lines elsewhere, then the outcome."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import IO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from ..match.conduct import Outcome
from ..referee.standings import Standings
from .outcome_view import outcome_lines
from .race_view import progress_lines, race_lines, race_table

REFRESH = 0.25
"""Seconds between two drawings of the live table."""


class _Console(Console):
    """Rich's console, which otherwise ends the process when nobody reads any more."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


class Terminal:
    """Shows a race while it runs.

    `aside` keeps stdout free: everything goes to stderr. `quiet` shows the outcome alone, `verbose`
    lines with each trial's figures rather than a table. Where nobody reads any more (a closed pipe,
    a lost terminal, a full disk), the race goes on unseen; its files tell the same.
    """

    def __init__(self, *, aside: bool, quiet: bool = False, verbose: bool = False) -> None:
        self._console = _Console(file=sys.stderr if aside else sys.stdout, highlight=False)
        self._quiet, self._verbose = quiet, verbose
        self._table = self._console.is_terminal and not quiet and not verbose
        self._live = Live(console=self._console, auto_refresh=False, transient=False)
        self._drawn = 0.0
        self._said: set[str] = set()
        self._trouble = ""
        self._checks: dict[str, int] = {}

    def __enter__(self) -> Terminal:
        if self._table:
            with _unread(self._console.file):
                self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._table:
            with _unread(self._console.file):
                self._live.stop()

    def look(self, standings: Standings, trouble: str) -> None:
        """Show the standings as they are now, and what the match waits for, if anything."""
        now = time.monotonic()
        if now - self._drawn < REFRESH and standings.closed is None:
            return
        self._drawn = now
        if self._quiet:
            return
        with _unread(self._console.file):
            if self._table:
                table = race_table(standings, self._console.width)
                self._live.update(_with_trouble(table, trouble), refresh=True)
            else:
                self._print_news(standings)
                self._print_trouble(trouble)

    def conclude(self, outcome: Outcome) -> None:
        """Show the outcome: winner, runner-up, failures, and where the results lie."""
        with _unread(self._console.file):
            for line in outcome_lines(outcome):
                self._console.print(line, soft_wrap=True)

    def hand_over(self, text: str) -> None:
        """Write this, and nothing else, to stdout."""
        with _unread(sys.stdout):
            sys.stdout.write(text)
            sys.stdout.flush()

    def _print_news(self, standings: Standings) -> None:
        """Where there is no terminal, print each new fact once, as a line."""
        progress = progress_lines(standings) if self._verbose else ()
        for line in (*race_lines(standings, self._checks), *progress):
            if line not in self._said:
                self._said.add(line)
                self._console.print(line, soft_wrap=True, markup=False)
        self._checks = {name: len(trial.history) for name, trial in standings.trials.items()}

    def _print_trouble(self, trouble: str) -> None:
        if trouble != self._trouble and (trouble or self._trouble):
            said = f"waiting: {trouble}" if trouble else "the match goes on"
            self._console.print(said, soft_wrap=True, markup=False)
        self._trouble = trouble


def _with_trouble(table: RenderableType, trouble: str) -> RenderableType:
    if not trouble:
        return table
    return Group(table, Text(f"waiting: {trouble}", style="bold red"))


@contextmanager
def _unread(stream: IO[str]) -> Iterator[None]:
    """When nobody reads the stream any more, what is written from now on goes nowhere."""
    try:
        yield
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
