"""The last metrics of all trials as a table, in the place of panels that cannot be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from tournament import Standing, Standings

from .measure import fold_name, width_of
from .panel import head, size_of
from .style import FAINT, INK, SMALL, inches

NAME_WIDTH, METRIC_WIDTH = 2.6, 1.0
"""Inches in which the names of trials and of metrics are folded."""

PAD = 0.16
"""Inches between columns, and between rows."""

Row = tuple[str, ...]


@dataclass(frozen=True)
class MetricsTable:
    """`rows`: a heading, then a row a trial; `left_out`: the metrics that found no room."""

    rows: tuple[Row, ...]
    left_out: tuple[str, ...]

    @property
    def widths(self) -> list[float]:
        """Of the columns, in inches."""
        return [PAD + max(map(_cell_width, column)) for column in zip(*self.rows, strict=True)]

    @property
    def heights(self) -> list[float]:
        """Of the rows, in inches."""
        return [PAD + inches(max(cell.count("\n") + 1 for cell in row), SMALL) for row in self.rows]


def metrics_table(standings: Standings, room: float) -> MetricsTable:
    """The metrics of every trial's last check, as many as fit into `room` inches.

    Those that the criteria name come first.
    """
    names = _metrics(standings)
    for count in range(len(names), 0, -1):
        table = MetricsTable(_rows(standings, names[:count]), tuple(names[count:]))
        if sum(table.widths) <= room:
            return table
    return MetricsTable(_rows(standings, names[:1]), tuple(names[1:]))


def draw_table(ax: Axes, table: MetricsTable, notes: Sequence[str]) -> None:
    """Draw the table into axes as high as its rows; `notes` say why it is there."""
    width, _ = size_of(ax)
    height = sum(table.heights)
    ax.set_axis_off()
    ax.set(xlim=(0, width), ylim=(height, 0))
    top = 0.0
    for number, (row, tall) in enumerate(zip(table.rows, table.heights, strict=True)):
        left = 0.0
        for cell, wide in zip(row, table.widths, strict=True):
            ax.text(left, top + tall / 2, cell, va="center", fontsize=SMALL, color=INK,
                    fontweight="normal" if number else "bold")  # fmt: skip
            left += wide
        top += tall
        ax.plot([0, width], [top, top], color=FAINT, linewidth=0.7, clip_on=False)
    head(ax, "b   Metrics of every trial at its last check", *notes)


def _metrics(standings: Standings) -> list[str]:
    judged = standings.criteria.metrics() if standings.criteria else ()
    last = [trial.last_check for trial in standings.trials.values() if trial.last_check]
    known = dict.fromkeys(name for check in last for name in check.metrics)
    return [*(n for n in judged if n in known), *(n for n in known if n not in judged)]


def _rows(standings: Standings, names: Sequence[str]) -> tuple[Row, ...]:
    metrics = ("\n".join(fold_name(name, METRIC_WIDTH, SMALL, "bold")) for name in names)
    rows = (_row(trial, names) for trial in standings.trials.values())
    return (("trial", "state", "epoch", *metrics), *rows)


def _row(trial: Standing, names: Sequence[str]) -> Row:
    check = trial.last_check
    metrics = check.metrics if check else {}
    cells = (trial.words.value(name, metrics[name]) if name in metrics else "–" for name in names)
    epoch = f"{check.epoch} of {trial.entry.max_epochs}" if check else "–"
    name = "\n".join(fold_name(trial.name, NAME_WIDTH, SMALL))
    return (name, trial.state.lower(), epoch, *cells)


def _cell_width(cell: str) -> float:
    return max(width_of(line, SMALL, "bold") for line in cell.split("\n"))
