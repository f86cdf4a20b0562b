"""What a task has to do right, tried on the workbench with a strategy that competes at it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..exam.integrity import deviation
from ..exam.statistics import estimate
from ..plugin.api import Split
from ..plugin.estimators import PValue
from ..plugin.examinable import Arrays, Labelled
from .bench import SEED, Bench
from .points import Point, point

SAMPLES = 40
"""Samples of an exam that is tried."""

SAME = 1e-6
"""A metric and its estimator agree to this part of their size."""


@point("Give each field of Options a `description`, which `tournament plugins NAME` shows.")
def options(bench: Bench) -> None:
    """Every option has a description."""
    silent = [
        n for n, field in type(bench.task).Options.model_fields.items() if not field.description
    ]
    assert not silent, f"without one: {', '.join(silent)}"


@point("Say what each metric means, and give one an `estimator` that may be a criterion.")
def metrics(bench: Bench) -> None:
    """It has metrics, each with a meaning, and an exam can say of one at least how sure it is."""
    found = bench.task.metrics
    assert found, "there is none"
    assert len({metric.name for metric in found}) == len(found), "two have one name"
    silent = [metric.name for metric in found if not metric.meaning.strip()]
    assert not silent, f"without a meaning: {', '.join(silent)}"
    assert any(metric.estimator for metric in found), "none has an estimator"


@point("Let the data follow from the options alone, not from the clock or from chance.")
def same_data(bench: Bench) -> None:
    """Asked twice, and by another object, each split is the same."""
    other = type(bench.task)(bench.task.options, bench.context)
    other.prepare()
    splits: tuple[Split, ...] = ("train", "validation")
    for split in splits:
        one, two = (_packed(bench, task.data(split)) for task in (bench.task, other))
        assert deviation(one, two) == 0, f"{split} differs"


@point("Split the samples, so that none is in two splits.")
def splits(bench: Bench) -> None:
    """No sample that is trained on is validated on."""
    train, validation = (set(_samples(bench, data)) for data in (bench.train, bench.validation))
    assert train, "train is empty"
    assert validation, "validation is empty"
    both = len(train & validation)
    assert both <= 0.5 * len(validation), f"{both} of {len(validation)} are in both"


@point("Let `unpack` be the reverse of `pack`, and `select` take the rows that it is asked for.")
def packing(bench: Bench) -> None:
    """Inputs survive the way to the examinee, and rows of them can be chosen."""
    task, inputs = bench.task, bench.validation.inputs
    packed = task.pack(inputs)
    again = task.unpack({name: np.array(array) for name, array in packed.items()})
    assert deviation(packed, task.pack(again)) == 0, "pack(unpack(pack(inputs))) differs"
    count = task.count(inputs)
    rows = list(range(count))[::-1][: min(count, SAMPLES)]
    twice = task.pack(task.select(task.select(inputs, rows), [0]))
    once = task.pack(task.select(inputs, rows[:1]))
    assert deviation(twice, once) == 0, "the first of some selected rows is another one"
    assert task.count(task.select(inputs, rows)) == len(rows), (
        "count differs from what was selected"
    )


@point("Give a float for every announced metric, and a row for each sample in every column.")
def evaluates(bench: Bench) -> None:
    """Predictions of a strategy give all metrics, and a table with a row for each sample."""
    evaluation = bench.check(bench.fresh())
    count = bench.task.count(bench.validation.inputs)
    wrong = {n: c.shape for n, c in evaluation.samples.items() if c.shape != (count,)}
    assert not wrong, f"{count} samples, and columns of the shapes {wrong}"


@point("Let a metric be what its `estimator` makes of the table of samples.")
def estimators(bench: Bench) -> None:
    """Each metric is what its estimator makes of the samples."""
    strategy = bench.fresh()
    bench.epoch(strategy)
    evaluation = bench.check(strategy)
    for metric in bench.task.metrics:
        if metric.estimator is None or isinstance(metric.estimator, PValue):
            continue
        said, found = (
            evaluation.metrics[metric.name],
            estimate(metric.estimator, evaluation.samples),
        )
        close = np.isclose(found, said, rtol=SAME, atol=SAME, equal_nan=True)
        assert close, f"{metric.name} is {said:g}, and its estimator makes {found:g} of the samples"


@point("Make fresh data from `seed` in `exam`, or give what no worker is given.")
def exams(bench: Bench) -> None:
    """The sealed data of an exam follows from its seed, and is not what was trained on."""
    task = bench.task
    one, again = (_packed(bench, task.exam(SEED, SAMPLES)) for _ in range(2))
    assert deviation(one, again) == 0, "the same seed gives other data"
    sealed = set(_samples(bench, task.exam(SEED, SAMPLES)))
    known = set(_samples(bench, bench.train)) | set(_samples(bench, bench.validation))
    both = len(sealed & known)
    assert both <= 0.5 * len(sealed), f"{both} of {len(sealed)} were in the workers' data"


def _packed(bench: Bench, data: Labelled) -> Arrays:
    return bench.task.pack(data.inputs)


def _samples(bench: Bench, data: Labelled) -> Iterator[bytes]:
    """Each sample as bytes, by which it can be told from others."""
    for row in range(bench.task.count(data.inputs)):
        arrays = bench.task.pack(bench.task.select(data.inputs, [row]))
        yield b"".join(np.ascontiguousarray(arrays[name]).tobytes() for name in sorted(arrays))


TASK_POINTS: tuple[Point[Bench], ...] = (
    options,
    metrics,
    same_data,
    splits,
    packing,
    evaluates,
    estimators,
    exams,
)
