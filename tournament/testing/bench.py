"""A strategy and a task on the workbench: in this process, on small data, as a worker treats them.

No socket, no log, no other process: a debugger can look at everything.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..cache import Cache
from ..errors import ContractError
from ..plugin.api import Context, Evaluation, Strategy, Task
from ..plugin.examinable import Arrays, Labelled
from ..plugin.figures import checked_figures, checked_metrics
from ..process.randomness import (
    random_states,
    restore_random_states,
    seed_everything,
    untouched_randomness,
)
from ..record.checkpoint import load_state, save_state

SEED = 20_261_125
"""The seed of everything that is tried here."""


@dataclass(frozen=True)
class Bench:
    """What is tried, with the options of both; made by `workbench`."""

    strategy: type[Strategy]
    options: Any
    task: Task
    context: Context

    @property
    def train(self) -> Labelled:
        """The data that is trained on."""
        return self.task.data("train")

    @property
    def validation(self) -> Labelled:
        """The data that is checked on."""
        return self.task.data("validation")

    def fresh(self) -> Strategy:
        """A new strategy, with the random states that a worker would begin with."""
        seed_everything(SEED)
        return self.strategy(self.options, self.context)

    def epoch(self, strategy: Strategy) -> list[dict[str, float]]:
        """Train for an epoch; the figures after each batch. Raises ContractError."""
        figures = [checked_figures(g, "train_epoch") for g in strategy.train_epoch(self.train)]
        if not figures:
            raise ContractError("train_epoch yielded nothing; expected figures after each batch")
        return figures

    def check(self, strategy: Strategy) -> Evaluation:
        """Evaluate on validation data, as a check does. Raises ContractError."""
        with untouched_randomness():
            evaluation = self.task.evaluate(self.predict(strategy), self.validation.truth)
        names = (metric.name for metric in self.task.metrics)
        metrics = checked_metrics(evaluation.metrics, names, "evaluate")
        return Evaluation(metrics, evaluation.samples)

    def predict(self, strategy: Strategy) -> Arrays:
        """Predictions for the validation data."""
        return strategy.predict(self.validation.inputs)

    def handed_over(self, strategy: Strategy) -> Strategy:
        """Another strategy that goes on from the state of this one, by way of a file."""
        path, states = self.context.folder / "state.safetensors", json.dumps(random_states())
        save_state(path, strategy.state())
        other = self.fresh()
        other.load_state(load_state(path))
        restore_random_states(json.loads(states))
        return other


@contextmanager
def workbench(
    strategy: type[Strategy],
    task: type[Task],
    options: Mapping[str, Any] | None = None,
    task_options: Mapping[str, Any] | None = None,
) -> Iterator[Bench]:
    """A bench with everything prepared; its files are gone afterwards.

    Without `task_options` the task's data is as small as its `starter` says. Raises what options
    and preparation raise.
    """
    small = task.starter.options if task.starter else {}
    with tempfile.TemporaryDirectory(prefix="tournament-bench-") as place:
        folder = Path(place)
        context = Context(SEED, "cpu", 1, 1, Cache(), folder, folder)
        seed_everything(SEED)
        on = task(
            task.Options.model_validate(small if task_options is None else task_options), context
        )
        on.prepare()
        chosen = strategy.Options.model_validate(options or {})
        strategy.prepare(chosen, on, context)
        bench = Bench(strategy, chosen, on, context)
        bench.fresh()  # That it can be made at all.
        yield bench
