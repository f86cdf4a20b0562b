"""verdict.json: what the tournament found, as one JSON object. Pure, from the standings."""

from __future__ import annotations

import datetime as dt
import math

from pydantic import JsonValue

from ..config.criteria import criteria_to_json
from ..record.payloads import Bound, Claim, Leaf
from ..referee.doubts import warnings
from ..referee.fairness import usage
from ..referee.standing import Standing
from ..referee.standings import Standings
from ..referee.why import change_at, smallest_change


def verdict_object(standings: Standings, log_hash: str | None) -> dict[str, JsonValue]:
    """The content of verdict.json; NaN and infinities as strings, as in the log.

    `log_hash` is None for a log that was damaged.
    """
    verdict = standings.verdict
    runner_up, exam = standings.runner_up, standings.winning_exam
    return {
        "winner": standings.winner.entry.entrant if standings.winner else None,
        "trial": verdict.trial if verdict else None,
        "check": verdict.check if verdict else None,
        "epoch": verdict.epoch if verdict else None,
        "run": standings.run,
        "outcome": verdict.outcome if verdict else None,
        "reason": verdict.reason if verdict else "the run ended without a verdict",
        "claimed": _figures(verdict.claimed) if verdict and verdict.claimed else None,
        "examined": _figures(verdict.examined) if verdict and verdict.examined else None,
        "bounds": [_bound(bound) for bound in exam.bounds] if exam else [],
        "findings": [f.model_dump(mode="json") for f in exam.findings] if exam else [],
        "criteria": criteria_to_json(standings.criteria) if standings.criteria else None,
        "standings": [_standing(standings, trial) for trial in standings.trials.values()],
        "runner_up": _runner_up(standings, runner_up) if runner_up else None,
        "warnings": [*warnings(standings)],
        "notices": list(standings.notices),
        "started": dt.datetime.fromtimestamp(standings.first_t, dt.UTC).isoformat(),
        "seconds": standings.closed.seconds if standings.closed else None,
        "events": standings.offset + 1,
        "log_hash": log_hash,
    }


def check_object(trial: Standing) -> dict[str, JsonValue]:
    """The content of latest_metrics.json, from a trial with at least one check."""
    check, judgement = trial.checks[-1], trial.judgements[-1]
    return {
        "trial": trial.name,
        "check": check.index,
        "epoch": check.epoch,
        "max_epochs": trial.entry.max_epochs,
        "seconds": round(check.seconds, 3),
        "metrics": _figures(check.metrics),
        "criteria": [_leaf(leaf) for leaf in judgement.leaves],
        "met": judgement.met,
        "checkpoint": check.checkpoint.model_dump(),
    }


def _standing(standings: Standings, trial: Standing) -> dict[str, JsonValue]:
    best = trial.best
    return {
        "trial": trial.name,
        "entrant": trial.entry.entrant,
        "strategy": trial.entry.strategy,
        "state": trial.state,
        "reason": trial.reason,
        "epoch": trial.epoch,
        "max_epochs": trial.entry.max_epochs,
        "seconds": round(trial.seconds, 3),
        "claims": [_claim(trial, claim) for claim in trial.claims],
        "best": None if best is None else _best(trial, best),
        "smallest_change": _smallest_change(standings, trial),
        "retries": [{"attempt": r.attempt, "reason": r.reason} for r in trial.retries],
        "usage": _usage(trial),
        "notes": list(trial.notes),
        "checks": [_check(standings, trial, index) for index in range(len(trial.checks))],
    }


def _claim(trial: Standing, claim: Claim) -> dict[str, JsonValue]:
    """A claim beside what its exam measured, and why it was rejected, as far as these are there."""
    result = trial.exam_of(claim.check)
    rejected: list[JsonValue] | None = next(
        (list[JsonValue](r.reasons) for r in trial.rejections if r.check == claim.check), None
    )
    return {
        "check": claim.check,
        "epoch": claim.epoch,
        "claimed": _figures(claim.metrics),
        "examined": _figures(result.metrics) if result else None,
        "bounds": [_bound(bound) for bound in result.bounds] if result else [],
        "findings": [f.model_dump(mode="json") for f in result.findings] if result else [],
        "rejected": rejected,
    }


def _check(standings: Standings, trial: Standing, index: int) -> dict[str, JsonValue]:
    """A check: its metrics, the margin to each criterion, and what it lacked."""
    check, judgement = trial.checks[index], trial.judgements[index]
    first, criteria = judgement.first_failed, standings.criteria
    change = change_at(criteria, trial.recent(index)) if criteria else None
    return {
        "check": check.index,
        "epoch": check.epoch,
        "metrics": _figures(check.metrics),
        "margins": {leaf.criterion: _figure(leaf.margin) for leaf in judgement.leaves},
        "met": judgement.met,
        "first_failed": first.criterion if first else None,
        "would_claim": str(change) if change and not judgement.met else None,
    }


def _smallest_change(standings: Standings, trial: Standing) -> JsonValue:
    """What would have made one of its checks a claim; None for one that claimed."""
    if trial.claims or standings.criteria is None:
        return None
    change = smallest_change(standings.criteria, trial.checks)
    return str(change) if change else None


def _usage(trial: Standing) -> JsonValue:
    used = usage(trial)
    return None if used is None else {k: v for k, v in vars(used).items() if k != "trial"}


def _best(trial: Standing, index: int) -> dict[str, JsonValue]:
    judgement = trial.judgements[index]
    return {
        "epoch": trial.checks[index].epoch,
        "shortfall": _figure(judgement.shortfall),
        "criteria": [_leaf(leaf) for leaf in judgement.leaves],
    }


def _runner_up(standings: Standings, trial: Standing) -> dict[str, JsonValue]:
    assert trial.best is not None
    change = _smallest_change(standings, trial)
    return {"trial": trial.name, **_best(trial, trial.best), "smallest_change": change}


def _bound(bound: Bound) -> dict[str, JsonValue]:
    return bound.model_dump(mode="json")


def _leaf(leaf: Leaf) -> dict[str, JsonValue]:
    return leaf.model_dump(mode="json")


def _figures(figures: dict[str, float]) -> dict[str, JsonValue]:
    return {name: _figure(value) for name, value in figures.items()}


def _figure(value: float) -> JsonValue:
    if math.isnan(value):
        return "NaN"
    return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")
