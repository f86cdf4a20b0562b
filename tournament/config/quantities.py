"""Durations (`90s`, `1h30m`) in seconds and sizes (`50MB`, `64MiB`) in bytes."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from .writing import shown

SECONDS = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
LONGEST = 365 * SECONDS["d"]
BYTES = {
    "GB": 10**9, "GiB": 2**30, "MB": 10**6, "MiB": 2**20, "KB": 10**3, "kB": 10**3, "KiB": 2**10,
    "B": 1,
}  # fmt: skip
LARGEST = 2**53 - 1

_NUMBER = r"[0-9]{1,15}(?:\.[0-9]{1,15})?"
_DURATION = re.compile(
    "".join(rf"(?:({_NUMBER}) ?{unit}(?: |(?=[0-9])|$))?" for unit in SECONDS), re.ASCII
)
_SIZE = re.compile(rf"({_NUMBER}) ?({'|'.join(BYTES)})", re.ASCII)


def read_duration(value: object) -> float:
    """Seconds in `90s`, `2h`, `1h30m`, `500ms` or a plain number; above 0, at most 365 days.

    Raises ValueError with a sentence.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = float(value) if abs(value) <= LARGEST else math.inf
    else:
        found = _DURATION.fullmatch(value) if isinstance(value, str) and value else None
        if not found:
            raise ValueError(
                f"expected a duration such as 90s, 2h, 1h30m or 500ms, got {shown(value)}"
            )
        seconds = math.fsum(
            float(amount) * unit if unit >= 1 else float(amount) / 1000
            for amount, unit in zip(found.groups(), SECONDS.values(), strict=True)
            if amount
        )
    if not 0 < seconds <= LONGEST:
        raise ValueError(f"expected a duration above 0 and up to 365d, got {shown(value)}")
    return seconds


def write_duration(seconds: float) -> str | float:
    """The shortest of the forms that `read_duration` reads back exactly."""
    for text in (_whole_units(seconds), f"{seconds * 1000:.0f}ms"):
        if text and text != "0ms" and read_duration(text) == seconds:
            return text
    return seconds


def _whole_units(seconds: float) -> str:
    if seconds != int(seconds):
        return ""
    parts, rest = [], int(seconds)
    for name, unit in SECONDS.items():
        if unit >= 1:
            amount, rest = divmod(rest, int(unit))
            parts.append(f"{amount}{name}" if amount else "")
    return "".join(parts)


def read_size(value: object) -> int:
    """Bytes in `50MB`, `64MiB` or a plain whole number; at least 1. Raises ValueError."""
    if isinstance(value, int) and not isinstance(value, bool):
        size: float = value
    else:
        found = _SIZE.fullmatch(value) if isinstance(value, str) else None
        if not found:
            raise ValueError(f"expected a size such as 50MB, 64MiB or 1.5GB, got {shown(value)}")
        size = float(found[1]) * BYTES[found[2]]
    if size != int(size) or not 1 <= size <= LARGEST:
        raise ValueError(f"expected a whole number of bytes of at least 1, got {shown(value)}")
    return int(size)


def write_size(size: int) -> str | int:
    """In the largest unit that divides it, as `read_size` reads it."""
    for name, unit in BYTES.items():
        if unit > 1 and size % unit == 0 and read_size(f"{size // unit}{name}") == size:
            return f"{size // unit}{name}"
    return size


def _schema(example: str, plain: str) -> Any:
    return WithJsonSchema({"anyOf": [{"type": "string", "examples": [example]}, {"type": plain}]})


Duration = Annotated[
    float,
    BeforeValidator(read_duration),
    PlainSerializer(write_duration, return_type=str | float, when_used="json"),
    _schema("1h30m", "number"),
]
"""Seconds; above 0."""

Size = Annotated[
    int,
    BeforeValidator(read_size),
    PlainSerializer(write_size, return_type=str | int, when_used="json"),
    _schema("50MB", "integer"),
]
"""Bytes; at least 1."""
