"""What is installed: every plugin with its distribution, and everything that is broken, and why."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from ..errors import PluginError, nearest
from .api import Metric, Options, Reporter, Strategy, Task
from .hookspecs import Kind, Plugin

CONTRACTS: dict[str, type] = {"strategy": Strategy, "task": Task, "reporter": Reporter}


@dataclass(frozen=True)
class Installed:
    """A plugin that was declared, by which distribution; `missing` names packages that it lacks."""

    plugin: Plugin
    distribution: str
    version: str
    missing: tuple[str, ...] = ()

    @property
    def lack(self) -> str:
        """What it lacks and how to get it, as sentences; empty when nothing is missing."""
        if not self.missing:
            return ""
        name = f"{self.plugin.kind} {self.plugin.name!r}"
        return f"{name} needs {', '.join(self.missing)}. Install: {self.remedy}"

    @property
    def remedy(self) -> str:
        """The command that installs what is missing; empty when nothing is."""
        if not self.missing:
            return ""
        return f"pip install '{self.plugin.extra or ' '.join(self.missing)}'"


@dataclass(frozen=True)
class Broken:
    """An entry point that could not be used, and why."""

    entry_point: str
    distribution: str
    version: str
    reason: str


@dataclass(frozen=True)
class Registry:
    """Everything found at start-up."""

    installed: tuple[Installed, ...]
    broken: tuple[Broken, ...]

    def names(self, kind: Kind) -> tuple[str, ...]:
        """The names of all plugins of one kind, in order."""
        return tuple(sorted(i.plugin.name for i in self.installed if i.plugin.kind == kind))

    def kinds(self, name: str) -> tuple[Kind, ...]:
        """Of which kinds a plugin of that name is installed."""
        return tuple(i.plugin.kind for i in self.installed if i.plugin.name == name)

    def find(self, kind: Kind, name: str) -> Installed:
        """The plugin of that name. Raises PluginError with the nearest name."""
        for candidate in self.installed:
            if (candidate.plugin.kind, candidate.plugin.name) == (kind, name):
                return candidate
        hint = nearest(name, self.names(kind))
        raise PluginError(f"no {kind} is called {name!r}. {hint}{self.broken_hint}")

    def load(self, kind: Kind, name: str) -> Any:
        """Import and give the class. Raises PluginError when that fails, with the remedy."""
        found = self.find(kind, name)
        if found.lack:
            raise PluginError(found.lack)
        return import_class(kind, name, found.plugin.target)

    @property
    def broken_hint(self) -> str:
        """Where an unknown name may have been meant to come from, as a sentence; often empty."""
        if not self.broken:
            return ""
        names = ", ".join(b.distribution for b in self.broken)
        return f" Broken plugins may have brought it: {names} (see `tournament plugins`)."


def import_class(kind: Kind, name: str, target: str) -> Any:
    """The class at `target` ("module:Class"), without looking at what else is installed.

    Raises PluginError.
    """
    module, _, attribute = target.partition(":")
    try:
        cls = getattr(importlib.import_module(module), attribute)
        _refuse_misfit(kind, cls)
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"{kind} {name!r} cannot be imported from {target!r}: {type(error).__name__}: {error}"
        ) from error
    return cls


def _refuse_misfit(kind: Kind, cls: object) -> None:
    """Raises TypeError unless the class keeps the contract of its kind."""
    contract = CONTRACTS[kind]
    if not (isinstance(cls, type) and issubclass(cls, contract)):
        raise TypeError(f"{cls!r} is no subclass of tournament.{contract.__name__}")
    if lacking := sorted(getattr(cls, "__abstractmethods__", ())):
        raise TypeError(f"{cls.__name__} lacks {', '.join(lacking)}")
    metrics = getattr(cls, "metrics", None)
    if kind == "task" and not (
        isinstance(metrics, (tuple, list)) and all(isinstance(each, Metric) for each in metrics)
    ):
        raise TypeError(f"{cls.__name__}.metrics should be a tuple of tournament.Metric")
    options = getattr(cls, "Options", Options)
    if not (isinstance(options, type) and issubclass(options, Options)):
        raise TypeError(f"{cls.__name__}.Options is no subclass of tournament.Options")
