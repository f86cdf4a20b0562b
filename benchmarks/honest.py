"""Are honest strategies ever refused by an integrity check?

python benchmarks/honest.py [--seeds 0:20] [--processes N]. Trains the built-in strategies on small
data, each seed with data of its own, and examines them after epochs 2, 4 and 6 as a tournament
would, whether their check would be a claim or not. Two sets of criteria are asked: the original's
three, and accuracy alone. A claim that a finding refuses is a false alarm: each is printed, and
then the exit code is 1. Findings that fail without a claim are counted and printed, too: a
tournament would not have looked.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from tournament import Context, Examined, Strategy, Task
from tournament.cache import Cache
from tournament.config.criteria import criteria_from_json
from tournament.exam.examiner import examine
from tournament.match.exams import exam_criteria
from tournament.match.plan import plugin_at
from tournament.plugin.discovery import load_registry
from tournament.plugin.registry import Registry
from tournament.record.checkpoint import fingerprint, save_state
from tournament.record.spec import ExamSpec, PluginAt, Surroundings
from tournament.referee.judge import passes
from tournament.referee.levels import leaves_held

THREADS = 1
VIDEOS = 1000
SAMPLES = 500
EXAM_EPOCHS = (2, 4, 6)
TRAINING = {"batch": 16, "lr": 2e-4}
KINDS = tuple(product(("same", "red"), ("varied", "original")))
"""What the data looks like: colour and appearance. Seed s gets number s, modulo 4."""

CRITERIA = {
    "every": 2,
    "all": ["attention_ratio >= 1.5", "val_accuracy >= 0.75", "consistency >= 0.70"],
}
ACCURACY_ALONE = {"every": 2, "all": ["val_accuracy >= 0.75"]}
LEVEL = 0.05 / 9
"""As in a race of three entrants with three exams each."""

STRATEGIES = {
    "attention-supervised": ("attention-supervised", {"alpha": 0.2}),
    "alpha 0": ("attention-supervised", {"alpha": 0.0}),
    "pretrained-features": ("pretrained-features", {"weights": "proxy", "crop_size": 32}),
}


@dataclass(frozen=True)
class Sat:
    """One exam: what its findings say. `problem` is empty where it was held to its end.

    `claims`: would the check have been a claim under the three criteria, and under accuracy alone?
    `false_alarms`: findings that would have refused one of these claims.
    """

    strategy: str
    colour: str
    appearance: str
    seed: int
    epoch: int
    problem: str
    claims: tuple[bool, bool]
    failed: tuple[str, ...]
    false_alarms: tuple[str, ...]
    faithful: float
    held: int
    seconds: float

    @property
    def refused(self) -> bool:
        return bool(self.problem or self.false_alarms)

    def __str__(self) -> str:
        claims = " and ".join(n for n, c in zip(("all", "accuracy"), self.claims, strict=True) if c)
        wrong = [
            f"would claim: {claims or 'nothing'}",
            "REFUSED" if self.refused else "",
            self.problem,
            *self.failed,
        ]
        return (
            f"{self.strategy:21} seed {self.seed:2} {self.colour:4} {self.appearance:8} "
            f"epoch {self.epoch}: faithful {self.faithful:.3f}, "
            f"{self.held} of {len(CRITERIA['all'])} criteria held, {self.seconds:.0f} s "
            + "; ".join(filter(None, wrong))
        )


def train_and_examine(job: tuple[str, int]) -> list[Sat]:
    """One strategy with one seed, trained in this process, examined on the way."""
    import torch

    from tournament.process.randomness import seed_everything

    name, seed = job
    torch.set_num_threads(THREADS)
    with tempfile.TemporaryDirectory(prefix="honest-") as place:
        trial = Trial(name, seed, Path(place), load_registry())
        task, strategy_class, options = trial.prepared()
        seed_everything(trial.context.seed)
        strategy = strategy_class(options, trial.context)
        found = []
        for epoch in range(1, max(EXAM_EPOCHS) + 1):
            for _ in strategy.train_epoch(task.data("train")):
                pass
            if epoch in EXAM_EPOCHS:
                found.append(examined(trial, epoch, strategy, task))
                print(found[-1], flush=True)
        return found


@dataclass(frozen=True)
class Trial:
    """One strategy with one seed, and data of its own."""

    name: str
    seed: int
    folder: Path
    registry: Registry

    @property
    def kind(self) -> tuple[str, str]:
        """Colour and appearance of its data."""
        return KINDS[self.seed % len(KINDS)]

    @property
    def context(self) -> Context:
        return Context(
            seed=1000 + self.seed, device="cpu", threads=THREADS, cores=THREADS, cache=Cache(),
            folder=self.folder,
        )  # fmt: skip

    def plugins(self) -> tuple[PluginAt, PluginAt]:
        """Task and strategy with their options."""
        colour, appearance = self.kind
        data: dict[str, JsonValue] = {
            "videos": VIDEOS, "colour": colour, "appearance": appearance, "seed": self.seed,
        }  # fmt: skip
        use, options = STRATEGIES[self.name]
        return (
            plugin_at(self.registry, "task", "persistence", data),
            plugin_at(self.registry, "strategy", use, {**TRAINING, **options}),
        )

    def prepared(self) -> tuple[Task, type[Strategy], Any]:
        """The task with its data, the strategy's class prepared, and its options."""
        task_at, strategy_at = self.plugins()
        task_class = self.registry.load("task", task_at.name)
        task = task_class(task_class.Options.model_validate(task_at.options), self.context)
        task.prepare()
        strategy_class = self.registry.load("strategy", strategy_at.name)
        options = strategy_class.Options.model_validate(strategy_at.options)
        strategy_class.prepare(options, task, self.context)
        return task, strategy_class, options


