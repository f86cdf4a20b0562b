"""A config file -> `Draft`: what it says, right or wrong -> `Loaded`: its Config, nothing wrong."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..errors import ConfigError, Problem
from .complaints import complaints
from .extends import EXTENDS, OVERRIDE, override, read_tree
from .models import NAME, Config, clashes
from .parse import parse_yaml
from .source import LARGEST_FILE, beside
from .tree import Node, find, holds, plain
from .writing import block


@dataclass(frozen=True)
class Loaded:
    """A config that was read from a file, and the tree that remembers its lines."""

    config: Config
    path: Path
    tree: Node

    def locate(self, key: str) -> tuple[str, int | None]:
        """File and line of a dotted key such as `entrants.mine.options.alpha` or `criteria.all.0`.

        Where the key is not written: those of its nearest ancestor that is. The line is None for
        what came from no file (an override).
        """
        place = find(self.tree, key).place
        return place.file, place.line

    def problem(self, key: str, message: str) -> Problem:
        """That `message` is wrong with `key`, there where it was written."""
        return find(self.tree, key).place.problem(key, message)


@dataclass(frozen=True)
class Draft:
    """What a config file says, right or wrong. `config` is None where it is wrong.

    `values` is what is written, of which nothing may be relied on while there are problems.
    """

    path: Path
    tree: Node
    values: Mapping[str, Any]
    config: Config | None
    problems: tuple[Problem, ...]

    def problem(self, key: str, message: str) -> Problem:
        """That `message` is wrong with `key`, there where it was written."""
        return find(self.tree, key).place.problem(key, message)

    def new(self, found: Iterable[Problem]) -> list[Problem]:
        """Of problems that were found by looking further, those that follow from no known one."""
        return _new(found, self.problems, self.tree)

    def loaded(self) -> Loaded:
        """The config. Raises ConfigError with every problem, sorted by file and line."""
        if self.config is None or self.problems:
            raise ConfigError(in_order(self.problems))
        return Loaded(self.config, self.path, self.tree)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By file and line, each once."""
    return sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.line or 0))


def load_config(path: str | Path, overrides: Mapping[str, object] | None = None) -> Loaded:
    """The config in a file, with all that it extends, and `overrides` on top.

    `overrides` maps dotted keys to values: `{"seed": 3, "entrants.mine.max_epochs": 10}`; None
    removes a key. A relative path among them begins at the current folder, one in a file at that
    file's folder. Raises ConfigError with every problem that was found, sorted by file and line.
    """
    return read_config(path, overrides).loaded()


def read_config(path: str | Path, overrides: Mapping[str, object] | None = None) -> Draft:
    """As `load_config`, but what is wrong is told in the Draft, so that more can be looked for.

    Raises ConfigError only where there is nothing to go on with, as in a file that is no mapping.
    """
    path = Path(path)
    tree, problems = read_tree(path)
    tree, refused = override(tree, overrides or {})
    problems += refused
    values, unfit = _with_file_facts(tree, path)
    config, invalid = _validated(values)
    problems += _new(_placed([*unfit, *invalid], tree), problems, tree)
    if config is not None and not problems:
        problems += _unreadable_again(config, path)
    return Draft(path, tree, values, config, tuple(problems))


def resolved_yaml(config: Config) -> str:
    """A file that says everything: no `extends`, every default written out.

    Loading it gives an equal Config, whatever folder it is put into. (For a Config that was loaded.
    One that was built by hand needs a name and an absolute `runs` for that.)
    """
    return _HEAD + block(config.model_dump(mode="json"))


def _with_file_facts(tree: Node, path: Path) -> tuple[dict[str, Any], list[Problem]]:
    """The tree's values, with what depends on the place of the file: the name and `runs`."""
    values: dict[str, Any] = plain(tree)
    problems = []
    if "name" not in values:
        values["name"] = path.stem
        if not NAME.fullmatch(path.stem):
            values["name"] = "unnamed"
            problems.append(Problem(_NO_NAME.format(path.stem), "name"))
    if "runs" not in values:
        values["runs"] = str(Path.cwd() / "runs")
    elif isinstance(values["runs"], str) and values["runs"]:
        place = find(tree, "runs").place
        written = beside("." if place == OVERRIDE else place.file, values["runs"])
        values["runs"] = os.path.abspath(written)  # noqa: PTH100 - it also drops `..`
    return values, problems


def _validated(values: dict[str, Any]) -> tuple[Config | None, list[Problem]]:
    try:
        return Config.model_validate(values), []
    except ValidationError as error:
        found = complaints(error)
    # pydantic looks for clashes only once every entrant is right; all problems are told at once.
    entrants = values.get("entrants")
    names = entrants if isinstance(entrants, Mapping) else {}
    clashing = [Problem(p.message, f"entrants.{p.key}") for p in clashes(names)]
    return None, list(dict.fromkeys([*found, *clashing]))


def _placed(found: Iterable[Problem], tree: Node) -> list[Problem]:
    """The same problems, each where its key is written."""
    return [find(tree, p.key).place.problem(p.key, p.message) for p in found]


def _new(found: Iterable[Problem], known: Iterable[Problem], tree: Node) -> list[Problem]:
    """What was found, without what only follows from what is known to be wrong.

    A value that could not be read stands in the tree as null, and is wrong once more as that. And
    what is missing may stand in a file that could not be followed.
    """
    spoilt = {problem.key for problem in known}
    followed = EXTENDS not in spoilt
    return [
        problem
        for problem in found
        if problem.key not in spoilt and (followed or _written(tree, problem.key))
    ]


def _written(tree: Node, key: str) -> bool:
    """Whether there is a value that does not just remove one of another file."""
    return holds(tree, key) and find(tree, key).value is not None


def _unreadable_again(config: Config, path: Path) -> list[Problem]:
    """A run keeps its resolved config; so that has to be readable again."""
    text = resolved_yaml(config)
    reasons = [problem.message for problem in parse_yaml(text, "").problems]
    if len(text.encode()) > LARGEST_FILE:
        reasons.append("it is larger than 1 MiB")
    message = "with all aliases and defaults written out it could not be read again: "
    return [Problem(message + reason, file=str(path)) for reason in reasons[:1]]


_HEAD = "# The config as it was understood: all files merged, every default written out.\n"
_NO_NAME = (
    "the file's name {!r:.70} cannot be the tournament's, since folders are called so; add for "
    "example `name: my-race` (A-Z, a-z, 0-9, '.', '_' and '-')"
)
