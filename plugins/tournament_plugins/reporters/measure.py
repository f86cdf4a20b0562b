"""How wide text is on the page, and text folded into lines that fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from .style import DPI

WORDS = re.compile(r"\s*\S+")
NAME_PARTS = re.compile(r"[^-_.]*[-_.]+|[^-_.]+")


@lru_cache(maxsize=1)
def _renderer() -> Any:
    # Matplotlib's own types leave this class out.
    make: Any = RendererAgg
    return make(1, 1, DPI)


@lru_cache(maxsize=4096)
def width_of(text: str, size: float, weight: str = "normal") -> float:
    """The width in inches of one line at a font size in points, at the figure's resolution.

    Measured as it is drawn: there each letter takes whole pixels.
    """
    font = FontProperties(size=size, weight=weight)
    width, _, _ = _renderer().get_text_width_height_descent(text, font, False)
    return float(width) / DPI


def fold_text(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Prose in lines of at most `width` inches, broken between words where that is possible."""
    return _fold(WORDS.findall(text), width, size, weight)


def fold_name(name: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """A name in lines of at most `width` inches, broken behind - _ . where that is possible."""
    return _fold(NAME_PARTS.findall(name), width, size, weight)


def _fold(parts: Iterable[str], width: float, size: float, weight: str) -> list[str]:
    lines = [""]
    for part in parts:
        if width_of(lines[-1] + part, size, weight) <= width:
            lines[-1] += part
            continue
        lines += _cut(part.lstrip(), width, size, weight)
    return [line for line in lines if line]


def _cut(part: str, width: float, size: float, weight: str) -> Iterator[str]:
    """A part that fits on no line, in pieces that do; at least a character each."""
    while part:
        fits = next(
            (n for n in range(len(part), 1, -1) if width_of(part[:n], size, weight) <= width), 1
        )
        yield part[:fits]
        part = part[fits:]
