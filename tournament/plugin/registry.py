"""What is installed: every plugin with its distribution, and everything that is broken, and why.

Each entry point of the group `tournament` is loaded by itself: one that breaks is kept as a
`Broken`, with its exception, and the others still load.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import Any

import pluggy

from ..errors import PluginError, nearest
from . import hookspecs
from .api import Options, Reporter, Strategy, Task
from .hookspecs import NAMESPACE, Kind, Plugin

CONTRACTS: dict[str, type] = {"strategy": Strategy, "task": Task, "reporter": Reporter}


@dataclass(frozen=True)
class Installed:
    """A plugin that was declared, by which distribution; `missing` names packages that it lacks."""

    plugin: Plugin
    distribution: str
    version: str
    missing: tuple[str, ...] = ()

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

    def find(self, kind: Kind, name: str) -> Installed:
        """The plugin of that name. Raises PluginError with the nearest name."""
        for candidate in self.installed:
            if (candidate.plugin.kind, candidate.plugin.name) == (kind, name):
                return candidate
        hint = nearest(name, self.names(kind))
        raise PluginError(f"no {kind} is called {name!r}. {hint}{self._broken_hint()}")

    def load(self, kind: Kind, name: str) -> Any:
        """Import and give the class. Raises PluginError when that fails, with the remedy."""
        found = self.find(kind, name)
        if found.missing:
            raise PluginError(
                f"{kind} {name!r} needs {', '.join(found.missing)}. Install: {found.remedy}"
            )
        return import_target(found)

    def _broken_hint(self) -> str:
        if not self.broken:
            return ""
        names = ", ".join(b.distribution for b in self.broken)
        return f" Broken plugins may have brought it: {names} (see `tournament plugins`)."


def import_target(found: Installed) -> Any:
    """The object that a declaration points to. Raises PluginError naming the distribution."""
    plugin = found.plugin
    name = f"{plugin.name!r} of {found.distribution} {found.version}"
    return _import_class(plugin.kind, name, plugin.target)


def import_class(kind: Kind, name: str, target: str) -> Any:
    """The class at `target` ("module:Class"), without looking at what else is installed.

    Raises PluginError, which calls it `name`.
    """
    return _import_class(kind, repr(name), target)


def _import_class(kind: Kind, name: str, target: str) -> Any:
    module, _, attribute = target.partition(":")
    try:
        cls = getattr(importlib.import_module(module), attribute)
        _refuse_misfit(kind, cls)
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"{kind} {name} cannot be imported from {target!r}: {type(error).__name__}: {error}"
        ) from error
    return cls


def load_registry(found: Iterable[EntryPoint] | None = None) -> Registry:
    """Load all plugins. Raises PluginError when two of one kind have one name, and names both."""
    manager = pluggy.PluginManager(NAMESPACE)
    manager.add_hookspecs(hookspecs)
    installed: list[Installed] = []
    broken: list[Broken] = []
    for point in entry_points(group=NAMESPACE) if found is None else found:
        distribution, version = _origin(point)
        try:
            declared = _declarations(manager, point)
            found_here = [Installed(p, distribution, version, _missing(p)) for p in declared]
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it raises is reported
            reason = f"{type(error).__name__}: {error}"
            broken.append(Broken(point.name, distribution, version, reason))
            continue
        installed += found_here
    _refuse_duplicates(installed)
    return Registry(tuple(sorted(installed, key=_order)), tuple(broken))


def _order(found: Installed) -> tuple[str, str]:
    return found.plugin.kind, found.plugin.name


def _origin(point: EntryPoint) -> tuple[str, str]:
    """Distribution and version; metadata may lack both, whatever its type says."""
    name, version = (point.dist.name, point.dist.version) if point.dist else ("", "")
    return name or "unknown", version or "unknown"


def _declarations(manager: pluggy.PluginManager, point: EntryPoint) -> list[Plugin]:
    with redirect_stdout(sys.stderr):  # A plugin's prints must not mix with a verdict as JSON.
        return _declared(manager, point)


def _declared(manager: pluggy.PluginManager, point: EntryPoint) -> list[Plugin]:
    module = point.load()
    name = f"{_origin(point)[0]}:{point.name}"
    manager.register(module, name=name)
    try:
        manager.check_pending()
        others = [other for other in manager.get_plugins() if other is not module]
        hook = manager.subset_hook_caller("tournament_register", others)
        if not hook.get_hookimpls():
            raise PluginError(
                f"{point.value} has no function `tournament_register` marked with "
                "`tournament.hookimpl`"
            )
        declared = [plugin for result in hook() for plugin in result]
    except BaseException:
        manager.unregister(module)
        raise
    for plugin in declared:
        _refuse_malformed(plugin)
    return declared


def _refuse_malformed(plugin: object) -> None:
    if not isinstance(plugin, Plugin):
        raise PluginError(
            f"tournament_register gave {plugin!r}; expected tournament.Plugin objects"
        )
    if plugin.kind not in CONTRACTS:
        raise PluginError(f"unknown kind {plugin.kind!r}. {nearest(plugin.kind, list(CONTRACTS))}")
    for field, value in (("name", plugin.name), ("target", plugin.target)):
        if not isinstance(value, str) or not value:
            raise PluginError(f"{plugin.kind} {plugin.name!r}: {field} {value!r} should be text")
    if not isinstance(plugin.needs, (tuple, list)) or not all(
        isinstance(package, str) and package for package in plugin.needs
    ):
        raise PluginError(
            f"{plugin.kind} {plugin.name!r}: needs={plugin.needs!r} should be a tuple of package "
            'names, such as ("torch",)'
        )
    if ":" not in plugin.target:
        raise PluginError(
            f"{plugin.kind} {plugin.name!r}: target {plugin.target!r} should read 'module:Class'"
        )


def _missing(plugin: Plugin) -> tuple[str, ...]:
    roots = dict.fromkeys(package.partition(".")[0] for package in plugin.needs)
    return tuple(root for root in roots if find_spec(root) is None)


def _refuse_misfit(kind: Kind, cls: object) -> None:
    """Raises TypeError unless the class keeps the contract of its kind."""
    contract = CONTRACTS[kind]
    if not (isinstance(cls, type) and issubclass(cls, contract)):
        raise TypeError(f"{cls!r} is no subclass of tournament.{contract.__name__}")
    options = getattr(cls, "Options", Options)
    if not (isinstance(options, type) and issubclass(options, Options)):
        raise TypeError(f"{cls.__name__}.Options is no subclass of tournament.Options")


def _refuse_duplicates(installed: list[Installed]) -> None:
    seen: dict[tuple[str, str], Installed] = {}
    for found in installed:
        first = seen.setdefault(_order(found), found)
        if first is not found:
            raise PluginError(
                f"two plugins are called {found.plugin.kind} {found.plugin.name!r}: one of "
                f"{first.distribution} {first.version} ({first.plugin.target}), one of "
                f"{found.distribution} {found.version} ({found.plugin.target}). "
                "Uninstall one of them."
            )
