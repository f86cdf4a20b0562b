"""The numbers that strategies and tasks give, held to their contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Real

from ..errors import ContractError


def checked_figures(given: object, source: str) -> dict[str, float]:
    """Python floats by name. Raises ContractError for anything that is not a plain number."""
    if not isinstance(given, Mapping):
        raise ContractError(f"{source} gave {_shown(given)}; expected a dict of numbers by name")
    for name, value in given.items():
        if not isinstance(name, str):
            raise ContractError(f"{source} gave the key {_shown(name)}; expected a string")
        if isinstance(value, bool) or not isinstance(value, Real):
            raise ContractError(
                f"{source} gave {name} = {_shown(value)}; expected a Python float"
                + (" (use .item())" if hasattr(value, "item") else "")
            )
    return {name: float(value) for name, value in given.items()}


def checked_metrics(given: object, expected: Iterable[str], source: str) -> dict[str, float]:
    """The task's metrics, complete. Raises ContractError when one is missing or unannounced."""
    figures = checked_figures(given, source)
    names = tuple(expected)
    for name in names:
        if name not in figures:
            raise ContractError(f"{source} gave no {name!r}, which the task announces")
    for name in figures:
        if name not in names:
            raise ContractError(f"{source} gave {name!r}, which the task does not announce")
    return figures


def _shown(value: object) -> str:
    text = repr(value)
    short = text if len(text) <= 80 else text[:77] + "..."
    return f"{short} ({type(value).__name__})"
