"""Panel d: every validation video as one cell, with its ratio, pass or fail, and accuracy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator
from numpy.typing import NDArray

from .panel import head
from .style import INK, SMALL, UNKNOWN
from .videos import Floats, Videos

TITLE = "d   Validation videos, one cell each"
CMAP = "cividis"
"""Runs evenly from dark to light, also for colour-blind readers (Nuñez et al. 2018)."""

SPACIOUS = 60
"""Up to so many videos, the numbers are written into the cells."""


def draw_videos(
    ratio_ax: Axes, accuracy_ax: Axes, bars: tuple[Axes, Axes], videos: Videos, when: str
) -> None:
    """Draw both grids, and their colour bars into `bars`. A video has the same cell in both."""
    order = _order(videos)
    columns = _columns(ratio_ax, len(order))
    ratio = np.where(videos.scored, videos.ratio, np.nan)[order]
    accuracy = videos.accuracy[order]
    _draw_grid(ratio_ax, bars[0], ratio, columns, _ratio_norm(ratio), "{:.1f}x")
    _draw_grid(accuracy_ax, bars[1], accuracy, columns, _accuracy_norm(accuracy), "{:.0%}")
    failed = (videos.scored & ~videos.passes)[order]
    _mark(ratio_ax, failed, ratio, columns, "x", "fails")
    _mark(ratio_ax, np.isnan(ratio), ratio, columns, "_", "not scored")
    _mark(accuracy_ax, np.isnan(accuracy), accuracy, columns, "_", "not scored")
    bars[0].set_xlabel("attention ratio of the video (log scale)", fontsize=SMALL, color=INK)
    bars[1].set_xlabel("share of its objects classified correctly", fontsize=SMALL, color=INK)
    head(ratio_ax, f"{TITLE}, {when}", "attention ratio, from the highest to the lowest",
         _count_text(videos))  # fmt: skip
    head(accuracy_ax, "", "accuracy, each video in the same place")


def _order(videos: Videos) -> NDArray[np.int64]:
    """Rows by falling ratio; those not scored come last, by falling accuracy."""
    ratio = np.where(videos.scored, videos.ratio, -np.inf)
    return np.lexsort((-np.nan_to_num(videos.accuracy, nan=-1), -ratio, ~videos.scored))


def _count_text(videos: Videos) -> str:
    passed, scored, total = videos.passes.sum(), videos.scored.sum(), len(videos.scored)
    text = f"{passed:,} of {total:,} pass;  × {scored - passed:,} fail"
    return text + (f";  – {total - scored:,} not scored" if total > scored else "")


def _columns(ax: Axes, count: int) -> int:
    """How many columns make `count` cells about square."""
    box = ax.get_window_extent()
    return max(1, math.ceil(math.sqrt(count * box.width / box.height)))


def _draw_grid(
    ax: Axes, bar: Axes, values: Floats, columns: int, norm: Normalize, form: str
) -> None:
    rows = math.ceil(len(values) / columns)
    cells = np.full(rows * columns, np.nan)
    cells[: len(values)] = values
    shown = np.ma.masked_invalid(np.clip(cells, norm.vmin, norm.vmax).reshape(rows, columns))
    gap = min(1.5, 0.08 * 72 * _cell_inches(ax, columns))
    ax.pcolormesh(shown, cmap=CMAP, norm=norm, edgecolors="white", linewidth=gap)
    ax.set(xlim=(0, columns), ylim=(rows, 0), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    if len(values) <= SPACIOUS:
        _write_numbers(ax, values, columns, norm, form)
    _draw_bar(bar, norm, values, form)


def _write_numbers(ax: Axes, values: Floats, columns: int, norm: Normalize, form: str) -> None:
    for (x, y), value in zip(_centres(len(values), columns), values, strict=True):
        if not np.isnan(value):
            ink = "white" if _is_dark(value, norm) else INK
            ax.text(x, y - 0.2, form.format(value), ha="center", va="center", fontsize=6, color=ink)


def _mark(
    ax: Axes, which: NDArray[np.bool_], values: Floats, columns: int, marker: str, name: str
) -> None:
    """Mark some cells, in white on dark ones; cells without a value get a grey ground first."""
    spots = _centres(len(which), columns)[which]
    side = 72 * _cell_inches(ax, columns)
    spots[:, 1] += 0.15 * (len(which) <= SPACIOUS)
    norm = _ratio_norm(values)
    blank = np.isnan(values[which])
    dark = np.array([not b and _is_dark(v, norm) for b, v in zip(blank, values[which], strict=True)])
    if blank.any():
        _ground(ax, spots[blank])
    inks = ["white" if d else INK for d in dark]
    size = min(6.0, 0.5 * side)
    ax.scatter(spots[:, 0], spots[:, 1], s=size**2, c=inks, marker=marker,
               linewidth=max(0.4, min(1.2, size / 6)), gid=name)  # fmt: skip
