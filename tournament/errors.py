"""What can go wrong in a way that its reader can mend.

The bottom floor: imports nothing of this project. Everything that a user or a plugin author can
cause is a `TournamentError`; the command line catches that one type, once, prints it and exits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and where.

    `key` is dotted as in the config file (`entrants.mine.options.alpha`); `line` counts from 1.
    """

    message: str
    key: str = ""
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return printable(": ".join(part for part in (where, self.key, self.message) if part))


class TournamentError(Exception):
    """The root of all errors that this project raises on purpose."""

    exit_code = 1


class ConfigError(TournamentError):
    """The config, or something that it asks for, cannot be honoured. Holds every problem found."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class OptionError(TournamentError):
    """An option of a strategy or a task asks for something that cannot be had.

    Raise it from `prepare` or `__init__`: it is reported with the file and line of the option, and
    nothing starts. `key` is the option's name.
    """

    exit_code = 2

    def __init__(self, message: str, key: str = "") -> None:
        self.key = key
        super().__init__(message)


class PluginError(TournamentError):
    """A plugin is missing, broken, or there twice."""

    exit_code = 2


class ContractError(TournamentError):
    """A strategy or task gave what its contract does not allow. The trial fails with it."""


class LogError(TournamentError):
    """The event log, or what it vouches for, cannot be read, or is not what was written."""

    exit_code = 2


class BusError(TournamentError):
    """A message cannot be sent, or the hub does not answer."""


_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """The text with what a terminal would obey written out, an escape as backslash, x, 1b.

    Control characters and changes of the direction of writing; line breaks and tabs stay.
    """
    return _OBEYED.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def nearest(name: str, known: Sequence[str]) -> str:
    """A sentence that names the closest of the `known` names, or all of them if none is close."""
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"Known: {', '.join(sorted(known))}." if known else "None is installed."
