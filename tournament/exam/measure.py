"""What an exam measures: metrics of sealed data, and how sure they are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import ContractError
from ..plugin.api import Evaluation, Metric
from ..plugin.estimators import Estimator, PValue, Share
from ..record.payloads import Bound, Finding
from ..record.spec import ExamCriterion
from .statistics import bound, estimate

SAME = 1e-6
"""A metric and its estimator must agree to this part of their size."""


@dataclass(frozen=True)
class Measured:
    """An exam that was held to its end."""

    evaluation: Evaluation
    bounds: tuple[Bound, ...]
    findings: tuple[Finding, ...]
    samples: int


def measure_bounds(
    criteria: Sequence[ExamCriterion],
    metrics: Mapping[str, Metric],
    evaluation: Evaluation,
    rng: np.random.Generator,
) -> tuple[Bound, ...]:
    """Each criterion at the unfavourable end of its metric. Raises ContractError for a bad task."""
    return tuple(_bound(each, metrics[each.metric], evaluation, rng) for each in criteria)


def _bound(
    criterion: ExamCriterion, metric: Metric, evaluation: Evaluation, rng: np.random.Generator
) -> Bound:
    value = float(evaluation.metrics[metric.name])
    estimator = metric.estimator
    level = criterion.level
    if estimator is None:
        return _made(criterion, value, value, "point")
    if isinstance(estimator, PValue):
        # Scaled so that the bound meets the threshold exactly when the p-value meets both.
        return _made(criterion, value, value * max(1.0, criterion.threshold / level), "p-value")
    _refuse_disagreement(metric.name, value, estimator, evaluation)
    side = "lower" if criterion.op in (">", ">=") else "upper"
    found = bound(estimator, evaluation.samples, level, side, rng)  # type: ignore[arg-type]
    return _made(criterion, value, found, "exact" if isinstance(estimator, Share) else "BCa")


def _made(criterion: ExamCriterion, value: float, found: float, method: str) -> Bound:
    return Bound.model_validate(
        {
            "criterion": criterion.criterion,
            "metric": criterion.metric,
            "value": value,
            "bound": found,
            "level": criterion.level,
            "method": method,
        }
    )


def _refuse_disagreement(
    name: str, value: float, estimator: Estimator, evaluation: Evaluation
) -> None:
    """A bound around another number than the metric would mean nothing."""
    again = estimate(estimator, evaluation.samples)
    if math.isfinite(value) and not math.isclose(value, again, rel_tol=SAME, abs_tol=SAME):
        raise ContractError(
            f"the task measures {name} = {value:.6g}, but its estimator makes {again:.6g} of the "
            "samples"
        )
