"""How a race is told, the same in terminal, files and reports. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..config.criteria import Criteria
from ..record.payloads import Bound, Leaf, Retry
from .judge import Judgement
from .levels import leaves_held
from .standing import Standing
from .words import Words

LONGEST = 1e9
"""Seconds; a longer time than this is no time that anybody waits for."""


def duration_text(seconds: float | None) -> str:
    """Seconds as 42 s, 3 min 05 s or 2 h 10 min; a dash while unknown."""
    if seconds is None or not seconds < LONGEST:
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def closeness_text(judgement: Judgement) -> str:
    """What a check that is no claim lacked, in the metrics' units."""
    lacking = [_lack_text(leaf) for leaf in judgement.leaves if not leaf.met]
    return f"lacked {', '.join(lacking)}" if lacking else "met them, but not on enough checks"


def retry_text(retry: Retry) -> str:
    """That another attempt began, and why."""
    return f"attempt {retry.attempt} begins: {retry.reason}"


def check_text(trial: Standing, position: int) -> str:
    """What became of the check at this position of the trial's checks: a claim's fate, or its lack.

    To be read after "at epoch 5 it".
    """
    check, judgement = trial.checks[position], trial.judgements[position]
    if not judgement.met:
        return closeness_text(judgement)
    if trial.claim_at(check.index) is None:
        return "met the criteria too, when all was decided"
    result, reasons = trial.exam_of(check.index), trial.reasons_against(check.index)
    if result is None:
        return f"claimed, {reasons[0]}" if reasons else "claimed, and was not examined in time"
    if result.problem:
        return f"claimed, and could not be examined: {result.problem}"
    measured = ", ".join(map(trial.words.bound, result.bounds))
    return f"claimed, and its exam {'rejected' if reasons else 'upheld'} it: {measured}"


def _lack_text(leaf: Leaf) -> str:
    """What a criterion that is not met still lacks, in the metric's unit."""
    if not math.isfinite(leaf.value):
        return f"{leaf.metric} ({leaf.value})"
    if leaf.margin >= 0:
        return f"{leaf.metric} on enough checks in a row"
    return f"{leaf.metric} {leaf.margin:+.3f}"


def exam_failures(criteria: Criteria, bounds: Sequence[Bound], words: Words) -> tuple[str, ...]:
    """A sentence for each criterion that does not hold in an exam."""
    if len(bounds) != len(list(criteria.group.leaves())):
        return ("the exam did not measure every criterion",)
    return tuple(
        f"not held in the exam: {bound.criterion}; measured {words.bound(bound)}"
        for bound, held in zip(bounds, leaves_held(criteria, bounds), strict=True)
        if not held
    )
