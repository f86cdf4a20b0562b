"""pydantic's errors -> sentences for the person who wrote the config."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from ..errors import Problem, nearest
from .field_error import FieldError
from .models import Config
from .tree import join
from .writing import flow, shown

Location = tuple[int | str, ...]

_EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "text",
    "string_too_short": "text",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}


def complaints(error: ValidationError) -> list[Problem]:
    """Every error about a Config as a problem with a dotted key, still without its place."""
    return [
        problem for details in error.errors(include_url=False) for problem in _problems(details)
    ]


def _problems(details: ErrorDetails) -> Iterator[Problem]:
    location = details["loc"]
    if location[-1:] == ("[key]",):  # pydantic's way to say that the key itself is wrong
        location = location[:-1]
    key = join(*map(str, location))
    cause = details.get("ctx", {}).get("error")
    if isinstance(cause, FieldError):
        for fault in cause.problems:
            yield Problem(fault.message, join(key, fault.key))
    else:
        yield Problem(str(cause) if cause else _sentence(details, location), key)


def _sentence(details: ErrorDetails, location: Location) -> str:
    kind, given = details["type"], shown(details["input"])
    if kind == "extra_forbidden":
        return _unknown(location)
    if kind == "missing":
        field = _field(location)
        meaning = field.description if field else ""
        return f"missing. {meaning} Add for example `{_example(location)}`"
    if kind in ("greater_than_equal", "less_than_equal"):
        field = _field(location)
        number = "a number" if field and field.annotation is float else "a whole number"
        bound = details["ctx"]
        span = f"of at least {bound['ge']}" if "ge" in bound else f"of at most {bound['le']}"
        return f"expected {number} {span}, got {given}"
    if kind == "too_short":
        return f"expected at least one, such as `{_example(location)}`"
    expected = _EXPECTED.get(kind)
    if expected is None:
        return f"{details['msg']}; got {given}"
    example = _example(location) or (f"{location[-1]}: {{}}" if kind == "model_type" else "")
    such_as = f", such as `{example}`" if example else ""
    return f"expected {expected}{such_as}; got {given}{_hint(details)}"


def _hint(details: ErrorDetails) -> str:
    """What a person does about a value of the wrong type, where quotes are the reason."""
    given = details["input"]
    if details["type"] == "string_type" and isinstance(given, (int, float)):
        return "; put it into quotes"
    if details["type"] == "int_type" and isinstance(given, str) and given.isdecimal():
        return "; take it out of its quotes"
    return ""


def _unknown(location: Location) -> str:
    *above, name = location
    known = list(_fields(tuple(above)))
    sentence = f"unknown key. {nearest(str(name), [*known, *([] if above else ['extends'])])}"
    if "options" in known and "Did you mean" not in sentence:
        return f"{sentence} A plugin's own settings belong below `options:`."
    return sentence


def _fields(location: Location) -> Mapping[str, FieldInfo]:
    """The fields of the model that stands at a location; none where no model does."""
    kind: Any = Config
    for part in location:
        if get_origin(kind) is dict:
            kind = get_args(kind)[1]
        elif _is_model(kind) and part in kind.model_fields:
            kind = kind.model_fields[part].annotation
        else:
            return {}
    return kind.model_fields if _is_model(kind) else {}


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _field(location: Location) -> FieldInfo | None:
    return _fields(location[:-1]).get(str(location[-1])) if location else None


def _example(location: Location) -> str:
    """A line as it could stand in the file; empty where the models have no example."""
    field = _field(location)
    if field is None or not field.examples:
        return ""
    return f"{location[-1]}: {flow(field.examples[0])}"
