"""What a check must meet to be a claim: a tree of thresholds.

    criteria:
      every: 5                                   # a check every 5 epochs
      all:
        - accuracy >= 0.9
        - any: [val_accuracy >= 0.75, loss < 0.1 for 3 checks]
          holds: 2                               # this group, on 2 checks in a row

The JSON form is the YAML form. Here nothing is judged: that is the referee's work.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, PlainSerializer
from pydantic import WithJsonSchema as JsonSchema

from ..errors import ConfigError, Problem, nearest
from .field_error import FieldError
from .leaf_text import METRIC, MOST_CHECKS, Op, read_leaf
from .tree import join
from .writing import flow, shown

DEEPEST = 8
"""How many groups may stand inside each other."""

Kind = Literal["all", "any"]
Count = Annotated[int, Field(ge=1, le=MOST_CHECKS)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Leaf(_Model):
    """One criterion: `metric` compared with a finite `threshold`, on `holds` checks in a row."""

    metric: str = Field(pattern=f"^{METRIC}$")
    op: Op
    threshold: float
    holds: Count = 1

    def __str__(self) -> str:
        number = repr(self.threshold).removesuffix(".0")
        checks = f" for {self.holds} checks" if self.holds > 1 else ""
        return f"{self.metric} {self.op} {number}{checks}"


class Group(_Model):
    """All or any of some members, on `holds` checks in a row; `str` gives `{all: [...]}`."""

    kind: Kind
    members: tuple[Leaf | Group, ...] = Field(min_length=1)
    holds: Count = 1

    def __str__(self) -> str:
        return flow(_group_json(self))

    def leaves(self, key: str = "") -> Iterator[tuple[str, Leaf]]:
        """Each criterion with its key below this group, such as `all.1.any.0`."""
        for index, member in enumerate(self.members):
            path = f"{key}.{self.kind}.{index}".removeprefix(".")
            if isinstance(member, Leaf):
                yield path, member
            else:
                yield from member.leaves(path)


class Criteria(_Model):
    """A check `every` so many epochs, and the group that it must meet."""

    every: Count
    group: Group

    def __str__(self) -> str:
        return flow(criteria_to_json(self))

    @property
    def window(self) -> int:
        """How many checks in a row, the last included, can matter to whether it is a claim."""
        return _window(self.group)

    def metrics(self) -> tuple[str, ...]:
        """The metrics that are used, each once, in the order in which they are written."""
        return tuple(dict.fromkeys(leaf.metric for _, leaf in self.group.leaves()))


def _window(node: Leaf | Group) -> int:
    below = [_window(member) for member in node.members] if isinstance(node, Group) else [1]
    return node.holds - 1 + max(below)


def criteria_to_json(criteria: Criteria) -> dict[str, JsonValue]:
    """The form in which criteria stand in a config: `{"every": 5, "all": ["a >= 1.5"]}`."""
    return {"every": criteria.every, **_group_json(criteria.group)}


def _group_json(group: Group) -> dict[str, JsonValue]:
    members: list[JsonValue] = [
        str(member) if isinstance(member, Leaf) else _group_json(member) for member in group.members
    ]
    return {group.kind: members, **({"holds": group.holds} if group.holds > 1 else {})}


def criteria_from_json(value: object, key: str = "criteria") -> Criteria:
    """The reverse of `criteria_to_json`; criteria come back as they are.

    Raises ConfigError with all problems, their keys below `key`.
    """
    try:
        return _read(value)
    except FieldError as faults:
        raise ConfigError([Problem(p.message, join(key, p.key)) for p in faults.problems]) from None


def readable_leaves(value: object, key: str = "criteria") -> list[tuple[str, Leaf]]:
    """Each criterion that can be read, with its key, also where others are wrong."""
    reader = _Reader()
    reader.criteria(value)
    return [(join(key, below), leaf) for below, leaf in reader.leaves]


def _read(value: object) -> Criteria:
    """Raises FieldError, with keys relative to the criteria."""
    if isinstance(value, Criteria):
        return value
    reader = _Reader()
    criteria = reader.criteria(value)
    if criteria is None or reader.problems:
        raise FieldError(reader.problems)
    return criteria


class _Reader:
    """Reads on after a problem. What cannot be read is None, and `problems` says why."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.leaves: list[tuple[str, Leaf]] = []

    def criteria(self, raw: object) -> Criteria | None:
        if not isinstance(raw, Mapping):
            self._wrong("", f"expected a mapping such as `{{every: 5, {_EXAMPLE}}}`")
            return None
        if "every" in raw:
            every = self._whole(raw["every"], "every")
        else:
            every = None
            self._wrong("every", "missing: a check every how many epochs; add `every: 5`")
        group = self._group(raw, "", ("every",))
        return Criteria(every=every, group=group) if every and group else None

    def _group(
        self, raw: Mapping[Any, Any], key: str, also: Collection[str] = (), depth: int = 1
    ) -> Group | None:
        if depth > DEEPEST:
            self._wrong(key, f"more than {DEEPEST} groups inside each other; use fewer")
            return None
        known = ("all", "any", "holds", *also)
        unknown = [str(name) for name in raw if name not in known]
        for name in unknown:
            self._wrong(join(key, name), f"unknown key. {nearest(name, known)} {_AS_TEXT}")
        holds = self._whole(raw.get("holds", 1), join(key, "holds"))
        groups = {k: self._members(raw[k], join(key, k), depth) for k in _KINDS if k in raw}
        if len(groups) == 2:
            self._wrong(key, _BOTH)
            return None
        if not groups:
            if not unknown:
                self._wrong(join(key, "all"), f"missing; add `all` or `any`: `{_EXAMPLE}`")
            return None
        [(kind, members)] = groups.items()
        return Group(kind=kind, members=members, holds=holds) if members and holds else None

    def _members(self, raw: object, key: str, depth: int) -> tuple[Leaf | Group, ...] | None:
        if not isinstance(raw, (list, tuple)):
            self._wrong(key, f"expected a list in brackets, such as `{_EXAMPLE}`")
            return None
        if not raw:
            self._wrong(key, f"expected at least one criterion, such as `{_EXAMPLE}`")
            return None
        read = [self._member(member, join(key, str(i)), depth) for i, member in enumerate(raw)]
        return tuple(member for member in read if member is not None)

    def _member(self, raw: object, key: str, depth: int) -> Leaf | Group | None:
        if isinstance(raw, Mapping):
            return self._group(raw, key, depth=depth + 1)
        if not isinstance(raw, str):
            hint = "; decimals are written with a point" if isinstance(raw, (int, float)) else ""
            self._wrong(key, f"expected a criterion such as `{_LEAF}`, got {shown(raw)}{hint}")
            return None
        try:
            leaf = Leaf(**read_leaf(raw)._asdict())
        except ValueError as error:
            self._wrong(key, str(error))
            return None
        self.leaves.append((key, leaf))
        return leaf

    def _whole(self, raw: object, key: str) -> int | None:
        if isinstance(raw, int) and not isinstance(raw, bool) and 1 <= raw <= MOST_CHECKS:
            return raw
        span = f"from 1 to {MOST_CHECKS:,}"
        self._wrong(key, f"expected a whole number {span}, got {shown(raw)}")
        return None

    def _wrong(self, key: str, message: str) -> None:
        self.problems.append(Problem(message, key))


_KINDS: tuple[Kind, ...] = ("all", "any")
_LEAF = "accuracy >= 0.9"
_EXAMPLE = "all: [accuracy >= 0.9, loss <= 0.3]"
_AS_TEXT = f"A criterion is written as text in a list: `all: [{_LEAF}]`."
_BOTH = (
    "has both `all` and `any`; put one into the other: `all: [a >= 1, any: [b >= 2, c >= 3]]`. "
    "An inherited one is removed by `all: null`"
)

WrittenCriteria = Annotated[
    Criteria,
    BeforeValidator(_read),
    PlainSerializer(criteria_to_json, when_used="json"),
    JsonSchema(
        {
            "type": "object",
            "required": ["every"],
            "additionalProperties": False,
            "properties": {
                "every": {"type": "integer", "minimum": 1, "description": "Epochs between checks."},
                **{kind: {"type": "array", "minItems": 1, "items": {}} for kind in _KINDS},
                "holds": {"type": "integer", "minimum": 1, "default": 1},
            },
            "examples": [{"every": 5, "all": ["accuracy >= 0.9", "loss <= 0.3"]}],
        }
    ),
]
"""Criteria as a field of a model that is read from YAML or JSON in their written form."""
