"""The reporter that leaves the original's picture of a finished run."""

from __future__ import annotations

import sys
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg

from tournament import Reporter, Run
from tournament.record.atomic import write_with

from .subject import default_trial
from .trial_figure import draw_trial


class SuccessFigure(Reporter):
    """The four-panel figure of a winner, or of the best trial of a run without one."""

    def report(self, run: Run) -> list[Path]:
        """Write the figure below the winner, or at the top of a run without one.

        A run in which no trial was checked after training has none; that is said on stderr.
        """
        standings = run.standings
        name = default_trial(standings)
        if name is None:
            sys.stderr.write(
                f"No figure of {run.folder.name}: no trial has a check after training.\n"
            )
            return []
        winner = standings.winner
        return [write_figure(run, name, run.folder.figure(winner.name if winner else None))]


def report_trial(run: Run, name: str) -> Path:
    """Write the figure of any trial below that trial, and give its path. Raises as `draw_trial`."""
    return write_figure(run, name, run.folder.figure(name))


def write_figure(run: Run, name: str, path: Path) -> Path:
    """Write the figure of the trial `name` to `path` as PNG, whole or not at all."""
    figure = draw_trial(run, name)
    canvas = FigureCanvasAgg(figure)
    metadata = {"Title": f"{run.folder.name}: {name}"}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_with(path, lambda draft: canvas.print_figure(draft, format="png", metadata=metadata))
    return path
