"""The live table of a race, and the same facts as lines. Pure, from the standings."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..referee.judge import Judgement
from ..referee.standing import Standing
from ..referee.standings import Standings
from ..referee.wording import duration_text, retry_text

STYLES = {
    "PENDING": "dim",
    "RUNNING": "cyan",
    "COMPLETED": "green",
    "STOPPED": "yellow",
    "FAILED": "bold red",
}


WIDE = 110
"""Columns of a terminal from which on everything has room; below, margins and speeds give way."""


def race_table(standings: Standings, width: int = WIDE) -> RenderableType:
    """A line an entrant: state, epoch, the judged metrics with their margins, speed, ETA."""
    opened, criteria = standings.opened, standings.criteria
    if opened is None or criteria is None:
        return Text("starting ...", style="dim")
    names = criteria.metrics()
    table = Table(box=None, pad_edge=False, header_style="bold", expand=False)
    wide = width >= WIDE
    table.add_column("entrant", overflow="ellipsis", no_wrap=True)
    table.add_column("state", min_width=9, overflow="ellipsis", no_wrap=True)
    table.add_column("epoch", justify="right", no_wrap=True)
    for name in names:
        table.add_column(standings.words.title(name).lower(), justify="right", no_wrap=True)
    if wide:
        table.add_column("speed", justify="right", no_wrap=True)
    table.add_column("ETA", justify="right", no_wrap=True)
    for trial in standings.trials.values():
        table.add_row(*(_row if wide else _short_row)(standings, trial, names))
    seconds = standings.last_t - standings.first_t
    head = Text.assemble(
        (f"{opened.name}", "bold"),
        f"  {duration_text(seconds)}, {opened.threads} thread(s) each, wants {criteria.group}",
    )
    notices = [Text(f"! {text}", style="yellow") for text in standings.notices]
    if (verdict := standings.verdict) is not None and verdict.outcome == "interrupted":
        notices.append(Text("stopping; press Ctrl-C again to skip the waits", style="bold yellow"))
    return Group(head, *notices, table)


def _row(standings: Standings, trial: Standing, names: tuple[str, ...]) -> list[Text]:
    pace = trial.seconds_per_epoch
    return [
        Text(trial.name),
        _state(standings, trial),
        Text(f"{trial.epoch}/{trial.entry.max_epochs}"),
        *(_metric(trial, name) for name in names),
        Text(_speed(pace)),
        Text(duration_text(trial.eta)),
    ]


def _short_row(standings: Standings, trial: Standing, names: tuple[str, ...]) -> list[Text]:
    """The same without speed and margins; the colour of a metric tells the margin's sign."""
    *row, _, eta = _row(standings, trial, names)
    return [*row[:3], *(_without_margin(cell) for cell in row[3:]), eta]


def _without_margin(cell: Text) -> Text:
    return Text(cell.plain.partition(" (")[0], style=cell.style)


def _speed(pace: float | None) -> str:
    """Seconds an epoch, or epochs a second where that is the larger number."""
    if pace is None:
        return "–"
    return f"{pace:.1f} s/epoch" if pace >= 1 else f"{1 / pace:.0f} epochs/s"


def _state(standings: Standings, trial: Standing) -> Text:
    if trial is standings.winner:
        return Text("WINNER", style="bold green")
    if trial.state == "PENDING":
        return Text(_preparation(trial), style=STYLES["PENDING"])
    if trial.in_exam is not None:
        return Text(f"{trial.state}, exam {trial.in_exam.number}", style="bold magenta")
    again = f", attempt {trial.attempt.number}" if trial.retries else ""
    return Text(f"{trial.state}{again}", style=STYLES[trial.state])


def _preparation(trial: Standing) -> str:
    if trial.attempt.is_ready:
        return "ready, waits"
    if trial.attempt.preparing is None:
        return "PENDING"
    share = trial.attempt.preparing.done / max(1, trial.attempt.preparing.total)
    return f"{trial.attempt.preparing.what} {share:.0%}"


def _metric(trial: Standing, name: str) -> Text:
    """The value at the last check, its margin in brackets, green when its criteria are met."""
    if not trial.checks:
        return Text("–", style="dim")
    leaves = [leaf for leaf in trial.judgements[-1].leaves if leaf.metric == name]
    met = all(leaf.met for leaf in leaves)
    worst = min((leaf.margin for leaf in leaves), default=math.nan)
    text = f"{trial.words.value(name, trial.checks[-1].metrics.get(name, math.nan))} ({worst:+.2f})"
    return Text(text, style="green" if met else "red")


def race_lines(standings: Standings, told: Mapping[str, int]) -> Iterator[str]:
    """Every fact so far that deserves a line of its own, in no particular time order.

    Of each trial's checks those from `told` (a count by trial) on.
    """
    yield from (f"notice: {text}" for text in standings.notices)
    if (verdict := standings.verdict) is not None and verdict.outcome == "interrupted":
        yield f"stopping: {verdict.reason}; press Ctrl-C again to skip the waits"
    for trial in standings.trials.values():
        if trial.ready is not None:
            ready = trial.ready
            how = f"{ready.device}, {ready.threads} thread(s)"
            yield f"{trial.name}: ready after {ready.seconds:.1f} s on {how}"
        yield from (f"{trial.name}: {note}" for note in trial.notes)
        if trial.attempt.preparing is not None:
            yield f"{trial.name}: prepares {trial.attempt.preparing.what}"
        start = told.get(trial.name, 0)
        for check in trial.history[start:]:
            said = _said(trial, trial.judged[check.index])
            yield f"{trial.name}: epoch {check.epoch}, {check.seconds:.1f} s: {said}"
        yield from _exam_lines(trial)
        for retry in trial.retries:
            yield f"{trial.name}: {retry_text(retry)}"
        over = trial.attempt.ended is not None and trial.attempt.problems is None
        if over or trial.barred:  # Problems are told all at once.
            yield f"{trial.name}: {trial.state}: {trial.reason}"


def progress_lines(standings: Standings) -> Iterator[str]:
    """What each trial last said of its training."""
    for trial in standings.trials.values():
        if (progress := trial.attempt.progress) is not None:
            batch = f"{progress.batch} of {progress.batches or '?'}"
            figures = ", ".join(f"{name} {value:.4g}" for name, value in progress.figures.items())
            yield f"{trial.name}: epoch {progress.epoch}, batch {batch}: {figures}"


def _exam_lines(trial: Standing) -> Iterator[str]:
    """Claims that are examined, what was measured, and claims that were rejected."""
    for exam in trial.exams:
        yield f"{trial.name}: claims to have won at epoch {exam.epoch}; exam {exam.number} begins"
    for result in trial.examined:
        if not result.problem:
            figures = ", ".join(map(trial.words.bound, result.bounds))
            yield f"{trial.name}: exam {result.number}, {result.seconds:.1f} s: {figures}"
    told: set[str] = set()
    for rejected in trial.rejections:  # Of those rejected because no exam is left, the first one.
        if rejected.reasons[0] not in told:
            yield f"{trial.name}: claim at epoch {rejected.epoch} rejected: {rejected.reasons[0]}"
        told.add(rejected.reasons[0])


def _said(trial: Standing, judgement: Judgement) -> str:
    return ", ".join(
        f"{leaf.metric} {trial.words.value(leaf.metric, leaf.value)} ({leaf.margin:+.3f})"
        for leaf in judgement.leaves
    )
