"""Finds what is installed: asks each entry point of the group `tournament` what it declares.

Each is asked in a process of its own (`declaring`). One that breaks, hangs or dies there is kept as
a `Broken` with its reason, and the others are found all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from ..errors import PluginError
from ..process.question import NoAnswerError, ask_all
from .hookspecs import NAMESPACE, Plugin
from .registry import Broken, Installed, Registry

DECLARING = "tournament.plugin.declaring"
PATIENCE = 60.0
"""Seconds in which an entry point has to say what it declares."""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    plugins: tuple[tuple[Plugin, tuple[str, ...]], ...] = ()
    reason: str = ""


def load_registry(found: Iterable[EntryPoint] | None = None) -> Registry:
    """Find all plugins. Raises PluginError when two of one kind have one name, and names both."""
    points = list(entry_points(group=NAMESPACE) if found is None else found)
    installed: list[Installed] = []
    broken: list[Broken] = []
    for point, answer in zip(points, _answers(points), strict=True):
        distribution, version = _origin(point)
        if answer.reason:
            broken.append(Broken(point.name, distribution, version, answer.reason))
        installed += [Installed(p, distribution, version, lacks) for p, lacks in answer.plugins]
    _refuse_duplicates(installed)
    return Registry(tuple(sorted(installed, key=_order)), tuple(broken))


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


def _origin(point: EntryPoint) -> tuple[str, str]:
    """Distribution and version; metadata may lack both, whatever its type says."""
    name, version = (point.dist.name, point.dist.version) if point.dist else ("", "")
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
