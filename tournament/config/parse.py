"""YAML text -> a located tree, with everything that is wrong with it.

A strict reading: one document, YAML 1.2 scalars, text as keys, each key once. What a config never
needs is refused: tags, merge keys, huge or circular aliases. PyYAML gives events only; nothing is
ever constructed from them. Its parser in Python is used, not the one in C: the files are small, its
messages are better, and so every machine gives the same ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import yaml

from ..errors import Problem
from .scalars import Scalar, resolve, usable
from .syntax import syntax_problem
from .tree import Node, Place, height, join

MOST_VALUES = 10_000
"""How many keys and values a file may hold; an alias counts for all that it stands for."""
TEXT_OF_ONE_VALUE = 1_000
"""A longer text counts as one more value for each so many characters."""
DEEPEST = 64
LONGEST_KEY = 128

_UNWANTED = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


@dataclass(frozen=True)
class Parsed:
    """`root` is a mapping, or None where the text could not be read to its end."""

    root: Node | None
    problems: tuple[Problem, ...]


def parse_yaml(text: str, file: str) -> Parsed:
    """The tree in `text`, and all that is wrong with it; `file` is for messages. Never raises.

    Beside problems there may still be a tree: it lacks what was refused.
    """
    unwanted = _UNWANTED.search(text)
    if unwanted:
        line = text.count("\n", 0, unwanted.start()) + 1
        return Parsed(None, (Place(file, line).problem("", _unprintable(unwanted[0])),))
    reader = _Reader(text, file)
    try:
        root = reader.document()
    except _HopelessError as error:
        return Parsed(None, (*reader.problems, error.problem))
    return Parsed(root, tuple(reader.problems))


class _HopelessError(Exception):
    """The rest of the file cannot be read."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


class _Reader:
    """Reads one document; `problems` are those after which it could go on."""

    def __init__(self, text: str, file: str) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._loader = yaml.SafeLoader(text)
        self._values = 0
        # Per anchor: its node and how many values that holds; None while it is still being read.
        self._anchors: dict[str, tuple[Node, int] | None] = {}

    def document(self) -> Node:
        """The mapping that the file consists of."""
        self._next()
        start = self._next()
        if isinstance(start, yaml.StreamEndEvent):
            raise _HopelessError(Place(self._file).problem("", _EMPTY))
        if start.version == (1, 1):
            self._note(start, "%YAML", "this file is read as YAML 1.2; remove this line")
        first = self._next()
        root = self._node(first, "", 0)
        if not isinstance(root.value, dict):
            self._give_up(first, "", "expected a mapping of keys to values, such as `task: ...`")
        self._next()
        end = self._next()
        if not isinstance(end, yaml.StreamEndEvent):
            self._give_up(end, "", "a second document begins here; a config is one document")
        return root

    def _node(self, event: Any, key: str, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, key, depth)
        self._limit_depth(event, depth)
        if event.tag is not None:
            self._note(event, key, f"tags such as {event.tag:.40} are not allowed; {_TAG_ADVICE}")
        before = self._values
        if event.anchor:
            self._anchors[event.anchor] = None
        self._count(event, 1)
        node = Node(self._value(event, key, depth), self._place(event))
        if event.anchor:
            self._anchors[event.anchor] = (node, self._values - before)
        return node

    def _value(self, event: Any, key: str, depth: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, key)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(key, depth)
        return self._mapping(key, depth)

    def _scalar(self, event: Any, key: str) -> Scalar:
        text: str = event.value
        self._count(event, len(text) // TEXT_OF_ONE_VALUE)
        quoted = event.style is not None or event.tag is not None
        try:
            return usable(text) if quoted else resolve(text)
        except ValueError as error:
            self._note(event, key, str(error))
            return None

    def _sequence(self, key: str, depth: int) -> tuple[Node, ...]:
        members: list[Node] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            members.append(self._node(event, join(key, str(len(members))), depth + 1))
        return tuple(members)

    def _mapping(self, key: str, depth: int) -> dict[str, Node]:
        members: dict[str, Node] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            name = self._name(event, key, depth)
            place = self._place(event)
            path = key if name is None else join(key, name)
            member = replace(self._node(self._next(), path, depth + 1), place=place)
            if name in members:
                earlier = members[name].place.line
                self._note(event, path, f"this key is already there in line {earlier}; keep one")
            elif name is not None:
                members[name] = member
        return members

    def _name(self, event: Any, key: str, depth: int) -> str | None:
        """The text of a mapping's key; None, with a problem noted, if it cannot be one."""
        problems = len(self.problems)
        value = self._node(event, key, depth + 1).value
        written = getattr(event, "value", f"*{event.anchor}")
        if len(self.problems) > problems:
            return None
        if written == "<<" and event.style is None:
            self._note(event, key, "merge keys (<<) are not part of YAML 1.2; use `extends: FILE`")
            return None
        if isinstance(value, str):
            if len(value) <= LONGEST_KEY:
                return value
            self._note(event, key, f"a key of {len(value)} characters; at most {LONGEST_KEY}")
        elif isinstance(value, (dict, tuple)):
            self._note(event, key, "a key must be text, not a list or mapping in brackets")
        elif written:
            self._note(event, key, f"a key must be text; {written} is not: write '{written}':")
        else:
            self._note(event, key, "there is no key before this ':'")
        return None

    def _alias(self, event: Any, key: str, depth: int) -> Node:
        if event.anchor not in self._anchors:
            self._give_up(event, key, f"*{event.anchor}: there is no &{event.anchor} before it")
        known = self._anchors[event.anchor]
        if known is None:
            self._give_up(event, key, f"*{event.anchor} stands inside &{event.anchor} itself")
        node, values = known
        self._count(event, values)
        self._limit_depth(event, depth + height(node))
        return replace(node, place=self._place(event))

    def _count(self, event: Any, values: int) -> None:
        self._values += values
        if self._values > MOST_VALUES:
            self._give_up(event, "", _TOO_MANY)

    def _limit_depth(self, event: Any, depth: int) -> None:
        if depth > DEEPEST:
            self._give_up(event, "", f"nested more than {DEEPEST} levels deep")

    def _next(self) -> Any:
        try:
            return self._loader.get_event()  # type: ignore[no-untyped-call]
        except yaml.MarkedYAMLError as error:
            raise _HopelessError(syntax_problem(error, self._file)) from None
        except (yaml.YAMLError, ValueError, OverflowError):
            # PyYAML lets Python's own errors out, as for "\U99999999", which is no character.
            place = Place(self._file, self._loader.line + 1)
            raise _HopelessError(place.problem("", _NO_CHARACTER)) from None

    def _place(self, event: Any) -> Place:
        return Place(self._file, event.start_mark.line + 1)

    def _note(self, event: Any, key: str, message: str) -> None:
        self.problems.append(self._place(event).problem(key, message))

    def _give_up(self, event: Any, key: str, message: str) -> NoReturn:
        raise _HopelessError(self._place(event).problem(key, message))


_TAG_ADVICE = "put text into quotes, and write the rest plainly"
_EMPTY = "the file is empty; a config says at least `task`, `entrants` and `criteria`"
_NO_CHARACTER = "not valid YAML: an escape such as \\U0001F600 or a version is out of range here"
_TOO_MANY = (
    f"more than {MOST_VALUES:,} keys and values up to here (an alias counts for all that it stands "
    "for); put long lists into a file of their own and give its path"
)


def _unprintable(char: str) -> str:
    hint = "; is the file UTF-16? Save it as UTF-8" if char == "\0" else "; remove it"
    return f"the character U+{ord(char):04X} may not stand in a config{hint}"
