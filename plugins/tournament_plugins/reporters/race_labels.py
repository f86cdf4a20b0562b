"""What is written beside panel a: at the end of each line which trial it is and how it fared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from tournament import Standing, Standings
from tournament.config.criteria import Leaf

from .measure import fold_name, width_of
from .panel import size_of
from .spread import spread
from .style import FAINT, INK, LIMIT, MUTED, SMALL, TrialStyle, inches, trial_style
from .subject import Subject, check_of_win
from .wording import OPERATORS

NAME_WIDTH = 1.75
"""The width in inches in which a trial's name is folded."""

LEADER, KEY, PAD = 0.14, 0.34, 0.08
"""Inches between axes and key, of the key (a piece of the line), and between key and text."""

LINE = inches(1, SMALL)
GAP = LINE / 2


@dataclass(frozen=True)
class EndLabel:
    """Text that points at (`epoch`, `value`).

    A threshold has no epoch and no `style`; a trial without a finite value has neither epoch nor
    value. `name` are its lines in ink, `status` the lines below.
    """

    name: tuple[str, ...]
    status: tuple[str, ...] = ()
    epoch: float | None = None
    value: float | None = None
    style: TrialStyle | None = None
    weight: str = "normal"

    @property
    def height(self) -> float:
        """In inches, with the gap to the next label."""
        return LINE * (len(self.name) + len(self.status)) + GAP

    @property
    def width(self) -> float:
        """Of the text, in inches."""
        names = [width_of(line, SMALL, self.weight) for line in self.name]
        return max([*names, *(width_of(line, SMALL) for line in self.status)])


def trial_labels(standings: Standings, subject: Subject, metric: str) -> list[EndLabel]:
    """A label for each trial that has a check."""
    return [
        _trial_label(standings, subject, trial, metric, trial_style(number))
        for number, trial in enumerate(standings.trials.values())
        if trial.checks
    ]


def threshold_label(leaf: Leaf) -> EndLabel:
    """The label of a threshold."""
    checks = f" for {leaf.holds} checks" if leaf.holds > 1 else ""
    text = f"success zone: {OPERATORS[leaf.op]} {leaf.threshold:g}{checks}"
    return EndLabel((text,), value=leaf.threshold)


def labels_height(labels: Sequence[EndLabel]) -> float:
    """The height in inches that the labels need."""
    return sum(label.height for label in labels)


def labels_width(labels: Sequence[EndLabel]) -> float:
    """The width in inches that the labels need, from the edge of the axes."""
    return LEADER + KEY + PAD + max(label.width for label in labels)


def draw_labels(ax: Axes, labels: Sequence[EndLabel]) -> None:
    """Write the labels to the right of the axes, each with a leader to what it names."""
    _, height = size_of(ax)
    wanted = [_fraction(ax, label) * height for label in labels]
    centres = spread(wanted, [label.height for label in labels], height)
    for label, centre in zip(labels, centres, strict=True):
        _draw_leader(ax, label, centre / height)
        _draw_key(ax, label, centre / height)
        _draw_text(ax, label, centre / height)


def _trial_label(
    standings: Standings, subject: Subject, trial: Standing, metric: str, style: TrialStyle
) -> EndLabel:
    weight = "bold" if trial is subject.trial else "normal"
    finite = [
        (check.epoch, value)
        for check in trial.checks
        if math.isfinite(value := check.metrics.get(metric, math.nan))
    ]
    name = tuple(fold_name(trial.name, NAME_WIDTH, SMALL, weight))
    status = _status(standings, subject, trial, metric)
    last = dict(zip(("epoch", "value"), finite[-1], strict=True)) if finite else {}
    return EndLabel(name, status, style=style, weight=weight, **last)


def _status(
    standings: Standings, subject: Subject, trial: Standing, metric: str
) -> tuple[str, ...]:
    if trial is standings.winner:
        moments = [("★ won", check_of_win(standings, trial))]
    else:
        moments = [("☆ best", subject.check)] if trial is subject.trial else []
        moments.append((trial.state.lower(), trial.checks[-1]))
    values = (check.metrics.get(metric, math.nan) for _, check in moments)
    return tuple(
        f"{word}: {trial.words.value(metric, value)}, epoch {check.epoch}"
        for (word, check), value in zip(moments, values, strict=True)
    )


def _fraction(ax: Axes, label: EndLabel) -> float:
    """Where along the y axis, from 0 to 1, lies what the label names; 0 for nothing."""
    if label.value is None:
        return 0.0
    point = ax.transData.transform((ax.get_xlim()[0], label.value))
    return float(ax.transAxes.inverted().transform(point)[1])


def _draw_leader(ax: Axes, label: EndLabel, centre: float) -> None:
    if label.value is None:
        return
    is_limit = label.epoch is None
    ax.annotate(
        "", (1.0 if is_limit else label.epoch, label.value), (1 + _share(ax, LEADER), centre),
        xycoords=ax.get_yaxis_transform() if is_limit else "data", textcoords="axes fraction",
        annotation_clip=False,
        arrowprops={"arrowstyle": "-", "color": LIMIT if is_limit else FAINT, "linewidth": 0.7,
                    "linestyle": (0, (1, 2)), "shrinkA": 0, "shrinkB": 0 if is_limit else 5},
    )  # fmt: skip


def _draw_key(ax: Axes, label: EndLabel, centre: float) -> None:
    look = {"color": LIMIT, "linestyle": "--"} if label.style is None else label.style.line()
    ends = [1 + _share(ax, LEADER + KEY * part) for part in (0, 0.5, 1)]
    ax.figure.add_artist(
        Line2D(
            ends, [centre] * 3, transform=ax.transAxes, markevery=[1], linewidth=1.3,
            markersize=5.5, **look,
        )
    )  # fmt: skip


def _draw_text(ax: Axes, label: EndLabel, centre: float) -> None:
    rows = [(row, INK, label.weight) for row in label.name]
    rows += [(row, MUTED, "normal") for row in label.status]
    x = (LEADER + KEY + PAD) * 72
    for number, (row, colour, weight) in enumerate(rows):
        y = 72 * LINE * ((len(rows) - 1) / 2 - number)
        ax.annotate(row, (1, centre), xycoords="axes fraction", xytext=(x, y), fontsize=SMALL,
                    textcoords="offset points", color=colour, fontweight=weight,
                    va="center_baseline")  # fmt: skip


def _share(ax: Axes, length: float) -> float:
    """A length in inches as a part of the width of the axes."""
    return length / size_of(ax)[0]
