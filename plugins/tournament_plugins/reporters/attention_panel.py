"""Panel b: attention per object, before training and at the check that counts."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from .panel import dress, head
from .style import INK, KINDS, MUTED, PERSISTENT, SMALL, TEXT, TRANSIENT
from .videos import Floats, NotDrawable, Videos

TITLE = "b   Attention per object, before and after"
RESAMPLES = 2000
WIDTH = 0.38


def mean_interval(values: Floats, seed: int = 0) -> tuple[float, float, float]:
    """The mean of (V,) values, and the ends of its 95 % bootstrap interval over the videos.

    Percentile method with 2,000 resamples of V videos (Efron and Tibshirani 1993, chapter 13); the
    seed is fixed, so that the same run always gives the same figure.
    """
    rng = np.random.default_rng(seed)
    size = len(values)
    means = [values[rng.integers(0, size, size)].mean() for _ in range(RESAMPLES)]
    mean = float(values.mean())
    low, high = np.percentile(means, [2.5, 97.5])
    # Rounding can put the mean of nearly equal values outside, and very skewed ones do so too.
    return mean, min(mean, float(low)), max(mean, float(high))


def draw_attention(ax: Axes, before: Videos, after: Videos, when: tuple[str, str]) -> None:
    """Draw the panel; `when` names the two checks. Raises NotDrawable without scored videos."""
    for videos, name in zip((before, after), when, strict=True):
        if not videos.scored.any():
            raise NotDrawable(f"no video is scored {name}, so there is no attention to compare")
    dress(ax)
    tops = [_draw_group(ax, place, videos) for place, videos in enumerate((before, after))]
    ax.axhline(1.0, color=INK, linestyle="--", linewidth=1, zorder=3, gid="uniform")
    ax.set_xticks([0, 1], [_group_text(*pair) for pair in zip((before, after), when, strict=True)])
    ax.tick_params(axis="x", labelsize=SMALL, length=0)
    ax.set_xlim(-0.6, 1.6)
    ax.set_ylim(0, max(*tops, 1.0) * 1.3)
    ax.set_ylabel("attention per object (1.0 = uniform, dashed)", fontsize=TEXT, color=INK)
    ax.legend(loc="upper left", fontsize=SMALL, frameon=False, handlelength=1.6, borderaxespad=0.1,
              ncols=2, columnspacing=1.2)  # fmt: skip
    head(ax, TITLE, "bars: mean over the scored videos; whiskers: 95 %",
         "interval of the mean, from 2,000 bootstraps by video")  # fmt: skip


def _draw_group(ax: Axes, place: int, videos: Videos) -> float:
    """Two bars with whiskers and figures around x = `place`; gives the top of the highest."""
    tops = []
    for kind, shift in zip(KINDS, (-WIDTH / 2, WIDTH / 2), strict=True):
        mean, low, high = mean_interval(videos.attention(kind.name))
        x = place + shift
        ax.bar(x, mean, WIDTH, color=kind.colour, hatch=kind.hatch, edgecolor=INK, linewidth=0.8,
               label=f"{kind.name} objects" if place == 0 else None, zorder=2)  # fmt: skip
        ax.errorbar(x, mean, [[mean - low], [high - mean]], color=INK, capsize=4, linewidth=1.2,
                    zorder=4)  # fmt: skip
        _above(ax, x, high, f"{mean:.2f}")
        tops.append(high)
    return max(tops)


def _above(ax: Axes, x: float, y: float, text: str) -> None:
    ax.annotate(text, (x, y), xytext=(0, 4), textcoords="offset points", ha="center", va="bottom",
                fontsize=SMALL, color=MUTED, zorder=5,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip


def _group_text(videos: Videos, name: str) -> str:
    up, down = (videos.attention(kind.name).mean() for kind in (PERSISTENT, TRANSIENT))
    ratio = f"{up / down:.2f}x" if down > 0 else "infinite"
    return f"{name}\nratio of the means {ratio}\nn = {videos.scored.sum():,} videos"
