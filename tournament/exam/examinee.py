"""`python -m tournament.exam.examinee SPEC REQUESTS REPLIES PARENT`: holds the strategy, no truth.

It builds the strategy, loads the claimed state, and answers requests: for `<name>.in.safetensors`
it writes `<name>.out.safetensors`. A request is a line with the name on the descriptor REQUESTS,
its answer a line of JSON on REPLIES. `state` as a name asks for the state. It ends when REQUESTS
does.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import IO, Any

from ..cache import Cache
from ..errors import PluginError
from ..plugin.api import Context, Strategy, Task
from ..plugin.registry import import_class
from ..process.parent import die_with_parent
from ..process.randomness import seed_everything
from ..record.spec import ExamineeSpec
from .arrays import read_arrays, write_arrays

STATE = "state"
"""The name of the request for the strategy's state."""


class Examinee:
    """The strategy as it was when it claimed, and the task without its data."""

    def __init__(self, spec: ExamineeSpec) -> None:
        self._folder = Path(spec.folder)
        context = _context(spec, self._folder)
        seed_everything(spec.surroundings.seed)
        task: type[Task] = import_class("task", spec.task.name, spec.task.target)
        strategy: type[Strategy] = import_class(
            "strategy", spec.strategy.name, spec.strategy.target
        )
        self._task = task(task.Options.model_validate(spec.task.options), context)
        self._strategy = strategy(strategy.Options.model_validate(spec.strategy.options), context)
        self._strategy.load_state(read_arrays(Path(spec.checkpoint), "the checkpoint"))

    def answer(self, name: str) -> None:
        """Answer one request by a file."""
        into = self._folder / f"{name}.out.safetensors"
        if name == STATE:
            write_arrays(into, self._strategy.state(), "state")
            return
        given = read_arrays(self._folder / f"{name}.in.safetensors", "the examiner")
        write_arrays(into, self._strategy.predict(self._task.unpack(given)), "predict")


def _context(spec: ExamineeSpec, folder: Path) -> Context:
    around = spec.surroundings
    return Context(
        seed=around.seed,
        device=around.device,
        threads=around.threads,
        cores=around.threads,
        cache=Cache(scratch=folder / "cache"),
        folder=folder,
        base=Path(around.base),
    )


def main(arguments: list[str]) -> int:
    """Answer until nobody asks any more."""
    spec_path, requests, replies, parent = arguments
    die_with_parent(int(parent))
    spec = ExamineeSpec.model_validate_json(Path(spec_path).read_bytes())
    with os.fdopen(int(requests)) as asked, os.fdopen(int(replies), "w") as answers:
        try:
            examinee = Examinee(spec)
            _say(answers, ok=True)
            for line in asked:
                examinee.answer(line.strip())
                _say(answers, ok=True)
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises is told, and ends the exam
            traceback.print_exc()
            _say(answers, ok=False, error=_sentence(error))
            return 1
    return 0


def _sentence(error: Exception) -> str:
    text = str(error) if isinstance(error, PluginError) else f"{type(error).__name__}: {error}"
    return text[:2000]


def _say(answers: IO[str], **message: Any) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
