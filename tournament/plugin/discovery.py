"""Finds what is installed: asks each entry point of the group `tournament` what it declares.

Each is asked in a process of its own (`declaring`). One that breaks, hangs or dies there is kept as
a `Broken` with its reason, and the others are found all the same.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib.metadata import Distribution, EntryPoint, distributions
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from ..errors import PluginError
from ..process.question import NoAnswerError, ask_all
from ..record.fields import Text
from .hookspecs import NAMESPACE, Plugin
from .registry import Broken, Installed, Registry

DECLARING = "tournament.plugin.declaring"
PATIENCE = 60.0
"""Seconds in which an entry point has to say what it declares."""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    plugins: tuple[tuple[Plugin, tuple[str, ...]], ...] = ()
    reason: Text = ""


def load_registry(path: Sequence[str] | None = None) -> Registry:
    """Find all plugins that are installed in the folders of `path`, by default `sys.path`.

    Raises PluginError when two of one kind have one name, and names both.
    """
    points, broken = _entry_points(sys.path if path is None else path)
    installed: list[Installed] = []
    for point, answer in zip(points, _answers(points), strict=True):
        distribution, version = _origin(point.dist)
        if answer.reason:
            broken.append(Broken(point.name, distribution, version, answer.reason))
        installed += [Installed(p, distribution, version, lacks) for p, lacks in answer.plugins]
    _refuse_duplicates(installed)
    return Registry(tuple(sorted(installed, key=_order)), tuple(broken))


def _entry_points(path: Sequence[str]) -> tuple[list[EntryPoint], list[Broken]]:
    """All of our group; a distribution whose list cannot be read is broken, and hides no other."""
    points: list[EntryPoint] = []
    broken: list[Broken] = []
    seen: set[str] = set()
    for found in distributions(path=list(path)):
        name = re.sub(r"[-_.]+", "-", found.name or "").lower()
        if name in seen:  # As for imports, what comes first on the path is what counts.
            continue
        seen.update([name] if name else ())
        try:
            points += found.entry_points.select(group=NAMESPACE)
        except (TypeError, ValueError) as error:  # What the parser raises for other texts.
            reason = f"its entry_points.txt cannot be read: {type(error).__name__}: {error}"
            broken.append(Broken("entry_points.txt", *_origin(found), reason))
    return points, broken


def _answers(points: list[EntryPoint]) -> list[_Answer]:
    """What each declares, or in its place why it does not."""
    questions = ({"name": point.name, "value": point.value} for point in points)
    return list(map(_answer, ask_all(DECLARING, questions, PATIENCE)))


def _answer(said: Any) -> _Answer:
    if isinstance(said, NoAnswerError):
        return _Answer(reason=f"its process {said}")
    try:
        return _Answer.model_validate(said)
    except ValidationError as error:
        return _Answer(reason=f"what it declares cannot be read: {error.errors()[0]['msg']}")


def _order(found: Installed) -> tuple[str, str]:
    return found.plugin.kind, found.plugin.name


def _origin(found: Distribution | None) -> tuple[str, str]:
    """Name and version; metadata may lack both, whatever its type says."""
    name, version = (found.name, found.version) if found else ("", "")
    return name or "unknown", version or "unknown"


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
