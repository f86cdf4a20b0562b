"""Looks at plugins without importing them here: each is asked about in a process of its own.

One that hangs, exits or raises where it is imported, or in its options, is told with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from ..process.question import NoAnswerError, ask_all
from ..record.fields import Text
from ..record.spec import Wanted
from .registry import Installed

INSPECTING = "tournament.plugin.inspecting"
PATIENCE = 120.0
"""Seconds in which plugins have to be imported."""


@dataclass(frozen=True)
class Inspection:
    """What is to be looked at: a plugin with options, whose key in the config is `key`.

    `criteria`: for a task, those that are judged.
    """

    found: Installed
    options: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    criteria: Sequence[Wanted] = ()


class Started(BaseModel):
    """What the author of a strategy for a task begins with: the text of a plugin of one module.

    It declares the strategy `name` at `target`, and meets `criteria` on the task's data with
    `options`, which make it small.
    """

    model_config = ConfigDict(extra="forbid")

    module: str
    text: str
    name: str
    target: str
    options: dict[str, JsonValue] = Field(default_factory=dict)
    criteria: tuple[str, ...] = ()


class Inspected(BaseModel):
    """What a plugin takes and gives, and what is wrong with what was asked of it.

    `options`: name, default as Python writes it (None where it is required) and meaning of each;
    `metrics`: name and meaning. `reason`: why nothing can be told, where that is so.
    """

    model_config = ConfigDict(extra="forbid")

    complaints: tuple[tuple[str, Text], ...] = ()
    options: tuple[tuple[str, str | None, Text], ...] = ()
    metrics: tuple[tuple[str, Text], ...] = ()
    starter: Started | None = None
    reason: Text = ""


def inspect(wanted: Sequence[Inspection]) -> list[Inspected]:
    """Look at all of them at the same time."""
    return list(map(_inspected, ask_all(INSPECTING, map(_question, wanted), PATIENCE)))


def _question(wanted: Inspection) -> dict[str, Any]:
    plugin = wanted.found.plugin
    return {
        "kind": plugin.kind,
        "name": plugin.name,
        "target": plugin.target,
        "options": dict(wanted.options),
        "key": wanted.key,
        "criteria": [each.model_dump() for each in wanted.criteria],
    }


def _inspected(answer: Any) -> Inspected:
    if isinstance(answer, NoAnswerError):
        return Inspected(reason=f"the process that imports it {answer}")
    try:
        return Inspected.model_validate(answer)
    except ValidationError:
        return Inspected(reason="the process that imports it left no readable answer")
