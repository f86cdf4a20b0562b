"""`python -m tournament.testing.trying FD PARENT`: tries one plugin at all points of its kind.

The question comes as JSON from stdin, an `Attempt`; to FD goes a line of JSON when a point begins,
and one with what was found when it is over. Whatever the plugin does, it does it here.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..plugin.hookspecs import STAND_IN
from ..plugin.registry import import_class
from ..process.parent import die_with_parent
from .attempt import Attempt
from .bench import Bench, workbench
from .points import Point
from .stand_in import stand_in
from .strategy_points import STRATEGY_POINTS
from .task_points import TASK_POINTS

Tell = Callable[[dict[str, str]], None]

PREPARING = "prepares"
"""The point that everything can be made at all."""

POINTS: dict[str, tuple[Point[Bench], ...]] = {"strategy": STRATEGY_POINTS, "task": TASK_POINTS}


@contextmanager
def prepared(attempt: Attempt) -> Iterator[Bench]:
    """The bench with the plugin on it. Raises whatever the plugins raise."""
    strategy = import_class("strategy", attempt.strategy.name, attempt.strategy.target)
    if os.environ.get(STAND_IN) == attempt.strategy.name:
        strategy = stand_in(strategy)
    task = import_class("task", attempt.task.name, attempt.task.target)
    with workbench(strategy, task, attempt.strategy.options, attempt.task_options) as bench:
        yield bench


def try_all(attempt: Attempt, tell: Tell) -> None:
    """Try each point, and tell of each."""
    tell({"begins": PREPARING})
    try:
        with prepared(attempt) as bench:
            tell({"point": PREPARING, "found": ""})
            for point in POINTS[attempt.kind]:
                tell({"begins": point.name})
                tell({"point": point.name, "found": _found(point, bench)})
    except Exception as error:  # noqa: BLE001 - whatever it raises is told
        tell({"point": PREPARING, "found": described(error)})


def _found(point: Point[Bench], bench: Bench) -> str:
    """What is wrong there; empty if nothing is."""
    try:
        point.check(bench)
    except Exception as error:  # noqa: BLE001 - whatever it raises is told
        return described(error)
    return ""


def described(error: BaseException) -> str:
    """What it says, its type if it is not one of ours, and the last line of foreign code."""
    ours = Path(__file__).parent.parent
    frames = traceback.extract_tb(error.__traceback__)
    foreign = [f for f in frames if not Path(f.filename).is_relative_to(ours)]
    where = f" ({Path(foreign[-1].filename).name}:{foreign[-1].lineno})" if foreign else ""
    if isinstance(error, AssertionError) and not foreign:
        return str(error) or "it does not hold"
    return f"{type(error).__name__}: {error}{where}"


def main(arguments: list[str]) -> int:
    """Answer the question on stdin."""
    descriptor, parent = map(int, arguments)
    die_with_parent(parent)
    attempt = Attempt.model_validate_json(sys.stdin.buffer.read())

    def tell(said: dict[str, str]) -> None:
        os.write(descriptor, json.dumps(said).encode() + b"\n")

    try_all(attempt, tell)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
