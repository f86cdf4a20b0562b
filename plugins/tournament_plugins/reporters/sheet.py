"""The sheet that the figure is drawn on: places in inches, measured from the upper left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .measure import fold_text
from .style import DPI, HEADLINE, INK, MUTED, SMALL, TEXT, inches

WIDTH = 11.5
MARGIN = 0.3
TEXT_WIDTH = WIDTH - 2 * MARGIN


@dataclass(frozen=True)
class Sheet:
    """An empty figure with a title and a footer; `top` is where the panels may begin."""

    figure: Figure
    height: float
    top: float

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """New axes; `left` and `top` are the distances of its upper left corner, in inches."""
        bottom = self.height - top - height
        box = (left / WIDTH, bottom / self.height, width / WIDTH, height / self.height)
        return self.figure.add_axes(box)


def new_sheet(title: str, notes: Sequence[str], footer: Sequence[str], body: float) -> Sheet:
    """A sheet with room for panels that are `body` inches high altogether."""
    head = fold_text(title, TEXT_WIDTH, HEADLINE, "bold")
    below = [line for note in notes for line in fold_text(note, TEXT_WIDTH, TEXT)]
    foot = [line for text in footer for line in fold_text(text, TEXT_WIDTH, SMALL)]
    head_height = MARGIN + inches(len(head), HEADLINE) + inches(len(below), TEXT)
    foot_height = 0.15 + inches(len(foot), SMALL) + 0.15
    height = head_height + body + foot_height
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor="white")
    sheet = Sheet(figure, height, head_height)
    y = _write(sheet, head, MARGIN * 0.6, HEADLINE, INK, "bold")
    _write(sheet, below, y + 0.04, TEXT, MUTED, "normal")
    _write(sheet, foot, height - foot_height + 0.15, SMALL, MUTED, "normal")
    return sheet


def _write(
    sheet: Sheet, lines: Sequence[str], top: float, size: float, colour: str, weight: str
) -> float:
    """Write lines downwards from `top`; gives where the next text may begin."""
    for line in lines:
        sheet.figure.text(MARGIN / WIDTH, 1 - top / sheet.height, line, va="top", fontsize=size,
                          color=colour, fontweight=weight)  # fmt: skip
        top += inches(1, size)
    return top
