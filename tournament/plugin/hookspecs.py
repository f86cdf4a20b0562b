"""The one hook of this framework, and what a plugin declares through it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import pluggy

NAMESPACE = "tournament"
"""The name of the pluggy project and of the entry-point group."""

STAND_IN = "TOURNAMENT_STAND_IN"
"""The environment variable that names a strategy in whose place tests get a stand-in."""

Kind = Literal["strategy", "task", "reporter"]
KINDS: tuple[Kind, ...] = get_args(Kind)

hookspec = pluggy.HookspecMarker(NAMESPACE)
hookimpl = pluggy.HookimplMarker(NAMESPACE)


@dataclass(frozen=True)
class Plugin:
    """A declaration: under `name`, the class at `target` ("package.module:Class").

    `summary` is one sentence for `tournament plugins`. `needs` names the importable packages that
    the class wants, and `extra` what to install when one is missing ("my-package[torch]"). `tasks`
    names the tasks that a strategy can compete at; without any, it may be each. `tests` is a module
    or package of pytest tests, which a preflight runs, too. The module of `target` is imported only
    where it runs or is looked at, and never where anything is judged.
    """

    kind: Kind
    name: str
    target: str
    summary: str = ""
    needs: tuple[str, ...] = ()
    extra: str = ""
    tasks: tuple[str, ...] = ()
    tests: str = ""


@hookspec
def tournament_register() -> Iterable[Plugin]:  # type: ignore[empty-body]
    """Give the strategies, tasks and reporters that a distribution brings.

    Called at start-up, in a process of its own that then ends: keep the module that implements it
    light, and import neither torch nor anything heavy there.
    """