def examined(trial: Trial, epoch: int, strategy: Strategy, task: Task) -> Sat:
    """The exam that a claim at this epoch would get."""
    checkpoint = trial.folder / f"check-{epoch}.safetensors"
    save_state(checkpoint, strategy.state())
    validation = task.data("validation")
    claimed = task.evaluate(strategy.predict(validation.inputs), validation.truth).metrics
    start = time.monotonic()
    seed = 2**40 + 1000 * trial.seed + epoch
    result = examine(exam_spec(trial, epoch, checkpoint, claimed), seed)
    claims, false_alarms = judged(claimed, result)
    faithful = next((f.value for f in result.findings if f.name == "faithful"), float("nan"))
    return Sat(
        trial.name, *trial.kind, trial.seed, epoch, result.problem, claims,
        tuple(f"{f.name}: {f.text}" for f in result.findings if not f.passed), false_alarms,
        faithful, sum(leaves_held(criteria_from_json(CRITERIA), result.bounds)),
        time.monotonic() - start,
    )  # fmt: skip


def exam_spec(trial: Trial, epoch: int, checkpoint: Path, claimed: Mapping[str, float]) -> ExamSpec:
    """What an examiner is told."""
    here = Path(tempfile.mkdtemp(prefix=f"exam-{epoch}-", dir=trial.folder))
    (here / "scratch").mkdir()
    task, strategy = trial.plugins()
    return ExamSpec(
        because=0, trial=strategy.name, number=1, task=task, strategy=strategy,
        surroundings=Surroundings(
            seed=trial.context.seed, device="cpu", threads=THREADS, cores=THREADS,
            base=str(trial.folder),
        ),
        criteria=exam_criteria(criteria_from_json(CRITERIA), LEVEL), checkpoint=str(checkpoint),
        sha256=fingerprint(checkpoint, trial.folder).sha256,
        bytes=checkpoint.stat().st_size, claimed=dict(claimed),
        samples=SAMPLES, timeout=600.0, folder=str(here), scratch=str(here / "scratch"),
    )  # fmt: skip


def judged(
    claimed: Mapping[str, float], result: Examined
) -> tuple[tuple[bool, bool], tuple[str, ...]]:
    """Would the check have been a claim, by all criteria and by accuracy; and what refuses that."""
    claims, false_alarms = [], []
    for asked in map(criteria_from_json, (CRITERIA, ACCURACY_ALONE)):
        leaves = [leaf for _, leaf in asked.group.leaves()]
        claims.append(all(passes(leaf, claimed[leaf.metric]) for leaf in leaves))
        if claims[-1]:
            refusing = [f for f in result.findings if f.refuses(asked.metrics())]
            false_alarms += [f"{f.name} refuses {asked.group}" for f in refusing]
    return (claims[0], claims[1]), tuple(false_alarms)


def table(exams: list[Sat]) -> Iterator[str]:
    """A row for each strategy on each kind of data, and one for each strategy."""
    yield (
        "| strategy | data | exams | claims of all three, of accuracy | refused by a check "
        "| a check fails without a claim | least faithful: claims of all three, others |"
    )
    yield "|---|---|---|---|---|---|---|"
    for name in STRATEGIES:
        mine = [sat for sat in exams if sat.strategy == name]
        for colour, appearance in KINDS:
            part = [sat for sat in mine if (sat.colour, sat.appearance) == (colour, appearance)]
            if part:
                yield _row(name, f"{colour}, {appearance}", part)
        if mine:
            yield _row(name, "all", mine)


def _row(name: str, data: str, exams: list[Sat]) -> str:
    claims = [sum(sat.claims[which] for sat in exams) for which in (0, 1)]
    refused = sum(sat.refused for sat in exams)
    idle = sum(bool(sat.failed) and not sat.refused for sat in exams)
    least = [
        min((sat.faithful for sat in exams if sat.claims[0] is claimed), default=float("nan"))
        for claimed in (True, False)
    ]
    return (
        f"| {name} | {data} | {len(exams)} | {claims[0]}, {claims[1]} | {refused} | {idle} "
        f"| {least[0]:.3f}, {least[1]:.3f} |"
    )


def all_exams(jobs: list[tuple[str, int]], processes: int) -> Iterator[Sat]:
    """Every exam, in the order of the jobs; as many as there are when Ctrl-C ends it."""
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        try:
            for sats in pool.map(train_and_examine, jobs):
                yield from sats
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0:20", help="first:end")
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    first, end = map(int, arguments.seeds.split(":"))
    jobs = [(name, seed) for seed in range(first, end) for name in STRATEGIES]
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="honest-cache-") as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        os.environ["OMP_NUM_THREADS"] = str(THREADS)
        exams = list(all_exams(jobs, arguments.processes))
    print("\n".join(table(exams)))
    refused = [sat for sat in exams if sat.refused]
    idle = [sat for sat in exams if sat.failed and not sat.refused]
    print(f"{len(exams)} exams, {len(refused)} refused, {time.monotonic() - start:.0f} s")
    print("\n".join(map(str, [*refused, *idle])))
    sys.exit(1 if refused else 0)


if __name__ == "__main__":
    main()
