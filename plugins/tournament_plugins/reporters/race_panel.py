"""Panel a: one metric of all trials against the epoch, with the zone of success."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from tournament import Standing, Standings
from tournament.config.criteria import Criteria

from .gaps import mark_gaps, open_lane
from .panel import dress, head
from .race_labels import EndLabel, draw_labels, threshold_label, trial_labels
from .style import INK, LIMIT, SMALL, TEXT, ZONE, TrialStyle, trial_style
from .subject import Subject
from .videos import Floats
from .zone import success_zone, thresholds

LOG_FROM = 15.0
"""A log axis shows the metric when its largest value is this many times its smallest."""

MOST_TICKS = 12
FAVOURITE = "attention_ratio"


def race_metric(criteria: Criteria) -> str:
    """The metric of the panel: the attention ratio where the criteria name it, else their first."""
    named = criteria.metrics()
    return FAVOURITE if FAVOURITE in named else named[0]


def race_labels(standings: Standings, subject: Subject, criteria: Criteria) -> list[EndLabel]:
    """Everything that is written beside the panel."""
    metric = race_metric(criteria)
    limits = [threshold_label(leaf) for leaf in thresholds(criteria.group, metric)]
    return [*trial_labels(standings, subject, metric), *limits]


def series(trial: Standing, metric: str) -> tuple[Floats, Floats]:
    """Epochs and values (C,) of a trial's checks; NaN where a check lacks the metric."""
    epochs = np.array([check.epoch for check in trial.checks], np.float64)
    values = np.array([check.metrics.get(metric, math.nan) for check in trial.checks], np.float64)
    return epochs, values


def draw_race(ax: Axes, standings: Standings, subject: Subject, criteria: Criteria) -> None:
    """Draw the panel; its labels go to the right of the axes."""
    metric = race_metric(criteria)
    dress(ax)
    racers = [
        (trial, trial_style(number))
        for number, trial in enumerate(standings.trials.values())
        if trial.checks
    ]
    _set_scales(ax, [trial for trial, _ in racers], metric, criteria)
    _draw_zone(ax, criteria, metric)
    odd = [racer for racer in racers if not np.isfinite(series(racer[0], metric)[1]).all()]
    if odd:
        open_lane(ax, len(odd))
    for trial, style in racers:
        _draw_line(ax, trial, metric, style, leading=trial is subject.trial)
    for row, (trial, style) in enumerate(odd):
        mark_gaps(ax, *series(trial, metric), style, row, len(odd))
    _mark_check(ax, subject, metric)
    draw_labels(ax, race_labels(standings, subject, criteria))
    head(ax, f"a   {metric} against epoch", *_notes(ax, criteria, metric, bool(odd)))


def _notes(ax: Axes, criteria: Criteria, metric: str, odd: bool) -> list[str]:
    others = [name for name in criteria.metrics() if name != metric]
    also = f"; success also takes {', '.join(others)}" if others else ""
    notes = [f"every check of every trial{also}"]
    if odd:
        notes.append("hollow marks in the grey lane: values that are not finite, gaps in the lines")
    ax.set_xlabel("epoch", fontsize=TEXT, color=INK)
    scale = " (log scale)" if ax.get_yscale() == "log" else ""
    ax.set_ylabel(f"{metric}{scale}", fontsize=TEXT, color=INK)
    return notes


def _set_scales(ax: Axes, trials: Iterable[Standing], metric: str, criteria: Criteria) -> None:
    trials = list(trials)
    values = np.concatenate([series(trial, metric)[1] for trial in trials])
    limits = [leaf.threshold for leaf in thresholds(criteria.group, metric)]
    shown = np.array([*values[np.isfinite(values)], *limits], np.float64)
    low, high = float(shown.min()), float(shown.max())
    _set_epochs(ax, {check.epoch for trial in trials for check in trial.checks})
    if low > 0 and high / low > LOG_FROM:
        ax.set_yscale("log")
        factor = (high / low) ** 0.12
        ax.set_ylim(low / factor, high * factor)
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        ax.yaxis.set_minor_locator(NullLocator())
    else:
        pad = 0.12 * (high - low) or 0.5 * abs(high) or 1.0
        ax.set_ylim(low - pad, high + pad)
        ax.yaxis.set_major_locator(MaxNLocator(6))
    ax.tick_params(which="both", labelsize=SMALL)


def _set_epochs(ax: Axes, epochs: set[int]) -> None:
    """A tick at every check where they are few."""
    last = max(*epochs, 1)
    ax.set_xlim(-0.03 * last, 1.03 * last)
    few = len(epochs) <= MOST_TICKS
    ax.xaxis.set_major_locator(
        FixedLocator(sorted(epochs)) if few else MaxNLocator(MOST_TICKS, integer=True)
    )


def _draw_zone(ax: Axes, criteria: Criteria, metric: str) -> None:
    low, high = ax.get_ylim()
    for start, end in success_zone(criteria.group, metric):
        ax.axhspan(max(start, low), min(end, high), color=ZONE, alpha=0.13, linewidth=0, zorder=0)
    for leaf in thresholds(criteria.group, metric):
        ax.axhline(leaf.threshold, color=LIMIT, linestyle="--", linewidth=1.3, zorder=1,
                   gid="threshold")  # fmt: skip


def _draw_line(ax: Axes, trial: Standing, metric: str, style: TrialStyle, *, leading: bool) -> None:
    epochs, values = series(trial, metric)
    shown = np.where(np.isfinite(values), values, np.nan)
    ax.plot(
        epochs, shown, gid=f"trial:{trial.name}", markersize=6, linewidth=2.2 if leading else 1.3,
        markevery=max(1, len(epochs) // 16), zorder=4 if leading else 3, **style.line(),
    )  # fmt: skip


def _mark_check(ax: Axes, subject: Subject, metric: str) -> None:
    """A star on the check that won, a hollow one on the best check of a trial that did not."""
    value = subject.check.metrics.get(metric, math.nan)
    if not math.isfinite(value):
        return
    fill = "#F0E442" if subject.role == "winner" else "white"
    ax.scatter([subject.check.epoch], [value], marker="*", s=260, color=fill, edgecolor=INK,
               linewidth=1.1, zorder=6, gid="the check")  # fmt: skip
