"""How the figure looks: sizes, and colours that need no colour to be told apart.

The colours are those of Okabe and Ito (2008, "Color Universal Design"), without yellow, which a
white page swallows. Each comes with a marker, a line style or a hatch of its own, so that the
figure also works in greyscale and for colour-blind readers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

DPI = 150
HEADLINE, HEADING, TEXT, SMALL = 12.0, 10.0, 8.5, 7.5
"""Font sizes in points: the figure's title, a panel's title, the title's notes, all else."""

LINE = 1.3
"""The distance of two lines of text, in font sizes."""

INK, MUTED, FAINT, GRID = "#1a1a1a", "#555555", "#9a9a9a", "#e4e4e4"
ZONE, LIMIT = "#009E73", "#33554a"
"""The zone of success, drawn faintly, and its edge."""
LANE = "#f1f1f1"
UNKNOWN = "#d9d9d9"
"""The colour of what was not scored."""

_COLOURS = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#1a1a1a", "#E69F00", "#56B4E9", "#7a7a7a",
)  # fmt: skip
_MARKERS = ("o", "s", "^", "D", "v", "<", ">", "P", "X", "h", "p")
_DASHES = ("-", "--", "-.", ":", (0, (7, 1.5, 1, 1.5, 1, 1.5)))


@dataclass(frozen=True)
class TrialStyle:
    """Colour, marker and line style of one trial."""

    colour: str
    marker: str
    dashes: Any

    def line(self) -> dict[str, Any]:
        """Arguments for a line that shows this trial."""
        return {
            "color": self.colour,
            "marker": self.marker,
            "linestyle": self.dashes,
            "markeredgecolor": "white",
            "markeredgewidth": 0.6,
        }


@dataclass(frozen=True)
class KindStyle:
    """How one kind of object is drawn: dark and plain, or light and hatched."""

    name: str
    colour: str
    hatch: str


PERSISTENT = KindStyle("persistent", "#0072B2", "")
TRANSIENT = KindStyle("transient", "#F0B84C", "////")
KINDS = (PERSISTENT, TRANSIENT)


def trial_style(number: int) -> TrialStyle:
    """The style of trial `number` (from 0). The first 440 differ; the first 8 also in colour."""
    return TrialStyle(
        _COLOURS[number % len(_COLOURS)],
        _MARKERS[number % len(_MARKERS)],
        _DASHES[number % len(_DASHES)],
    )


def inches(lines: int, size: float) -> float:
    """The height of so many lines of text of a font size in points."""
    return lines * size * LINE / 72
