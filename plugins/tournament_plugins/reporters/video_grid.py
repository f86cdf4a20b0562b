"""A grid with one coloured cell a video, marks on some of them, and a colour bar."""

from __future__ import annotations

import math
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LogNorm, Normalize
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator
from numpy.typing import NDArray

from .style import FAINT, INK, SMALL, UNKNOWN
from .videos import Floats

SPACIOUS = 60
"""Up to so many videos, the numbers are written into the cells."""

SMALLEST_GAPPED = 4.0
"""Cells of fewer points touch: a gap between them would hide them."""


def colour_map() -> Colormap:
    """Cividis: evenly from dark to light, for all kinds of sight (Nuñez et al. 2018)."""
    return matplotlib.colormaps["cividis"]


@dataclass(frozen=True, eq=False)
class Grid:
    """Values (V,), row by row in `columns` columns; NaN is a grey cell. `form` writes a value."""

    values: Floats
    columns: int
    norm: Normalize
    form: str

    @property
    def rows(self) -> int:
        return math.ceil(len(self.values) / self.columns)

    @property
    def centres(self) -> Floats:
        """The middle of each cell, (V, 2): x and y, in cells from the upper left."""
        number = np.arange(len(self.values))
        return np.stack([number % self.columns + 0.5, number // self.columns + 0.5], axis=1)

    @property
    def spacious(self) -> bool:
        return len(self.values) <= SPACIOUS

    def colours(self) -> Floats:
        """The colour of each cell, (rows, columns, 4); transparent behind the last video."""
        colours = np.zeros((self.rows * self.columns, 4))
        unknown = np.isnan(self.values)
        low, high = float(self.norm.vmin or 0), float(self.norm.vmax or 1)
        shown = np.clip(np.where(unknown, low, self.values), low, high)
        filled = colour_map()(np.asarray(self.norm(shown)))
        filled[unknown] = matplotlib.colors.to_rgba(UNKNOWN)
        colours[: len(self.values)] = filled
        return colours.reshape(self.rows, self.columns, 4)

    def inks(self) -> list[str]:
        """For each video the colour, dark or white, that reads well on its cell."""
        colours = self.colours().reshape(-1, 4)[: len(self.values), :3]
        light = colours @ np.array([0.299, 0.587, 0.114]) > 0.5
        return [INK if is_light else "white" for is_light in light]


def columns_for(count: int, width: float, height: float) -> int:
    """How many columns make `count` cells about square in this space."""
    return max(1, min(count, math.ceil(math.sqrt(count * width / height))))


def ratio_norm(ratio: Floats) -> Normalize:
    """A log scale from the 1st to the 99th percentile of the finite positive ratios."""
    fit = ratio[np.isfinite(ratio) & (ratio > 0)]
    low, high = np.percentile(fit, [1, 99]) if len(fit) else (1.0, 1.0)
    return LogNorm(low / 1.05, high * 1.05)


def accuracy_norm(accuracy: Floats) -> Normalize:
    """A linear scale from the lowest accuracy, in steps of 10 %, to 1."""
    known = accuracy[np.isfinite(accuracy)]
    lowest = float(known.min()) if len(known) else 0.0
    return Normalize(min(0.9, math.floor(lowest * 10) / 10), 1.0)


def draw_grid(ax: Axes, grid: Grid, width: float) -> None:
    """Draw the cells into axes that are `width` inches wide."""
    points = _cell_points(grid, width)
    gap = min(1.5, 0.1 * points) if points > SMALLEST_GAPPED else 0.0
    ax.pcolormesh(grid.colours(), edgecolors="white" if gap else "none", linewidth=gap)
    ax.set(xlim=(0, grid.columns), ylim=(grid.rows, 0), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    if grid.spacious:
        for (x, y), value, ink in zip(grid.centres, grid.values, grid.inks(), strict=True):
            if not np.isnan(value):
                size = min(SMALL, 0.3 * points)
                ax.text(x, y - 0.15, grid.form.format(value), ha="center", va="center",
                        fontsize=size, color=ink)  # fmt: skip


def mark_cells(
    ax: Axes, grid: Grid, which: NDArray[np.bool_], marker: str, name: str, width: float
) -> None:
    """Put a marker on some cells; below the number where there is one."""
    spots = grid.centres[which]
    if grid.spacious:
        spots[:, 1] += np.where(np.isnan(grid.values[which]), 0, 0.22)
    inks = [ink for ink, marked in zip(grid.inks(), which, strict=True) if marked]
    size = min(6.0, 0.5 * _cell_points(grid, width))
    ax.scatter(spots[:, 0], spots[:, 1], s=size**2, c=inks or INK, marker=marker,
               linewidth=min(1.2, size / 5), gid=name)  # fmt: skip


def draw_bar(ax: Axes, norm: Normalize, form: str, label: str) -> None:
    """A horizontal colour bar with a few round ticks. It ends where cells are clipped."""
    bar = ax.figure.colorbar(ScalarMappable(norm, colour_map()), cax=ax, orientation="horizontal")
    bar.set_label(label, fontsize=SMALL, color=INK)
    bar.ax.xaxis.set_major_locator(FixedLocator(_round_ticks(norm)))
    bar.ax.xaxis.set_minor_locator(NullLocator())
    bar.ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: form.format(value)))
    bar.ax.tick_params(labelsize=SMALL, length=3, color=FAINT)
    bar.outline.set_visible(False)


def _round_ticks(norm: Normalize) -> list[float]:
    low, high = float(norm.vmin or 0), float(norm.vmax or 1)
    if low > 0 and high / low > 10:
        ticks = [digit * 10.0**power for power in range(-12, 13) for digit in (1, 2, 5)]
    else:
        ticks = [float(tick) for tick in MaxNLocator(5).tick_values(low, high)]
    return [tick for tick in ticks if low <= tick <= high]


def _cell_points(grid: Grid, width: float) -> float:
    return 72 * width / grid.columns
