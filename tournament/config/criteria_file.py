"""Criteria from a file of their own, for judging a finished run again."""

from __future__ import annotations

from pathlib import Path

from ..errors import ConfigError
from .criteria import Criteria, criteria_from_json
from .extends import read_tree
from .tree import find, plain


def load_criteria(path: Path) -> Criteria:
    """The criteria in a YAML file: under `criteria`, as in a config, or at its top.

    Raises ConfigError with file and line of every problem.
    """
    tree, problems = read_tree(path)
    if problems:
        raise ConfigError(problems)
    values = plain(tree)
    key = "criteria" if "criteria" in values else ""
    try:
        return criteria_from_json(values[key] if key else values, key)
    except ConfigError as error:
        placed = [find(tree, p.key).place.problem(p.key, p.message) for p in error.problems]
        raise ConfigError(placed) from None
