"""verdict.json: what the tournament found, as one JSON object. Pure, from the standings."""

from __future__ import annotations

import datetime as dt
import math

from pydantic import JsonValue

from ..config.criteria import criteria_to_json
from ..record.payloads import Check, Leaf
from ..referee.standings import Standing, Standings


def verdict_object(standings: Standings, log_hash: str) -> dict[str, JsonValue]:
    """The content of verdict.json; NaN and infinities as strings, as in the log."""
    verdict = standings.verdict
    runner_up = standings.runner_up
    return {
        "winner": standings.winner.entry.entrant if standings.winner else None,
        "trial": verdict.trial if verdict else None,
        "epoch": verdict.epoch if verdict else None,
        "outcome": verdict.outcome if verdict else None,
        "reason": verdict.reason if verdict else "the run ended without a verdict",
        "claimed": _figures(verdict.claimed) if verdict and verdict.claimed else None,
        "examined": _figures(verdict.examined) if verdict and verdict.examined else None,
        "findings": [],
        "criteria": criteria_to_json(standings.criteria) if standings.criteria else None,
        "standings": [_standing(trial) for trial in standings.trials.values()],
        "runner_up": _runner_up(runner_up) if runner_up else None,
        "notices": list(standings.notices),
        "started": dt.datetime.fromtimestamp(standings.first_t, dt.UTC).isoformat(),
        "seconds": standings.closed.seconds if standings.closed else None,
        "events": standings.offset + 1,
        "log_hash": log_hash,
    }


def check_object(trial: Standing, check: Check) -> dict[str, JsonValue]:
    """The content of latest_metrics.json."""
    judgement = trial.judgements[trial.checks.index(check)]
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


def _standing(trial: Standing) -> dict[str, JsonValue]:
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
        "claims": [claim.epoch for claim in trial.claims],
        "best": None if best is None else _best(trial, best),
        "notes": list(trial.notes),
        "checks": [
            {"epoch": check.epoch, "metrics": _figures(check.metrics)} for check in trial.checks
        ],
    }


def _best(trial: Standing, index: int) -> dict[str, JsonValue]:
    judgement = trial.judgements[index]
    return {
        "epoch": trial.checks[index].epoch,
        "shortfall": _figure(judgement.shortfall),
        "criteria": [_leaf(leaf) for leaf in judgement.leaves],
    }


def _runner_up(trial: Standing) -> dict[str, JsonValue]:
    assert trial.best is not None
    return {"trial": trial.name, **_best(trial, trial.best)}


def _leaf(leaf: Leaf) -> dict[str, JsonValue]:
    return leaf.model_dump(mode="json")


def _figures(figures: dict[str, float]) -> dict[str, JsonValue]:
    return {name: _figure(value) for name, value in figures.items()}


def _figure(value: float) -> JsonValue:
    if math.isnan(value):
        return "NaN"
    return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")
