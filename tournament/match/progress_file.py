"""PARALLEL_PROGRESS.md: the standings as the original wrote them. Pure text from the standings."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from ..config.criteria import Criteria
from ..referee.standing import Standing
from ..referee.standings import Standings
from ..referee.wording import check_text, duration_text, retry_text

STATUS = {
    "PENDING": "⏳ pending",
    "RUNNING": "🔄 running",
    "COMPLETED": "🏁 completed",
    "STOPPED": "🛑 stopped",
    "FAILED": "❌ failed",
}


def progress_text(standings: Standings) -> str:
    """The whole file."""
    opened, criteria = standings.opened, standings.criteria
    if opened is None or criteria is None:
        return "# Parallel Training Progress\n"
    parts = [
        f"# Parallel Training Progress: {opened.name}",
        f"Last updated: {_stamp(standings.last_t)}",
        _table(standings, criteria),
        "## Success criteria\n\n" + _criteria_lines(criteria),
        _claims(standings),
        "## Best so far\n\n" + "\n".join(_best_line(s) for s in standings.trials.values()),
        _outcome(standings),
    ]
    trials = standings.trials.values()
    retries = [f"{s.name}: {retry_text(retry)}" for s in trials for retry in s.retries]
    notes = [f"{s.name}: {note}" for s in trials for note in s.notes]
    if lines := [*standings.notices, *retries, *notes]:
        parts.append("## Notices\n\n" + "\n".join(f"- {line}" for line in lines))
    return "\n\n".join(part for part in parts if part) + "\n"


def _stamp(t: float) -> str:
    return dt.datetime.fromtimestamp(t, dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _table(standings: Standings, criteria: Criteria) -> str:
    names = criteria.metrics()
    head = ["Worker", "Status", "Epoch", *map(standings.words.title, names)]
    rows = [head, ["---"] * len(head)]
    rows += [_row(standings, s, names) for s in standings.trials.values()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _row(standings: Standings, trial: Standing, names: Sequence[str]) -> list[str]:
    won = trial is standings.winner
    status = "🏆 success" if won else STATUS[trial.state]
    if trial.in_exam is not None:
        status += ", in exam"
    number = standings.verdict.check if won and standings.verdict else None
    check = trial.last_check if number is None else trial.check_at(number)
    cells = [trial.words.value(n, check.metrics.get(n, math.nan)) if check else "–" for n in names]
    epoch = check.epoch if won and check else trial.epoch
    return [trial.name, status, f"{epoch}/{trial.entry.max_epochs}", *cells]


def _criteria_lines(criteria: Criteria) -> str:
    return f"Checked every {criteria.every} epoch(s): {criteria.group}"


def _claims(standings: Standings) -> str:
    """Claims that were examined, each with what became of it; empty without one."""
    lines = [line for trial in standings.trials.values() for line in _claim_lines(trial)]
    return "## Claims\n\n" + "\n".join(lines) if lines else ""


def _claim_lines(trial: Standing) -> list[str]:
    lines = []
    for exam in trial.exams:
        result = trial.exam_of(exam.check)
        reasons = trial.reasons_against(exam.check)
        open_end = "was not examined to its end" if trial.decided else "is being examined"
        told = "; ".join(reasons) if reasons else "held" if result else open_end
        lines.append(f"- **{trial.name}**, epoch {exam.epoch}, exam {exam.number}: {told}")
    return lines


def _best_line(trial: Standing) -> str:
    if trial.best is None:
        reason = f": {trial.reason}" if trial.reason else ""
        return f"- **{trial.name}**: no check after training yet{reason}"
    epoch = trial.checks[trial.best].epoch
    text = f"- **{trial.name}**: epoch {epoch}, {check_text(trial, trial.best)}"
    if trial.state == "RUNNING":
        text += f"; trend {_trend(trial)}, ETA to success {duration_text(trial.eta_to_success)}"
    if trial.state == "FAILED":
        text += f"; failed: {trial.reason}"
    return text


def _trend(trial: Standing) -> str:
    if len(trial.judgements) < 2:
        return "unknown"
    before, now = (judgement.shortfall for judgement in trial.judgements[-2:])
    if now == before:
        return "level"
    return "closer" if now < before else "further away"


def _outcome(standings: Standings) -> str:
    verdict, winner = standings.verdict, standings.winner
    if verdict is None:
        return ""
    if winner is None or verdict.epoch is None:
        return f"## No winner\n\n{verdict.reason}"
    claim, result = standings.winning_claim, standings.winning_exam
    assert claim is not None
    assert result is not None
    lines = [
        f"- {'✅' if leaf.met else '❌'} {winner.words.title(leaf.metric)}: "
        f"{winner.words.value(leaf.metric, leaf.value)} ({leaf.criterion}); "
        f"examined: {winner.words.bound(bound)}"
        for leaf, bound in zip(claim.leaves, result.bounds, strict=True)
    ]
    head = f"## 🏆 Winner: {winner.name} at epoch {verdict.epoch}"
    data = f"Examined on {result.samples} sealed samples in {duration_text(result.seconds)}."
    return "\n\n".join([head, "\n".join(lines), data])
