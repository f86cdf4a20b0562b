"""Competing training strategies race on the same task. This is all that a plugin author imports.

Names are loaded when they are first used, so that the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .cache import Cache
    from .errors import ConfigError, ContractError, OptionError, PluginError, TournamentError
    from .plugin.api import (
        Arrays,
        Context,
        Evaluation,
        Labelled,
        Metric,
        Options,
        Reporter,
        Strategy,
        Task,
    )
    from .plugin.hookspecs import Plugin, hookimpl
    from .reporting.run import Run

_HOMES = {
    "Arrays": "plugin.api",
    "Cache": "cache",
    "ConfigError": "errors",
    "Context": "plugin.api",
    "ContractError": "errors",
    "Evaluation": "plugin.api",
    "Labelled": "plugin.api",
    "Metric": "plugin.api",
    "OptionError": "errors",
    "Options": "plugin.api",
    "Plugin": "plugin.hookspecs",
    "PluginError": "errors",
    "Reporter": "plugin.api",
    "Run": "reporting.run",
    "Strategy": "plugin.api",
    "Task": "plugin.api",
    "TournamentError": "errors",
    "hookimpl": "plugin.hookspecs",
}

__all__ = [
    "Arrays",
    "Cache",
    "ConfigError",
    "Context",
    "ContractError",
    "Evaluation",
    "Labelled",
    "Metric",
    "OptionError",
    "Options",
    "Plugin",
    "PluginError",
    "Reporter",
    "Run",
    "Strategy",
    "Task",
    "TournamentError",
    "hookimpl",
]


def __getattr__(name: str) -> object:
    """Load a public name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
