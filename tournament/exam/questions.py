"""What an examiner asks besides the exam itself, to see whether answers can be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ContractError
from ..plugin.api import Task
from ..record.payloads import Finding
from ..record.spec import ExamSpec
from .arrays import Arrays
from .candidate import Candidate
from .integrity import batch_invariant, finite, repeatable, reproduced, round_trip

ALONE = 4
"""So many samples are asked for alone."""

TOGETHER = 48
"""And so many in another order, without the rest."""

Predictions = Mapping[str, NDArray[Any]]


def check_integrity(
    task: Task,
    candidate: Candidate,
    inputs: Any,
    predictions: Predictions,
    state: Arrays,
    rng: np.random.Generator,
    spec: ExamSpec,
) -> tuple[Finding, ...]:
    """All findings, the general ones first. Raises CandidateError and ContractError."""
    found = (
        finite(predictions),
        repeatable(predictions, candidate.predict(inputs)),
        batch_invariant(_parts(task, candidate, inputs, predictions, rng)),
        *task.integrity(candidate.predict, inputs, rng),
        _reproduced(task, candidate, spec),
        round_trip(state, candidate.state()),
    )
    _refuse_unknown_metrics(found, task)
    return found


def _refuse_unknown_metrics(findings: Sequence[Finding], task: Task) -> None:
    """A check that bears on a misspelt metric could refuse nobody."""
    names = {metric.name for metric in task.metrics}
    for finding in findings:
        if unknown := sorted(set(finding.bears_on) - names):
            raise ContractError(
                f"the check {finding.name!r} bears on {', '.join(unknown)}, which the task does not"
                " measure"
            )


def _parts(
    task: Task,
    candidate: Candidate,
    inputs: Any,
    predictions: Predictions,
    rng: np.random.Generator,
) -> Iterator[tuple[Predictions, Predictions]]:
    """Predictions of some samples, out of the whole and asked for by themselves."""
    order = rng.permutation(task.count(inputs))
    alone = [[int(row)] for row in order[:ALONE]]
    for rows in [*alone, [int(row) for row in order[:TOGETHER]]]:
        asked = candidate.predict(task.select(inputs, rows))
        yield task.select_predictions(predictions, inputs, rows), asked


def _reproduced(task: Task, candidate: Candidate, spec: ExamSpec) -> Finding:
    """Ask for the validation data, and measure what the claim says of it."""
    validation = task.data("validation")
    predictions = candidate.predict(validation.inputs)
    measured = task.evaluate(predictions, validation.truth).metrics
    judged = {criterion.metric for criterion in spec.criteria}
    claimed = {name: value for name, value in spec.claimed.items() if name in judged}
    return reproduced(claimed, measured)
