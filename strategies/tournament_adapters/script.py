"""A program in any language competes: it is told what to do by lines of JSON, and answers by such.

Subclass `Script` and say its command. It is started once, and gets a line a call on its standard
input; it answers with one line of JSON on its standard output, `{"done": CALL}`:

    {"call": "epoch", "data": FILE}              train once; before it is done, a line of JSON with
                                                 figures after each batch, such as {"loss": 0.5}
    {"call": "predict", "data": FILE, "to": FILE}   write predictions for the rows of the first file
    {"call": "save", "to": FILE}                 write all that training goes on from
    {"call": "load", "from": FILE}               go on from what was saved

Data files are CSV without a heading: a row a sample, its numbers; for `epoch` the class comes
first. Predictions are CSV, too, a row a sample: the probability of each class. Any other line of
output ends the trial, and is told; standard error goes to the trial's log. The seed is in
TOURNAMENT_SEED, the threads it may use in TOURNAMENT_THREADS. The program ends when its input does.
"""

from __future__ import annotations

import json
import os
import subprocess
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from tournament import Arrays, Context, ContractError, Labelled, Strategy

LONGEST = 500
"""Characters of a line that are shown where it is told."""


class Script(Strategy):
    """A program as a strategy, for tasks with arrays (N, ...) and classes (N,), from 0.

    For other tasks, say in `features`, `classes` and `predictions` what the files hold.
    """

    count: ClassVar[int]
    """How many classes there are."""

    def __init__(self, options: Any, context: Context) -> None:
        self.options = options
        self._folder = context.folder / "script"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process = self._started(context)
        self._training_file: Path | None = None

    @abstractmethod
    def command(self) -> Sequence[str]:
        """The program and its arguments."""

    def features(self, inputs: Any) -> Any:
        """Inputs (N, ...) as rows (N, F)."""
        return np.asarray(inputs).reshape(len(inputs), -1)

    def classes(self, truth: Any) -> Any:
        """The class (N,) of each input."""
        return np.asarray(truth)

    def predictions(self, probabilities: Any) -> Arrays:
        """What the task wants to be told, from the probabilities (N, K)."""
        return {"probabilities": probabilities}

    def train_epoch(self, data: Labelled) -> Iterator[Mapping[str, float]]:
        if self._training_file is None:
            self._training_file = self._folder / "train.csv"
            rows, classes = self.features(data.inputs), self.classes(data.truth)
            _write_rows(self._training_file, np.column_stack([classes, rows]))
        yield from self._call("epoch", data=self._training_file)

    def predict(self, inputs: Any) -> Arrays:
        asked, answered = self._folder / "inputs.csv", self._folder / "predictions.csv"
        _write_rows(asked, self.features(inputs))
        answered.unlink(missing_ok=True)
        self._only_done("predict", data=asked, to=answered)
        return self.predictions(self._read_rows(answered, len(inputs)))

    def state(self) -> Arrays:
        path = self._folder / "state"
        path.unlink(missing_ok=True)
        self._only_done("save", to=path)
        if not path.is_file():
            raise ContractError(f"{self._name} said that it had saved, and wrote no file {path}")
        return {"state": np.frombuffer(path.read_bytes(), np.uint8)}

    def load_state(self, state: Arrays) -> None:
        path = self._folder / "state"
        path.write_bytes(state["state"].tobytes())
        self._only_done("load", **{"from": path})

    @property
    def _name(self) -> str:
        return " ".join(self.command())

    def _started(self, context: Context) -> subprocess.Popen[str]:
        facts = {"TOURNAMENT_SEED": context.seed, "TOURNAMENT_THREADS": context.threads}
        pipe = subprocess.PIPE
        try:
            return subprocess.Popen(
                list(self.command()),
                stdin=pipe,
                stdout=pipe,
                text=True,
                env={**os.environ, **{name: str(value) for name, value in facts.items()}},
            )
        except OSError as error:
            raise ContractError(f"{self._name} cannot be started: {error}") from error

    def _only_done(self, call: str, **values: object) -> None:
        """Call where no figures are expected."""
        for said in self._call(call, **values):
            raise ContractError(f"{self._name} was asked to {call}, and said {said}")

    def _call(self, call: str, **values: object) -> Iterator[Mapping[str, float]]:
        """Tell it, and give what it says until it is done."""
        text = json.dumps({"call": call, **{name: str(value) for name, value in values.items()}})
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(text + "\n")
            stdin.flush()
        except OSError as error:
            raise self._died() from error
        for line in stdout:
            said = self._parsed(line)
            if said == {"done": call}:
                return
            yield said
        raise self._died()

    def _parsed(self, line: str) -> Any:
        try:
            said = json.loads(line)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise ContractError(
                f"{self._name} printed {line.strip()[:LONGEST]!r}; expected a line of JSON, such "
                'as {"loss": 0.5} or {"done": "epoch"}. What is for people goes to standard error'
            )
        return said

    def _died(self) -> ContractError:
        code = self._process.wait()
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return ContractError(f"{self._name} {how} before it was done; see its stderr.log")

    def _read_rows(self, path: Path, count: int) -> Any:
        try:
            rows = np.loadtxt(path, delimiter=",", ndmin=2)
        except (OSError, ValueError) as error:
            raise ContractError(f"{self._name} left no readable predictions: {error}") from error
        if rows.shape != (count, self.count):
            raise ContractError(
                f"{self._name} predicted a table {rows.shape}; expected {(count, self.count)}"
            )
        return rows


def _write_rows(path: Path, rows: Any) -> None:
    np.savetxt(path, rows, fmt="%.9g", delimiter=",")
