"""Finds what is installed: asks each entry point of the group `tournament` what it declares.

Each is asked in a process of its own (`declaring`). One that breaks, hangs or dies there is kept as
a `Broken` with its reason, and the others are found all the same.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import IO

from pydantic import BaseModel, ConfigDict, ValidationError

from ..errors import PluginError
from ..process.spawn import python_module, signal_name
from .hookspecs import NAMESPACE, Plugin
from .registry import Broken, Installed, Registry

PATIENCE = 60.0
"""Seconds in which an entry point has to say what it declares."""

LONGEST = 1 << 20
"""Bytes that it may use for that."""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    plugins: tuple[Plugin, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class _Asked:
    """An entry point whose process runs, and the file that its answer goes to."""

    point: EntryPoint
    process: subprocess.Popen[bytes]
    answer: IO[bytes]

    def close(self) -> None:
        """End the process, if it still runs, and let go of the file."""
        self.process.kill()
        self.process.wait()
        self.answer.close()


def load_registry(found: Iterable[EntryPoint] | None = None) -> Registry:
    """Find all plugins. Raises PluginError when two of one kind have one name, and names both."""
    points = entry_points(group=NAMESPACE) if found is None else found
    installed: list[Installed] = []
    broken: list[Broken] = []
    asked: list[_Asked] = []
    try:
        asked += map(_ask, points)
        deadline = time.monotonic() + PATIENCE
        for each in asked:
            distribution, version = _origin(each.point)
            answer = _answer(each, deadline)
            if answer.reason:
                broken.append(Broken(each.point.name, distribution, version, answer.reason))
            for plugin in answer.plugins:
                installed.append(Installed(plugin, distribution, version, _missing(plugin)))
    finally:
        for each in asked:
            each.close()
    _refuse_duplicates(installed)
    return Registry(tuple(sorted(installed, key=_order)), tuple(broken))


def _ask(point: EntryPoint) -> _Asked:
    answer = tempfile.TemporaryFile()  # noqa: SIM115 - `_Asked.close` closes it
    arguments = (point.name, point.value, str(answer.fileno()), str(os.getpid()))
    process = subprocess.Popen(
        [*python_module("tournament.plugin.declaring"), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=_stderr(),  # A plugin's prints must not mix with a verdict as JSON.
        pass_fds=[answer.fileno()],
    )
    return _Asked(point, process, answer)


def _stderr() -> int:
    try:
        return sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):  # A notebook's, or none at all.
        return subprocess.DEVNULL


def _answer(asked: _Asked, deadline: float) -> _Answer:
    """What it said, or in its place why it said nothing."""
    try:
        code = asked.process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return _Answer(reason=f"it did not say what it declares within {PATIENCE:.0f} s")
    if code:
        how = f"was killed by {signal_name(-code)}" if code < 0 else f"ended with code {code}"
        return _Answer(reason=f"its process {how} before it said what it declares")
    asked.answer.seek(0)
    try:
        return _Answer.model_validate_json(asked.answer.read(LONGEST))
    except ValidationError:
        return _Answer(reason="its process left no readable answer")


def _order(found: Installed) -> tuple[str, str]:
    return found.plugin.kind, found.plugin.name


def _origin(point: EntryPoint) -> tuple[str, str]:
    """Distribution and version; metadata may lack both, whatever its type says."""
    name, version = (point.dist.name, point.dist.version) if point.dist else ("", "")
    return name or "unknown", version or "unknown"


def _missing(plugin: Plugin) -> tuple[str, ...]:
    roots = dict.fromkeys(package.partition(".")[0] for package in plugin.needs)
    return tuple(root for root in roots if not root or find_spec(root) is None)


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
