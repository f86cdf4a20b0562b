"""What a plugin author implements: `Strategy`, `Task`, `Reporter`, and what they are handed.

These classes know nothing of processes, sockets or the log. The framework calls them in the worker
(strategies and tasks) and in a process of their own after the race (reporters).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ..cache import Cache
from ..record.payloads import Look
from ..record.payloads.worker import FORMAT
from .estimators import Estimator
from .examinable import Arrays, Examinable, Labelled

Split = Literal["train", "validation", "test"]


class Options(BaseModel):
    """Base of every plugin's options: frozen, unknown keys refused; describe every field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


AnyOptions = type[Options]


class Metric(BaseModel):
    """A number that a task measures at every check. `better` says which way is better.

    `lowest` and `highest` are the least and the greatest value that it can have: a criterion beyond
    them is refused before anybody trains. `estimator` says how it follows from the samples. An exam
    judges a metric without one by its value alone, and says so. In tables it is headed by `title`,
    by default its name, and written with `format` (".4g", ".1%", ...) and `unit` behind it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    name: str
    meaning: str
    unit: str = ""
    title: str = ""
    format: str = Field(".4g", pattern=FORMAT)
    better: Literal["higher", "lower"] = "higher"
    lowest: float = -math.inf
    highest: float = math.inf
    estimator: Estimator | None = None

    @property
    def look(self) -> Look:
        """How it is written."""
        space = " " if len(self.unit) > 1 else ""
        return Look(title=self.title, format=self.format, unit=space + self.unit)


@dataclass(frozen=True)
class Evaluation:
    """What a task finds in predictions.

    `metrics`: a float for every metric of the task. `samples`: a table, an array (S,) a column, a
    row for each of the S validation samples; figures and statistics are made from it.
    """

    metrics: Mapping[str, float]
    samples: Arrays


@dataclass(frozen=True)
class Starter:
    """What the author of a strategy for a task begins with.

    `module`: its text is a whole plugin with one small strategy, which `tournament new strategy`
    copies under another name. With `options` the task's data is small: made, and learned from, in
    seconds. The strategy meets `criteria` on it.
    """

    module: str
    options: Mapping[str, JsonValue] = field(default_factory=dict)
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True)
class Context:
    """What a strategy or task is given to work with; no data.

    `threads`: this trial's share of the machine while training; `cores`: all of it, which the one
    process that builds a cache entry may use. `device`: "cpu" or "cuda:0". `folder`: the trial's
    own files; `base`: the config's, where relative paths among the options begin. `note` puts a
    sentence into the report; `progress(what, done, total)` moves the bar.
    """

    seed: int
    device: str
    threads: int
    cores: int
    cache: Cache
    folder: Path
    base: Path = Path()
    note: Callable[[str], None] = lambda _text: None
    progress: Callable[[str, int, int], None] = lambda _what, _done, _total: None


class Task(Examinable, ABC):
    """What is competed at: data, its evaluation, and what an exam needs (see `Examinable`)."""

    Options: ClassVar[AnyOptions] = Options
    metrics: ClassVar[tuple[Metric, ...]]
    starter: ClassVar[Starter | None] = None

    def __init__(self, options: Any, context: Context) -> None:
        self.options = options
        self.context = context

    @abstractmethod
    def prepare(self) -> Mapping[str, JsonValue]:
        """Make or find the data in `context.cache`, off the race's clock. Gives facts to report."""

    @abstractmethod
    def data(self, split: Split) -> Labelled:
        """One split, after `prepare`. Workers ask for train and validation only."""

    @abstractmethod
    def evaluate(self, predictions: Arrays, truth: Any) -> Evaluation:
        """Compare predictions with the truth. Raises ContractError when they are malformed."""


class Strategy(ABC):
    """One way to train for a task."""

    Options: ClassVar[AnyOptions] = Options

    @classmethod
    def prepare(cls, options: Any, task: Task, context: Context) -> Mapping[str, JsonValue]:
        """Load weights, compute features: cached, off the race's clock. Gives facts to report.

        Raises OptionError when something cannot be had; then nothing starts.
        """
        del options, task, context
        return {}

    @abstractmethod
    def __init__(self, options: Any, context: Context) -> None: ...

    @abstractmethod
    def train_epoch(self, data: Labelled) -> Iterator[Mapping[str, float]]:
        """Train once over `data`, yielding figures (such as the loss) after each batch.

        Each yield is a safe point: there progress goes out and an order to stop is obeyed.
        """

    @abstractmethod
    def predict(self, inputs: Any) -> Arrays:
        """Predictions for inputs without their truth. The task says which arrays it expects."""

    @abstractmethod
    def state(self) -> Arrays:
        """What training changed and goes on from, as arrays; frozen weights stay out."""

    @abstractmethod
    def load_state(self, state: Arrays) -> None:
        """The reverse of `state`: `predict` gives what it gave then, and training goes on there.

        Called before the first `train_epoch`, where a worker was killed or a run is resumed, and in
        an exam.
        """


class Reporter(ABC):
    """Makes something to look at from the folder of a finished run."""

    @abstractmethod
    def report(self, run: Any) -> Sequence[Path]:
        """Write files for `run` (a `tournament.Run`), and give their paths."""
