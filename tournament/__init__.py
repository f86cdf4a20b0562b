"""Competing training strategies race on the same task. This is all that a plugin author imports.

Names are loaded when they are first used, so that the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .cache import Cache
    from .errors import (
        ConfigError,
        ContractError,
        LogError,
        OptionError,
        PluginError,
        TournamentError,
    )
    from .plugin.api import (
        AnyOptions,
        Arrays,
        Context,
        Evaluation,
        Labelled,
        Metric,
        Options,
        Reporter,
        Split,
        Strategy,
        Task,
    )
    from .plugin.hookspecs import Plugin, hookimpl
    from .record.payloads import Check
    from .referee.judge import Judgement
    from .referee.standings import Standing, Standings
    from .reporting.run import Run

_HOMES = {
    "AnyOptions": "plugin.api",
    "Arrays": "plugin.api",
    "Cache": "cache",
    "Check": "record.payloads",
    "ConfigError": "errors",
    "Context": "plugin.api",
    "ContractError": "errors",
    "Evaluation": "plugin.api",
    "Judgement": "referee.judge",
    "Labelled": "plugin.api",
    "LogError": "errors",
    "Metric": "plugin.api",
    "OptionError": "errors",
    "Options": "plugin.api",
    "Plugin": "plugin.hookspecs",
    "PluginError": "errors",
    "Reporter": "plugin.api",
    "Run": "reporting.run",
    "Split": "plugin.api",
    "Standing": "referee.standings",
    "Standings": "referee.standings",
    "Strategy": "plugin.api",
    "Task": "plugin.api",
    "TournamentError": "errors",
    "hookimpl": "plugin.hookspecs",
}

__all__ = [
    "AnyOptions",
    "Arrays",
    "Cache",
    "Check",
    "ConfigError",
    "Context",
    "ContractError",
    "Evaluation",
    "Judgement",
    "Labelled",
    "LogError",
    "Metric",
    "OptionError",
    "Options",
    "Plugin",
    "PluginError",
    "Reporter",
    "Run",
    "Split",
    "Standing",
    "Standings",
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
