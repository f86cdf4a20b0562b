"""`tournament.live()`: the table of a race in a notebook, redrawn while it is on."""

from __future__ import annotations

import io
from collections.abc import Callable

from rich.console import Console

from ..errors import TournamentError
from ..referee.standings import Standings
from .race_view import race_table

WIDTH = 120
"""Columns of the table."""

_PRE = '<pre style="line-height: 1.3; font-family: monospace">{code}</pre>'


def live() -> Callable[[Standings], None]:
    """For `tournament.run(config, show=tournament.live())`. Raises TournamentError."""
    try:
        from IPython.display import HTML, display
    except ImportError as error:
        raise TournamentError("a live table needs IPython. Install: pip install ipython") from error
    handle = display(HTML(""), display_id=True)

    def show(standings: Standings) -> None:
        handle.update(HTML(race_html(standings)))

    return show


def race_html(standings: Standings) -> str:
    """The table as HTML with its colours."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_jupyter=False)
    console.print(race_table(standings, WIDTH))
    return console.export_html(inline_styles=True, code_format=_PRE)
