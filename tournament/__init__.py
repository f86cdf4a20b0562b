"""Competing training strategies race on the same task. This is all that a plugin author imports.

Names are loaded when they are first used, so that the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .bus.subscriber import Subscriber
    from .bus.watch import subscribe
    from .cache import Cache
    from .cli.notebook import live
    from .errors import (
        ConfigError,
        ContractError,
        LogError,
        OptionError,
        PluginError,
        TournamentError,
    )
    from .exam.integrity import deviation
    from .plugin.api import (
        AnyOptions,
        Context,
        Evaluation,
        Metric,
        Options,
        Reporter,
        Split,
        Starter,
        Strategy,
        Task,
    )
    from .plugin.estimators import Average, Mean, PValue, Ratio, Share, Statistic
    from .plugin.examinable import Arrays, Labelled
    from .plugin.hookspecs import Plugin, hookimpl
    from .record.payloads import Check, Claim, Examined, Finding
    from .referee.judge import Judgement
    from .referee.standing import Standing
    from .referee.standings import Standings
    from .reporting.run import Run
    from .runner import Result, run

_HOMES = {
    "AnyOptions": "plugin.api",
    "Arrays": "plugin.examinable",
    "Average": "plugin.estimators",
    "Cache": "cache",
    "Check": "record.payloads",
    "Claim": "record.payloads",
    "ConfigError": "errors",
    "Context": "plugin.api",
    "ContractError": "errors",
    "Evaluation": "plugin.api",
    "Examined": "record.payloads",
    "Finding": "record.payloads",
    "Judgement": "referee.judge",
    "Labelled": "plugin.examinable",
    "LogError": "errors",
    "Mean": "plugin.estimators",
    "Metric": "plugin.api",
    "OptionError": "errors",
    "Options": "plugin.api",
    "PValue": "plugin.estimators",
    "Plugin": "plugin.hookspecs",
    "PluginError": "errors",
    "Ratio": "plugin.estimators",
    "Reporter": "plugin.api",
    "Result": "runner",
    "Run": "reporting.run",
    "Share": "plugin.estimators",
    "Split": "plugin.api",
    "Standing": "referee.standing",
    "Standings": "referee.standings",
    "Starter": "plugin.api",
    "Statistic": "plugin.estimators",
    "Strategy": "plugin.api",
    "Subscriber": "bus.subscriber",
    "Task": "plugin.api",
    "TournamentError": "errors",
    "deviation": "exam.integrity",
    "hookimpl": "plugin.hookspecs",
    "live": "cli.notebook",
    "run": "runner",
    "subscribe": "bus.watch",
}

__all__ = [
    "AnyOptions",
    "Arrays",
    "Average",
    "Cache",
    "Check",
    "Claim",
    "ConfigError",
    "Context",
    "ContractError",
    "Evaluation",
    "Examined",
    "Finding",
    "Judgement",
    "Labelled",
    "LogError",
    "Mean",
    "Metric",
    "OptionError",
    "Options",
    "PValue",
    "Plugin",
    "PluginError",
    "Ratio",
    "Reporter",
    "Result",
    "Run",
    "Share",
    "Split",
    "Standing",
    "Standings",
    "Starter",
    "Statistic",
    "Strategy",
    "Subscriber",
    "Task",
    "TournamentError",
    "deviation",
    "hookimpl",
    "live",
    "run",
    "subscribe",
]


def __getattr__(name: str) -> object:
    """Load a public name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
