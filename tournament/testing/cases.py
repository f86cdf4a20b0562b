"""The points of a contract as tests: subclass one in a file of tests, and say which plugin.

They run in the process of pytest, on small data: a debugger can look at everything. What takes a
race in processes of its own is tried by `tournament conform`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from ..plugin.discovery import load_registry
from .bench import Bench
from .conform import PATIENCE, Case, conform, plan_attempt
from .points import Point
from .strategy_points import STRATEGY_POINTS
from .task_points import TASK_POINTS
from .trying import prepared


def _tried(point: Point[Bench], bench: Bench) -> None:
    """The point as a test; what it asks and how to mend it are told beside what was found."""
    try:
        point.check(bench)
    except AssertionError as error:
        pytest.fail(f"Not true: {point.asks} Found: {error}. {point.mend}", pytrace=False)


class StrategyTests:
    """What a strategy has to do right. `strategy` is its installed name.

    `task`: at which task it is tried, where the plugin does not say so itself; `options`: with
    which options.
    """

    strategy: ClassVar[str]
    task: ClassVar[str] = ""
    options: ClassVar[Mapping[str, Any]] = {}

    @pytest.fixture(scope="class")
    @classmethod
    def bench(cls) -> Iterator[Bench]:
        """The strategy on the workbench; for tests of one's own, too."""
        case = Case("strategy", cls.strategy, cls.task, options=cls.options)
        with prepared(plan_attempt(load_registry(), case)[0]) as bench:
            yield bench

    @pytest.mark.parametrize("point", STRATEGY_POINTS, ids=str)
    def test_strategy(self, bench: Bench, point: Point[Bench]) -> None:
        _tried(point, bench)


class TaskTests:
    """What a task has to do right. `task` is its installed name.

    `strategy`: with which strategy it is tried; by default one that is installed, or its starter.
    """

    task: ClassVar[str]
    strategy: ClassVar[str] = ""

    @pytest.fixture(scope="class")
    @classmethod
    def bench(cls) -> Iterator[Bench]:
        """The task on the workbench; for tests of one's own, too."""
        case = Case("task", cls.task, strategy=cls.strategy)
        with prepared(plan_attempt(load_registry(), case)[0]) as bench:
            yield bench

    @pytest.mark.parametrize("point", TASK_POINTS, ids=str)
    def test_task(self, bench: Bench, point: Point[Bench]) -> None:
        _tried(point, bench)


class ReporterTests:
    """What a reporter has to do right, tried on runs of real races. `reporter` is its name.

    `task`: of which task the runs are; by default one for which a strategy is installed.
    """

    reporter: ClassVar[str]
    task: ClassVar[str] = ""
    patience: ClassVar[float] = PATIENCE

    def test_reporter(self) -> None:
        registry = load_registry()
        case = Case("reporter", self.reporter, self.task, patience=self.patience)
        failed = [r for r in conform(registry, case) if not r.passed]
        told = [f"Not true: {r.asks} Found: {r.found}. {r.mend}" for r in failed]
        if told:
            pytest.fail("\n".join(told), pytrace=False)
