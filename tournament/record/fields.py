"""What the fields of events are made of: figures, counts, names, texts.

Numbers: NaN and the infinities travel as the strings "NaN", "Infinity", "-Infinity", since JSON has
none. In memory they are floats. They are kept, never replaced, and never satisfy a criterion.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationInfo

from ..errors import printable

LARGEST = 2**53 - 1
"""The largest integer that every JSON reader keeps exact (RFC 8259, section 6)."""

NON_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def _read_figure(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, str):
        if value not in NON_FINITE:
            raise ValueError(f"expected a number, or one of {', '.join(NON_FINITE)}; got {value!r}")
        return NON_FINITE[value]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"expected a number, got {type(value).__name__}")
    if info.mode == "json" and not math.isfinite(value):
        raise ValueError('JSON has no such number; write it as a string, for example "NaN"')
    return float(value)


def _write_figure(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


Figure = Annotated[
    float,
    Field(allow_inf_nan=True),
    BeforeValidator(_read_figure),
    PlainSerializer(_write_figure, return_type=float | str, when_used="json"),
]
"""A number that may be NaN or infinite."""

Count = Annotated[int, Field(ge=0, le=LARGEST)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Inside = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(/[A-Za-z0-9][A-Za-z0-9._-]{0,63}){0,4}$")
]
"""The path of a file below a folder; nothing that leads out of it."""
LONGEST_TEXT = 8000


def _fitted(value: Any) -> Any:
    """Text that any reader can take: of UTF-8, not too long, and nothing that a terminal obeys."""
    if not isinstance(value, str):
        return value
    clean = printable(value.encode(errors="replace").decode())
    if len(clean) <= LONGEST_TEXT:
        return clean
    return f"{clean[: LONGEST_TEXT - 40]} ... ({len(clean) - LONGEST_TEXT + 40} more)"


Text = Annotated[str, BeforeValidator(_fitted), Field(max_length=LONGEST_TEXT)]
"""Words for people; what is too long is cut, and says so; control characters are written out."""


class Payload(BaseModel):
    """What one kind of event says."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
