"""Panel c: how the attention of single videos is distributed, per kind of object."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from .panel import dress, head
from .style import INK, KINDS, SMALL, TEXT, KindStyle
from .videos import Floats, NotDrawable, Videos
from .wording import effect_text, p_text

TITLE = "c   Attention per video"
HEADROOM = 1.08
"""How much higher the axis is than what it shows."""
FEW = 60
"""Up to so many videos, each is also drawn as a dot."""


def draw_distributions(ax: Axes, videos: Videos, metrics: Mapping[str, float], when: str) -> None:
    """Draw the panel; `metrics` are the check's. Raises NotDrawable without scored videos."""
    if not videos.scored.any():
        raise NotDrawable(f"no video is scored at {when}, so there is no attention to show")
    dress(ax)
    for place, kind in enumerate(KINDS):
        _draw_violin(ax, place, kind, videos.attention(kind.name))
    ax.axhline(1.0, color=INK, linestyle="--", linewidth=1, zorder=1, gid="uniform")
    ax.set_xticks([0, 1], [_spread_text(kind, videos) for kind in KINDS])
    ax.tick_params(axis="x", labelsize=SMALL, length=0)
    ax.set_xlim(-0.55, 1.55)
    highest = max(float(videos.attention(kind.name).max()) for kind in KINDS)
    ax.set_ylim(0, max(highest, 1.0) * HEADROOM)
    ax.set_ylabel("mean attention in a video (1.0 = uniform)", fontsize=TEXT, color=INK)
    head(ax, f"{TITLE}, {when}",
         f"Wilcoxon signed-rank {p_text(metrics)}; {effect_text(metrics)}",
         f"box: quartiles; white: median; n = {videos.scored.sum():,} scored videos")  # fmt: skip


def _draw_violin(ax: Axes, place: int, kind: KindStyle, values: Floats) -> None:
    parts = ax.violinplot(values, [place], widths=0.8, showextrema=False)
    bodies = parts["bodies"]
    assert isinstance(bodies, list)
    for body in bodies:
        assert isinstance(body, PolyCollection)
        body.set(facecolor=kind.colour, edgecolor=INK, alpha=1, linewidth=0.8, hatch=kind.hatch)
    if len(values) <= FEW:
        spots = place + np.linspace(-0.12, 0.12, len(values))
        ax.scatter(spots, values, s=9, color="white", edgecolor=INK, linewidth=0.6, zorder=3)
    low, middle, high = np.percentile(values, [25, 50, 75])
    ax.plot([place, place], [low, high], color=INK, linewidth=6, solid_capstyle="butt", zorder=4)
    ax.scatter([place], [middle], s=22, color="white", edgecolor=INK, zorder=5)


def _spread_text(kind: KindStyle, videos: Videos) -> str:
    low, middle, high = np.percentile(videos.attention(kind.name), [25, 50, 75])
    return f"{kind.name} objects\nmedian {middle:.2f}\nquartiles {low:.2f} to {high:.2f}"
