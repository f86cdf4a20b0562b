"""Panel d: every validation video as one cell, with its ratio, pass or fail, and accuracy."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from .panel import head
from .video_grid import (
    Grid,
    accuracy_norm,
    columns_for,
    draw_bar,
    draw_grid,
    mark_cells,
    ratio_norm,
)
from .videos import Videos

TITLE = "d   Every validation video"


def draw_videos(
    axes: tuple[Axes, Axes], bars: tuple[Axes, Axes], videos: Videos, when: str,
    size: tuple[float, float],
) -> None:  # fmt: skip
    """Draw the grid of ratios and the grid of accuracies, each `size` inches wide and high.

    A video has the same cell in both: by falling ratio from the upper left, row by row; the videos
    that are not scored come last.
    """
    width = size[0]
    order = video_order(videos)
    columns = columns_for(len(order), *size)
    ratios = np.where(videos.scored, videos.ratio, np.nan)[order]
    accuracies = videos.accuracy[order]
    left = Grid(ratios, columns, ratio_norm(ratios), "{:.1f}x")
    right = Grid(accuracies, columns, accuracy_norm(accuracies), "{:.0%}")
    for ax, grid in zip(axes, (left, right), strict=True):
        draw_grid(ax, grid, width)
        mark_cells(ax, grid, np.isnan(grid.values), "_", "not scored", width)
    mark_cells(axes[0], left, (videos.scored & ~videos.passes)[order], "x", "fail", width)
    draw_bar(bars[0], left.norm, "{:g}x", "attention ratio (log scale, 1st to 99th percentile)")
    draw_bar(bars[1], right.norm, "{:.0%}", "accuracy: share of the video's objects told right")
    head(axes[0], f"{TITLE}, {when}", _count_text(videos), "one cell a video, by falling ratio")
    head(axes[1], "", "accuracy; each video has the same place as on the left")


def video_order(videos: Videos) -> NDArray[np.int64]:
    """Rows by falling ratio; those not scored come last, by falling accuracy."""
    ratio = np.where(videos.scored, videos.ratio, -np.inf)
    accuracy = np.nan_to_num(videos.accuracy, nan=-1.0)
    return np.lexsort((-accuracy, -ratio, ~videos.scored)).astype(np.int64)


def _count_text(videos: Videos) -> str:
    passed, scored, total = (
        int(x) for x in (videos.passes.sum(), videos.scored.sum(), len(videos.scored))
    )
    text = f"{passed:,} of {total:,} pass (consistent), {scored - passed:,} fail (×)"
    return text + (f", {total - scored:,} not scored (–)" if total > scored else "")
