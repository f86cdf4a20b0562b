"""Asked what one entry point declares: its plugins. See `process.question`.

Here the code of one package runs, and that of no other: it is loaded in no process that judges, and
in none that trains somebody else's strategy.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from itertools import islice

import pluggy

from ..errors import PluginError, nearest
from ..process.question import answer
from . import hookspecs
from .hookspecs import KINDS, NAMESPACE, Plugin

MOST = 1_000
"""Plugins of one entry point."""


def declared(question: Mapping[str, str]) -> dict[str, object]:
    """The plugins of the entry point `name = value`, and the packages that each lacks.

    Raises whatever its code raises.
    """
    name, value = question["name"], question["value"]
    manager = pluggy.PluginManager(NAMESPACE)
    manager.add_hookspecs(hookspecs)
    manager.register(EntryPoint(name, value, NAMESPACE).load(), name=name)
    manager.check_pending()
    if not manager.hook.tournament_register.get_hookimpls():
        raise PluginError(
            f"{value} has no function `tournament_register` marked with `tournament.hookimpl`"
        )
    every = (plugin for result in manager.hook.tournament_register() for plugin in result)
    found = list(islice(every, MOST + 1))
    if len(found) > MOST:
        raise PluginError(f"tournament_register gave more than {MOST} plugins")
    for plugin in found:
        _refuse_malformed(plugin)
    return {"plugins": [[asdict(plugin), _missing(plugin)] for plugin in found]}


def _refuse_malformed(plugin: object) -> None:
    if not isinstance(plugin, Plugin):
        raise PluginError(
            f"tournament_register gave {plugin!r}; expected tournament.Plugin objects"
        )
    if plugin.kind not in KINDS:
        raise PluginError(f"unknown kind {plugin.kind!r}. {nearest(plugin.kind, KINDS)}")
    for field in ("name", "target"):
        if not getattr(plugin, field):
            raise PluginError(f"{plugin.kind} {plugin.name!r}: {field} is empty")
    for field in ("name", "target", "summary", "extra", "tests"):
        value = getattr(plugin, field)
        if not isinstance(value, str) or not value.isprintable():
            raise PluginError(
                f"{plugin.kind} {plugin.name!r}: {field} {value!r} should be printable text"
            )
    if not isinstance(plugin.tasks, (tuple, list)) or not all(
        isinstance(task, str) and task.isprintable() for task in plugin.tasks
    ):
        raise PluginError(
            f"{plugin.kind} {plugin.name!r}: tasks={plugin.tasks!r} should be a tuple of the names "
            'of tasks, such as ("my-task",)'
        )
    if not isinstance(plugin.needs, (tuple, list)) or not all(
        isinstance(package, str) and all(map(str.isidentifier, package.split(".")))
        for package in plugin.needs
    ):
        raise PluginError(
            f"{plugin.kind} {plugin.name!r}: needs={plugin.needs!r} should be a tuple of package "
            'names, such as ("torch",)'
        )
    if ":" not in plugin.target:
        raise PluginError(
            f"{plugin.kind} {plugin.name!r}: target {plugin.target!r} should read 'module:Class'"
        )


def _missing(plugin: Plugin) -> list[str]:
    roots = dict.fromkeys(package.partition(".")[0] for package in plugin.needs)
    return [root for root in roots if root not in sys.modules and find_spec(root) is None]


if __name__ == "__main__":
    sys.exit(answer(sys.argv[1:], declared))
