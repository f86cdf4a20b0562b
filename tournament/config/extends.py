"""`extends: other.yaml`: a file on top of another, and overrides on top of all files.

Mappings are merged, lists and scalars replaced, and `null` removes what was inherited. Every value
keeps the place where it was written.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from pathlib import Path

from ..errors import ConfigError, Problem
from .parse import parse_yaml
from .scalars import usable
from .source import beside, read_text
from .tree import Node, Place, holds, merge, prefixes

EXTENDS = "extends"
"""The key that names another file."""

OVERRIDE = Place("command line")
"""The place of every value that no file holds."""


def read_tree(path: Path) -> tuple[Node, list[Problem]]:
    """The tree of a file merged with all that it extends, and what is wrong with the files.

    Where another file cannot be followed, that is a problem of the key `extends`, and the tree is
    that of the files before it. Raises ConfigError where the first gives no tree at all.
    """
    problems: list[Problem] = []
    trees: list[Node] = []
    chain = [path]
    seen: set[str] = set()
    link: Node | None = None
    while len(trees) < len(chain):
        try:
            text = read_text(chain[-1])
            _refuse_circle(chain, seen)
        except ValueError as error:
            problems.append(_unreadable(chain[-1], link, error))
            break
        parsed = parse_yaml(text, str(chain[-1]))
        problems.extend(parsed.problems)
        if parsed.root is None:
            problems += _fruitless(chain[-1], link)
            break
        tree, link = _without_extends(parsed.root, problems)
        trees.append(tree)
        if link is not None:
            chain.append(beside(link.place.file, str(link.value)))
    if not trees:
        raise ConfigError(problems)
    return reduce(merge, reversed(trees)), problems


def _unreadable(path: Path, link: Node | None, error: ValueError) -> Problem:
    if link is None:
        return Place(str(path)).problem("", str(error))
    return link.place.problem(EXTENDS, f"{path}: {error}")


def _fruitless(path: Path, link: Node | None) -> list[Problem]:
    """That the file which a link names gave no tree; why is told at that file."""
    return [] if link is None else [link.place.problem(EXTENDS, f"{path} gives no config")]


def _refuse_circle(chain: list[Path], seen: set[str]) -> None:
    """Adds the last file of the chain to those `seen`, by their real paths."""
    real = os.path.realpath(chain[-1])
    if real in seen:
        circle = " -> ".join(map(str, chain))
        raise ValueError(f"these files extend each other in a circle: {circle}")
    seen.add(real)


def _without_extends(tree: Node, problems: list[Problem]) -> tuple[Node, Node | None]:
    """The tree without its `extends`, and the node that names the other file, if any."""
    assert isinstance(tree.value, dict)
    if EXTENDS not in tree.value:
        return tree, None
    link = tree.value[EXTENDS]
    rest = replace(tree, value={k: node for k, node in tree.value.items() if k != EXTENDS})
    if isinstance(link.value, str) and link.value:
        return rest, link
    problems.append(link.place.problem(EXTENDS, "expected the path of one config file"))
    return rest, None


def override(tree: Node, overrides: Mapping[str, object]) -> tuple[Node, list[Problem]]:
    """The tree with values put at dotted keys (`entrants.mine.max_epochs`); None removes a key."""
    problems: list[Problem] = []
    for key, value in overrides.items():
        try:
            leaf = _located(value)
        except ValueError as error:
            problems.append(OVERRIDE.problem(key, str(error)))
        else:
            if value is not None or holds(tree, key):
                tree = merge(tree, _at(tree, key, leaf))
    return tree, problems


def _at(tree: Node, key: str, leaf: Node) -> Node:
    """A tree that holds `leaf` alone, at `key`; names in `tree` that hold dots are followed."""
    names = tree.value if isinstance(tree.value, dict) else {}
    first = next(prefixes(key))
    name, rest = next((split for split in prefixes(key) if split[0] in names), first)
    inner = _at(names.get(name, Node({}, OVERRIDE)), rest, leaf) if rest else leaf
    return Node({name: inner}, tree.place)


def _located(value: object) -> Node:
    """A value from Python as a node. Raises ValueError for what JSON cannot hold."""
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, Mapping):
        return Node({str(k): _located(member) for k, member in value.items()}, OVERRIDE)
    if isinstance(value, (list, tuple)):
        return Node(tuple(_located(member) for member in value), OVERRIDE)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number")
    if isinstance(value, str):
        return Node(usable(value), OVERRIDE)
    if value is None or isinstance(value, (int, float, bool)):
        return Node(value, OVERRIDE)
    raise ValueError(f"expected text, a number, a list or a mapping, got {type(value).__name__}")
