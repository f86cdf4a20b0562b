"""The sentences in the figure: its title, the notes below it, its footer, its numbers. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping

from tournament import Examined, Standing, Standings
from tournament.record.payloads import Leaf

from .subject import Subject

OPERATORS = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}
LONGEST_REASON = 160


def title_text(standings: Standings, subject: Subject) -> str:
    """What the figure shows, in one line."""
    name, epoch = subject.trial.name, subject.check.epoch
    tournament = standings.opened.name if standings.opened else "?"
    text = {
        "winner": f"Winner: {name} at epoch {epoch}",
        "closest": f"No winner: {name} came closest, at epoch {epoch}",
        "other": f"Not the winner: {name}, at its best check, epoch {epoch}",
    }[subject.role]
    return f"{text} (tournament {tournament}; {_word(subject)})"


def _word(subject: Subject) -> str:
    """Whose word the title rests on."""
    if subject.role == "winner":
        return "examined"
    if _exam(subject) is not None:
        return "its own figures, examined and rejected"
    return "its own figures, not examined"


def _exam(subject: Subject) -> Examined | None:
    """The exam of the check that is shown, if it was held to its end."""
    result = subject.trial.exam_of(subject.check.index)
    return result if result is not None and not result.problem else None


def notes_text(standings: Standings, subject: Subject) -> list[str]:
    """Lines below the title: the criteria at this check, whose word it is, and the outcome."""
    verdict = standings.verdict
    lines = [
        "   ".join(_leaf_text(subject, leaf) for leaf in subject.judgement.leaves),
        _whose_word(subject),
    ]
    if subject.role != "winner":
        outcome = "the run ended without a verdict" if verdict is None else verdict.reason
        winner = standings.winner
        won = f"{winner.name} won: " if winner else "Outcome: "
        lines.append(won + short(outcome, LONGEST_REASON))
    return lines


def _whose_word(subject: Subject) -> str:
    result = _exam(subject)
    if result is not None:
        figures = "   ".join(map(subject.trial.words.bound, result.bounds))
        reasons = subject.trial.reasons_against(subject.check.index)
        rejected = f" Rejected: {short('; '.join(reasons), LONGEST_REASON)}." if reasons else ""
        return (
            f"Examined on {result.samples} sealed samples: {figures}.{rejected} "
            "The panels show what the trials claimed."
        )
    return "All figures are what the trials themselves claim of their validation data."


def _leaf_text(subject: Subject, leaf: Leaf) -> str:
    value = subject.trial.words.value(leaf.metric, leaf.value)
    return f"{'✓' if leaf.met else '✗'} {leaf.criterion}: {value}"


def footer_text(run: str, standings: Standings, videos: str) -> list[str]:
    """Where the figure comes from, and what is not in it."""
    parts = [f"Run {run}", videos]
    if standings.criteria:
        parts.append(f"criteria: {standings.criteria.group}")
        every = standings.criteria.every
        parts.append("a check every epoch" if every == 1 else f"a check every {every} epochs")
    lines = [" · ".join(part for part in parts if part)]
    without = [_silent_text(trial) for trial in standings.trials.values() if not trial.checks]
    if without:
        lines.append("Without a check, so not drawn: " + "; ".join(without))
    return lines


def _silent_text(trial: Standing) -> str:
    reason = f": {short(trial.reason, LONGEST_REASON)}" if trial.reason else ""
    return f"{trial.name} ({trial.state.lower()}{reason})"


def short(text: str, most: int) -> str:
    """The text on one line, cut to `most` characters with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def p_text(metrics: Mapping[str, float]) -> str:
    """`p = 0.012` with more zeros as a power of ten; a p that a double cannot hold as a bound."""
    value = metrics.get("p_value")
    if value is None:
        return "p not measured"
    if not math.isfinite(value):
        return f"p is {value}"
    if value == 0:
        return "p < $10^{-300}$"
    if value >= 0.001:
        return f"p = {value:.2g}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return rf"p = {mantissa} × $10^{{{int(exponent)}}}$"


def effect_text(metrics: Mapping[str, float]) -> str:
    """`Cohen's d = 1.23`, or in words what it is instead of a number."""
    value = metrics.get("cohens_d")
    if value is None:
        return "Cohen's d not measured"
    return f"Cohen's d = {value:.2f}" if math.isfinite(value) else f"Cohen's d is {value}"
