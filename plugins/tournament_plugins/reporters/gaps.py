"""A lane below the lines of panel a for values that are NaN or infinite: nothing is left out."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from .style import INK, LANE, TrialStyle
from .videos import Floats

ROW = 0.075
"""The height of one trial's row in the lane, in heights of the axes."""

TALLEST = 0.6


def row_height(rows: int) -> float:
    """The height of a row when there are so many, in heights of the axes."""
    return min(ROW, TALLEST / rows)


def open_lane(ax: Axes, rows: int) -> None:
    """Make room for so many rows between the lower edge and the smallest value now on the axis."""
    share = rows * row_height(rows)
    scale = ax.yaxis.get_transform()
    low, high = scale.transform(np.array(ax.get_ylim()))
    ticks = MaxNLocator(6).tick_values(*ax.get_ylim())
    if ax.get_yscale() == "linear":
        ax.yaxis.set_major_locator(FixedLocator([t for t in ticks if low <= t <= high]))
    bottom = scale.inverted().transform(np.array([(low - share * high) / (1 - share)]))
    ax.set_ylim(bottom=float(bottom[0]))
    ax.axhspan(float(bottom[0]), float(scale.inverted().transform(np.array([low]))[0]), color=LANE,
               linewidth=0, zorder=1)  # fmt: skip


def mark_gaps(
    ax: Axes, epochs: Floats, values: Floats, style: TrialStyle, row: int, rows: int
) -> None:
    """Put the trial's marker, hollow, at each check without a finite value, in its row of the lane.

    The first of equal values says what they are.
    """
    y = row_height(rows) * (row + 0.3)
    names = [_name(value) for value in values]
    for number, (epoch, name) in enumerate(zip(epochs, names, strict=True)):
        if not name:
            continue
        ax.scatter([epoch], [y], marker=style.marker, s=26, color="white", edgecolor=style.colour,
                   linewidth=1.3, transform=ax.get_xaxis_transform(), zorder=5,
                   gid=f"gap:{name}")  # fmt: skip
        if number == 0 or names[number - 1] != name:
            ax.annotate(
                name, (epoch, y), xycoords=ax.get_xaxis_transform(), xytext=(0, 4), zorder=5,
                textcoords="offset points", ha="center", fontsize=6, color=INK,
            )  # fmt: skip


def _name(value: float) -> str:
    if np.isfinite(value):
        return ""
    return "NaN" if np.isnan(value) else "∞" if value > 0 else "-∞"
