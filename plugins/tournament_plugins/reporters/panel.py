"""What all panels share: plain axes, a title with notes, and the sentence of one not drawn."""

from __future__ import annotations

from matplotlib.axes import Axes

from .measure import fold_text
from .style import FAINT, GRID, HEADING, INK, LINE, MUTED, SMALL, TEXT


def dress(ax: Axes) -> None:
    """Plain axes: two spines, small ticks, a faint grid along y."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(FAINT)
    ax.tick_params(which="both", labelsize=SMALL, color=FAINT, labelcolor=INK, length=3)
    ax.grid(axis="y", color=GRID, linewidth=0.7)
    ax.set_axisbelow(True)


def size_of(ax: Axes) -> tuple[float, float]:
    """Width and height of axes in inches."""
    return ax.bbox.width / ax.figure.dpi, ax.bbox.height / ax.figure.dpi


def head(ax: Axes, title: str, *notes: str) -> None:
    """A panel's title at its upper left, with lines of notes between it and the axes."""
    step = SMALL * LINE
    pad = 8 + step * len(notes)
    ax.set_title(title, loc="left", fontsize=HEADING, fontweight="bold", color=INK, pad=pad)
    for row, note in enumerate(reversed(notes)):
        ax.annotate(
            note, (0, 1), xycoords="axes fraction", xytext=(0, 6 + step * row),
            textcoords="offset points", fontsize=SMALL, color=MUTED,
        )  # fmt: skip


def say_why(ax: Axes, title: str, reason: str) -> None:
    """Say in the place of a panel why it is not drawn."""
    head(ax, title)
    ax.set_axis_off()
    text = "\n".join(fold_text(f"Not drawn: {reason}.", size_of(ax)[0], TEXT))
    ax.text(0, 0.98, text, transform=ax.transAxes, va="top", fontsize=TEXT, color=INK)
