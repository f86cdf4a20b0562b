"""JSON Schema (2020-12) of a config file, by which an editor completes and checks it."""

from __future__ import annotations

import copy
from typing import Any

from .extends import EXTENDS
from .models import Config

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_EXTENDS = {
    "type": "string",
    "description": "Another config file, on top of which this one is; `null` removes a key of it.",
    "examples": ["base.yaml"],
}
_PART = "Part"
"""How the definitions are called of which a file that extends another one needs only a part."""


def config_schema() -> dict[str, Any]:
    """Of a file: a whole config, or with `extends` a part of one."""
    whole = Config.model_json_schema()
    definitions = whole.pop("$defs")
    whole["properties"] = {EXTENDS: _EXTENDS, **whole["properties"]}
    parts = {f"{name}{_PART}": _part_of(each) for name, each in definitions.items()}
    return {
        "$schema": DIALECT,
        "title": "The config of a tournament",
        "type": "object",
        "if": {"required": [EXTENDS]},
        "then": _part_of(whole),
        "else": whole,
        "$defs": definitions | parts,
    }


def _part_of(schema: dict[str, Any]) -> dict[str, Any]:
    """The same where every key may be missing, or null."""
    part = copy.deepcopy(schema)
    part.pop("required", None)
    for name, value in part.get("properties", {}).items():
        if name != EXTENDS:
            part["properties"][name] = {"anyOf": [_pointed(_part_of(value)), {"type": "null"}]}
    pointed: dict[str, Any] = _pointed(part)
    return pointed


def _pointed(node: Any) -> Any:
    """With every reference to a definition leading to that of its part."""
    if isinstance(node, dict):
        return {
            key: f"{value.removesuffix(_PART)}{_PART}" if key == "$ref" else _pointed(value)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_pointed(value) for value in node]
    return node
