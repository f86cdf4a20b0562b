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
from .source import beside, read_text
from .tree import Node, Place, join, merge

OVERRIDE = Place("command line")
"""The place of every value that no file holds."""


def read_tree(path: Path) -> tuple[Node, list[Problem]]:
    """The tree of a file merged with all that it extends, and what is wrong with the files.

    Raises ConfigError where one of them gives no tree at all.
    """
    problems: list[Problem] = []
    trees: list[Node] = []
    chain: list[Path] = []
    link: Node | None = Node(str(path), Place(str(path)))
    while link is not None:
        path = Path(str(link.value)) if not chain else beside(link.place.file, str(link.value))
        tree = _read_link(path, chain, link.place, problems)
        tree, link = _without_extends(tree, problems)
        trees.append(tree)
    return reduce(merge, reversed(trees)), problems


def _read_link(path: Path, chain: list[Path], place: Place, problems: list[Problem]) -> Node:
    """One file of the chain, which grows by it. `place` is where it was asked for."""
    root: Node | None = None
    try:
        text = read_text(path)
        _refuse_circle(path, chain)
    except ValueError as error:
        what = (str(error), "") if not chain else (f"{path}: {error}", "extends")
        problems.append(place.problem(what[1], what[0]))
    else:
        root, found = (parsed := parse_yaml(text, str(path))).root, parsed.problems
        problems.extend(found)
    if root is None:
        raise ConfigError(problems)
    chain.append(path)
    return root


def _refuse_circle(path: Path, chain: list[Path]) -> None:
    real = [os.path.realpath(known) for known in chain]
    if os.path.realpath(path) in real:
        circle = " -> ".join(str(known) for known in (*chain, path))
        raise ValueError(f"these files extend each other in a circle: {circle}")


def _without_extends(tree: Node, problems: list[Problem]) -> tuple[Node, Node | None]:
    """The tree without its `extends`, and the node that names the other file."""
    assert isinstance(tree.value, dict)
    if "extends" not in tree.value:
        return tree, None
    link = tree.value["extends"]
    rest = replace(tree, value={k: node for k, node in tree.value.items() if k != "extends"})
    if isinstance(link.value, str) and link.value:
        return rest, link
    problems.append(link.place.problem("extends", "expected the path of one config file"))
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
            tree = merge(tree, _at(tree, key, leaf))
    return tree, problems


def _at(tree: Node, key: str, leaf: Node) -> Node:
    """A tree that holds `leaf` alone, at `key`; names in `tree` that hold dots are followed."""
    names = tree.value if isinstance(tree.value, dict) else {}
    for name, member in names.items():
        if key == name:
            return Node({name: leaf}, tree.place)
        if key.startswith(f"{name}."):
            return Node({name: _at(member, key[len(name) + 1 :], leaf)}, tree.place)
    name, _, rest = key.partition(".")
    inner = _at(Node({}, OVERRIDE), rest, leaf) if rest else leaf
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
    if value is None or isinstance(value, (str, int, float, bool)):
        return Node(value, OVERRIDE)
    raise ValueError(f"expected text, a number, a list or a mapping, got {type(value).__name__}")
