"""Does the config fit the plugins: are options and criteria what strategy and task know?

Used by a worker before it prepares, and by the process that inspects a plugin. Gives complaints
with the key in the config; who knows the file adds the line.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from ..errors import nearest
from ..record.payloads import Complaint
from ..record.spec import Wanted
from .api import AnyOptions, Metric

HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}


def read_options(
    cls: AnyOptions, given: Mapping[str, Any], key: str
) -> tuple[Any, tuple[Complaint, ...]]:
    """The options object, or None and what is wrong with them, every option at once."""
    try:
        return cls.model_validate(dict(given)), ()
    except ValidationError as error:
        found = tuple(_complaint(cls, dict(e), key) for e in error.errors(include_url=False))
        return None, found


def beyond_metrics(
    criteria: Iterable[Wanted], offered: Iterable[Metric], task: str
) -> tuple[Complaint, ...]:
    """A complaint for each criterion on a metric that the task lacks, or beyond what it can be."""
    known = {metric.name: metric for metric in offered}
    found = ((wanted.key, _beyond(wanted, known, task)) for wanted in criteria)
    return tuple(Complaint(key=key, message=message) for key, message in found if message)


def _beyond(wanted: Wanted, known: Mapping[str, Metric], task: str) -> str:
    metric = known.get(wanted.metric)
    if metric is None:
        near = nearest(wanted.metric, list(known))
        return f"task {task!r} gives no metric {wanted.metric!r}. {near}"
    if _can_hold(metric.lowest, wanted) or _can_hold(metric.highest, wanted):
        return ""
    said = f"{wanted.metric} {wanted.op} {wanted.threshold:g}"
    span = f"can never be: it is from {metric.lowest:g} to {metric.highest:g}"
    if metric.highest == 1 < wanted.threshold <= 100:
        span += f"; {wanted.threshold:g} percent are {wanted.threshold / 100:g}"
    return f"{said} {span}"


def _can_hold(value: float, wanted: Wanted) -> bool:
    """Whether the criterion holds at this value, an end of what the metric can be."""
    return HOLDS[wanted.op](value, wanted.threshold)


def _complaint(cls: AnyOptions, error: dict[str, Any], key: str) -> Complaint:
    where = ".".join([key, *map(str, error["loc"])])
    name = str(error["loc"][-1]) if error["loc"] else key
    match error["type"]:
        case "extra_forbidden":
            message = f"unknown option {name!r}. {nearest(name, list(cls.model_fields))}"
        case "missing":
            message = f"the option {name!r} is required"
        case _:
            said = str(error["msg"]).removeprefix("Value error, ")
            message = f"{said}; got {error['input']!r:.200}"
    return Complaint(key=where, message=message)
