"""The labels at the ends of the lines: which trial, and how it fared. Pure, but for the drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from tournament.config.criteria import Leaf
from tournament.referee.standings import Standing, Standings
from tournament.referee.wording import metric_text

from .spread import spread
from .style import FAINT, INK, LINE, MUTED, SMALL, ZONE, TrialStyle, inches, trial_style
from .subject import Subject
from .wording import OPERATORS, wrap_name

NAME_WIDTH = 27
"""Characters of a trial's name on one line."""

GAP = 0.5
"""Space between two labels, in lines."""


@dataclass(frozen=True)
class EndLabel:
    """Text beside a line's end at (`epoch`, `value`); both None for a trial without a number.

    `name`: its lines in ink; `status`: one line below. `style` is None for a threshold.
    """

    name: tuple[str, ...]
    status: str
    epoch: float | None
    value: float | None
    style: TrialStyle | None
    bold: bool = False

    @property
    def height(self) -> float:
        """In lines of text, with the gap to the next label."""
        return len(self.name) + bool(self.status) + GAP


def trial_labels(standings: Standings, subject: Subject, metric: str) -> list[EndLabel]:
    """A label for each trial that has a check."""
    return [
        _trial_label(standings, subject, trial, metric, trial_style(number))
        for number, trial in enumerate(standings.trials.values())
        if trial.checks
    ]


def threshold_label(leaf: Leaf) -> EndLabel:
    """The label of a threshold line, which belongs to no epoch."""
    checks = f" for {leaf.holds} checks" if leaf.holds > 1 else ""
    text = f"success zone: {OPERATORS[leaf.op]} {leaf.threshold:g}{checks}"
    return EndLabel((text,), "", None, leaf.threshold, None)


def labels_height(labels: Sequence[EndLabel]) -> float:
    """The height in inches that the labels need."""
    return inches(1, SMALL) * sum(label.height for label in labels)


def draw_labels(ax: Axes, labels: Sequence[EndLabel], height: float) -> None:
    """Write the labels to the right of axes that are `height` inches high, each with a leader."""
    line = inches(1, SMALL)
    wanted = [_fraction(ax, label) * height for label in labels]
    centres = spread(wanted, [label.height * line for label in labels], height)
    for label, centre in zip(labels, centres, strict=True):
        _draw_label(ax, label, centre / height, line / height)


def _trial_label(
    standings: Standings, subject: Subject, trial: Standing, metric: str, style: TrialStyle
) -> EndLabel:
    finite = [
        (check.epoch, value)
        for check in trial.checks
        if math.isfinite(value := check.metrics.get(metric, math.nan))
    ]
    epoch, value = finite[-1] if finite else (None, None)
    status = _status(standings, subject, trial, metric)
    name = tuple(wrap_name(trial.name, NAME_WIDTH))
    return EndLabel(name, status, epoch, value, style, bold=trial.name == subject.trial.name)


def _status(standings: Standings, subject: Subject, trial: Standing, metric: str) -> str:
    check, word = trial.checks[-1], trial.state.lower()
    if trial is standings.winner and standings.verdict:
        word = "★ won"
        check = next(c for c in reversed(trial.checks) if c.epoch == standings.verdict.epoch)
    elif trial is subject.trial:
        check, word = subject.check, f"☆ best check ({trial.state.lower()})"
    value = check.metrics.get(metric, math.nan)
    return f"{word}, epoch {check.epoch}: {metric_text(metric, value)}"


def _fraction(ax: Axes, label: EndLabel) -> float:
    """Where along the y axis, from 0 to 1, the label points at."""
    if label.value is None:
        return 0.0
    point = ax.transData.transform((ax.get_xlim()[0], label.value))
    return float(ax.transAxes.inverted().transform(point)[1])


def _draw_label(ax: Axes, label: EndLabel, centre: float, line: float) -> None:
    colour = ZONE if label.style is None else FAINT
    if label.value is not None:
        start = (1.0, label.value) if label.epoch is None else (label.epoch, label.value)
        ax.annotate(
            "", xy=start, xytext=(1.03, centre), annotation_clip=False,
            xycoords=ax.get_yaxis_transform() if label.epoch is None else "data",
            textcoords="axes fraction",
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.7, "shrinkA": 0,
                        "shrinkB": 4, "linestyle": (0, (1, 2))},
        )  # fmt: skip
    _draw_key(ax, label, centre)
    rows = [*((row, INK) for row in label.name), *([(label.status, MUTED)] if label.status else [])]
    top = centre + line * len(rows) / 2
    for number, (row, ink) in enumerate(rows):
        weight = "bold" if label.bold and ink == INK else "normal"
        ax.text(1.115, top - line * (number + 0.5), row, transform=ax.transAxes, fontsize=SMALL,
                color=ink, fontweight=weight, va="center_baseline")  # fmt: skip


def _draw_key(ax: Axes, label: EndLabel, centre: float) -> None:
    """A piece of the line in front of the text."""
    figure = ax.get_figure()
    assert figure is not None
    look = {"color": ZONE, "linestyle": "--"} if label.style is None else label.style.line()
    key = Line2D([1.035, 1.07, 1.105], [centre] * 3, transform=ax.transAxes, markevery=[1],
                 linewidth=1.3, markersize=5.5, **look)  # fmt: skip
    figure.add_artist(key)


__all__ = ["LINE", "EndLabel", "draw_labels", "labels_height", "threshold_label", "trial_labels"]
