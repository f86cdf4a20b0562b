"""Checks of a config against what is installed. Pure."""

from __future__ import annotations

from collections.abc import Collection

from ..errors import Problem, nearest
from .load import Draft
from .uses import Use, uses


def check_names(draft: Draft, strategies: Collection[str], tasks: Collection[str]) -> list[Problem]:
    """A problem for each name of a strategy or task that is not among the installed ones."""
    known = {"strategy": strategies, "task": tasks}
    return [
        draft.problem(f"{use.key}.use", _unknown(use, known[use.kind]))
        for use in uses(draft.values)
        if use.name not in known[use.kind]
    ]


def _unknown(use: Use, known: Collection[str]) -> str:
    message = f"no {use.kind} is called {use.name!r}. {nearest(use.name, sorted(known))}"
    if use.kind == "strategy" and use.key == f"entrants.{use.name}":
        message += " An entrant with a name of its own says `use: STRATEGY`."
    return message
