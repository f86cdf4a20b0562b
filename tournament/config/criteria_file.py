"""Criteria from a file of their own, for judging a finished run again."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ..errors import ConfigError, Problem, nearest
from .criteria import Criteria, criteria_from_json, readable_leaves
from .extends import read_tree
from .tree import find, plain


def load_criteria(path: Path, metrics: Collection[str]) -> Criteria:
    """The criteria in a YAML file: under `criteria`, as in a config, or at its top.

    `metrics` are those that there are. Without `every`, each check counts. Raises ConfigError with
    file and line of every problem.
    """
    tree, problems = read_tree(path)
    if problems:
        raise ConfigError(problems)
    values = plain(tree)
    key = "criteria" if "criteria" in values else ""
    written = values[key] if key else values
    if isinstance(written, dict):
        written = {"every": 1, **written}
    leaves = readable_leaves(written, key)
    found = [_unmeasured(at, x.metric, metrics) for at, x in leaves if x.metric not in metrics]
    try:
        criteria = criteria_from_json(written, key)
    except ConfigError as error:
        found += error.problems
    if found:
        raise ConfigError([find(tree, p.key).place.problem(p.key, p.message) for p in found])
    return criteria


def _unmeasured(key: str, metric: str, metrics: Collection[str]) -> Problem:
    near = nearest(metric, sorted(metrics))
    return Problem(f"the log has no metric {metric!r}. {near}", key)
