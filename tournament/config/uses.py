"""What a config asks of plugins, also of one in which other things are wrong. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Use:
    """That a plugin is used: of which kind, under which name, and where in the config.

    `key` is the user's own (`task`, `entrants.mine`); `options` is empty where they are no mapping.
    """

    kind: Literal["task", "strategy"]
    name: str
    key: str
    options: Mapping[str, Any]


def uses(values: Mapping[str, Any]) -> Iterator[Use]:
    """Every use of a plugin that can be read in the values of a config, in the written order."""
    task = _mapping(values.get("task"))
    if use := _name(task, None):
        yield Use("task", use, "task", _mapping(task.get("options")))
    for name, entrant in _mapping(values.get("entrants")).items():
        if isinstance(entrant, Mapping) and (use := _name(entrant, name)):
            yield Use("strategy", use, f"entrants.{name}", _mapping(entrant.get("options")))


def entrant_names(values: Mapping[str, Any]) -> list[str]:
    """The names of all entrants, whatever is said of them."""
    return [name for name in _mapping(values.get("entrants")) if isinstance(name, str)]


def _name(user: Mapping[str, Any], default: str | None) -> str | None:
    use = user.get("use", default)
    return use if isinstance(use, str) and use else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
