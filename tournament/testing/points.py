"""What a plugin has to do right, point by point: how it is tried, and how to mend what fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Subject = TypeVar("Subject")


@dataclass(frozen=True)
class Point(Generic[Subject]):
    """`asks` is a sentence that is true of a good plugin; `mend` says what to do if it is not.

    `check` raises AssertionError, with what was found, or whatever the plugin raises.
    """

    name: str
    asks: str
    mend: str
    check: Callable[[Subject], None]

    def __str__(self) -> str:
        return self.name


def point(mend: str) -> Callable[[Callable[[Subject], None]], Point[Subject]]:
    """Makes a point of a function: its name, its docstring as the sentence, and `mend`."""

    def make(check: Callable[[Subject], None]) -> Point[Subject]:
        name = check.__name__.strip("_").replace("_", "-")
        return Point(name, " ".join((check.__doc__ or "").split()), mend, check)

    return make
