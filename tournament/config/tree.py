"""The located tree: a config's values, each with the file and line that it comes from.

A tree is what lies between YAML text and the models. Merging (`extends`), overrides and messages
all work on it, so that an error can name the line that a person has to change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import Problem
from .scalars import Scalar


@dataclass(frozen=True)
class Place:
    """Where a value was written. `line` counts from 1; None where there are no lines."""

    file: str
    line: int | None = None

    def problem(self, key: str, message: str) -> Problem:
        """That `message` is wrong with `key` here."""
        return Problem(message, key, self.file, self.line)


@dataclass(frozen=True)
class Node:
    """One value. The place of a mapping's member is that of its key."""

    value: Scalar | dict[str, Node] | tuple[Node, ...]
    place: Place


def plain(node: Node) -> Any:
    """The value without places: dicts, lists, text, numbers, booleans and None."""
    if isinstance(node.value, dict):
        return {key: plain(member) for key, member in node.value.items()}
    if isinstance(node.value, tuple):
        return [plain(member) for member in node.value]
    return node.value


def height(node: Node) -> int:
    """How many levels lie below a node: 0 for a scalar or an empty collection."""
    members: Iterable[Node] = ()
    if isinstance(node.value, dict):
        members = node.value.values()
    elif isinstance(node.value, tuple):
        members = node.value
    return max((1 + height(member) for member in members), default=0)


def find(root: Node, key: str) -> Node:
    """The node at a dotted key such as `entrants.mine.options.alpha` or `criteria.all.0`.

    Names may hold dots themselves. Where the key is absent: its nearest ancestor that is there.
    """
    return _deepest(root, key)[1]


def holds(root: Node, key: str) -> bool:
    """Whether there is a value at a dotted key."""
    return _deepest(root, key)[0] > len(key)


def _deepest(node: Node, key: str) -> tuple[int, Node]:
    """How much of `key` could be followed (each part and a dot after it), and to which node."""
    found = [(0, node)]
    for name, rest in prefixes(key):
        member = _member(node, name)
        if member is not None:
            followed, inner = _deepest(member, rest) if rest else (0, member)
            found.append((len(name) + 1 + followed, inner))
    return max(found, key=lambda pair: pair[0])


def _member(node: Node, name: str) -> Node | None:
    if isinstance(node.value, dict):
        return node.value.get(name)
    if isinstance(node.value, tuple) and name.isdecimal() and int(name) < len(node.value):
        return node.value[int(name)]
    return None


def prefixes(key: str) -> Iterator[tuple[str, str]]:
    """Every way to split a dotted key in two: `a.b.c` gives (a, b.c), (a.b, c) and (a.b.c, "")."""
    parts = key.split(".")
    for count in range(1, len(parts) + 1):
        yield ".".join(parts[:count]), ".".join(parts[count:])


def merge(base: Node, over: Node) -> Node:
    """`over` on top of `base`: mappings are merged, all else is replaced, null removes a key.

    A null that finds nothing to remove stays a null.
    """
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    merged = dict(base.value)
    for key, node in over.value.items():
        if key in merged and node.value is None:
            del merged[key]
        else:
            merged[key] = merge(merged[key], node) if key in merged else node
    return Node(merged, over.place)


def join(*parts: str) -> str:
    """A dotted key from its parts; empty ones are left out."""
    return ".".join(part for part in parts if part)
