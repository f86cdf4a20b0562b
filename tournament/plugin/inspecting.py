"""Asked whether one plugin can be imported, and what is wrong with options. See `process.question`.

A question: {"kind", "name", "target", "options" and "key" (their key in the config), "criteria"
(objects of `Wanted`, for a task)}. The answer: {"complaints": pairs of key and message,
"options": name, default (as Python writes it, null where it is required) and meaning of each,
"metrics": name and meaning of each, "starter": see `inspection.Started`, null without one}.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from pydantic.fields import FieldInfo

from ..process.question import answer
from ..record.payloads import Complaint
from ..record.spec import Wanted
from .api import Options, Starter
from .fit import beyond_metrics, read_options
from .registry import import_class


def inspected(question: Mapping[str, Any]) -> dict[str, object]:
    """What is wrong with options and criteria; options and metrics with their meanings."""
    cls = import_class(question["kind"], question["name"], question["target"])
    complaints: tuple[Complaint, ...] = ()
    if question["kind"] != "reporter":
        complaints += read_options(cls.Options, question["options"], question["key"])[1]
    if question["kind"] == "task":
        complaints += beyond_metrics(_wanted(question), cls.metrics, question["name"])
    options = getattr(cls, "Options", Options)
    return {
        "complaints": [[complaint.key, complaint.message] for complaint in complaints],
        "options": [_option(*each) for each in options.model_fields.items()],
        "metrics": [[metric.name, metric.meaning] for metric in getattr(cls, "metrics", ())],
        "starter": _starter(getattr(cls, "starter", None)),
    }


def _starter(starter: Starter | None) -> dict[str, object] | None:
    """Its text, and the plugin that it declares."""
    if starter is None:
        return None
    module = import_module(starter.module)
    (plugin,) = module.tournament_register()
    return {
        "module": starter.module,
        "text": inspect.getsource(module),
        "name": plugin.name,
        "target": plugin.target,
        "options": dict(starter.options),
        "criteria": list(starter.criteria),
    }


def _wanted(question: Mapping[str, Any]) -> list[Wanted]:
    return [Wanted.model_validate(each) for each in question["criteria"]]


def _option(name: str, field: FieldInfo) -> list[str | None]:
    default = None if field.is_required() else repr(field.get_default(call_default_factory=True))
    return [name, default, field.description or ""]


if __name__ == "__main__":
    sys.exit(answer(sys.argv[1:], inspected))
