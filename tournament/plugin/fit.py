"""Does the config fit the plugins: are options and metrics what strategy and task know?

Used by a worker before it prepares, and by the process that inspects a plugin. Gives complaints
with the key in the config; who knows the file adds the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from ..errors import nearest
from ..record.payloads import Complaint
from .api import AnyOptions, Metric


def read_options(
    cls: AnyOptions, given: Mapping[str, Any], key: str
) -> tuple[Any, tuple[Complaint, ...]]:
    """The options object, or None and what is wrong with them, every option at once."""
    try:
        return cls.model_validate(dict(given)), ()
    except ValidationError as error:
        found = tuple(_complaint(cls, dict(e), key) for e in error.errors(include_url=False))
        return None, found


def unknown_metrics(
    criteria: Iterable[tuple[str, str]], offered: Iterable[Metric], task: str
) -> tuple[Complaint, ...]:
    """A complaint for each criterion (its key, its metric) on a metric that the task lacks."""
    names = [metric.name for metric in offered]
    return tuple(
        Complaint(
            key=key, message=f"task {task!r} gives no metric {name!r}. {nearest(name, names)}"
        )
        for key, name in criteria
        if name not in names
    )


def _complaint(cls: AnyOptions, error: dict[str, Any], key: str) -> Complaint:
    where = ".".join([key, *map(str, error["loc"])])
    name = str(error["loc"][-1]) if error["loc"] else key
    match error["type"]:
        case "extra_forbidden":
            message = f"unknown option {name!r}. {nearest(name, list(cls.model_fields))}"
        case "missing":
            message = f"the option {name!r} is required"
        case _:
            message = f"{error['msg']}; got {error['input']!r:.200}"
    return Complaint(key=where, message=message)
