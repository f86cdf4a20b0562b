"""`python -m tournament.plugin.declaring NAME VALUE FD PARENT`: what one entry point declares.

The answer goes to the inherited file FD as JSON: the plugins, or the reason why there are none.
Here the code of one package runs, and that of no other: it is loaded in no process that judges, and
in none that trains somebody else's strategy.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import asdict
from importlib.metadata import EntryPoint

import pluggy

from ..errors import PluginError, nearest
from ..process.parent import die_with_parent
from . import hookspecs
from .hookspecs import KINDS, NAMESPACE, Plugin


def main(arguments: list[str]) -> int:
    """Load one entry point and write down what it declares."""
    name, value, descriptor, parent = arguments
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    die_with_parent(int(parent))
    answer: dict[str, object]
    try:
        answer = {"plugins": [asdict(plugin) for plugin in declared(name, value)]}
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it raises is reported
        answer = {"reason": f"{type(error).__name__}: {error}"}
    with os.fdopen(int(descriptor), "wb") as stream:
        stream.write(json.dumps(answer).encode(errors="backslashreplace"))
    return 0


def declared(name: str, value: str) -> list[Plugin]:
    """The plugins of the entry point `name = value`. Raises whatever its code raises."""
    manager = pluggy.PluginManager(NAMESPACE)
    manager.add_hookspecs(hookspecs)
    manager.register(EntryPoint(name, value, NAMESPACE).load(), name=name)
    manager.check_pending()
    if not manager.hook.tournament_register.get_hookimpls():
        raise PluginError(
            f"{value} has no function `tournament_register` marked with `tournament.hookimpl`"
        )
    found = [plugin for result in manager.hook.tournament_register() for plugin in result]
    for plugin in found:
        _refuse_malformed(plugin)
    return found


def _refuse_malformed(plugin: object) -> None:
    if not isinstance(plugin, Plugin):
        raise PluginError(
            f"tournament_register gave {plugin!r}; expected tournament.Plugin objects"
        )
    if plugin.kind not in KINDS:
        raise PluginError(f"unknown kind {plugin.kind!r}. {nearest(plugin.kind, KINDS)}")
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
