"""What `tournament show` shows of a run. Pure, from the standings."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..record.payloads import Examined, Finding, Leaf
from ..referee.doubts import warnings
from ..referee.fairness import usage
from ..referee.standing import Standing
from ..referee.standings import Standings
from ..referee.why import change_at, smallest_change
from ..referee.wording import duration_text


def show_parts(standings: Standings) -> Iterator[RenderableType]:
    """The verdict; claims; checks; did others come close; what each used."""
    yield _verdict(standings)
    for trial in standings.trials.values():
        yield from _claims(trial)
    for trial in standings.trials.values():
        if trial.checks:
            yield Text()
            yield _checks(standings, trial)
    yield Text("\nDid others come close?", style="bold")
    for trial in standings.trials.values():
        if trial is not standings.winner:
            yield Text(f"  {trial.name}: {closeness(standings, trial)}")
    yield Text()
    yield _usage(standings)
    yield from (Text(f"! {warning}", style="yellow") for warning in warnings(standings))


def closeness(standings: Standings, trial: Standing) -> str:
    """How near a trial came to winning, in a sentence."""
    rejected = [r for r in trial.rejections if trial.exam_of(r.check) is not None]
    if rejected:
        epochs = ", ".join(str(r.epoch) for r in rejected)
        return f"claimed and was rejected in its exam (epoch {epochs})"
    if trial.claims:
        return f"claimed at epoch {trial.claims[0].epoch}, and was not examined before the end"
    change = smallest_change(standings.criteria, trial.checks) if standings.criteria else None
    if change is not None and not change.criteria:
        return f"met the criteria too, at epoch {change.epoch}, when the race was decided"
    if change is not None:
        return f"would have claimed {change}"
    return trial.reason or "had no check after training"


def _verdict(standings: Standings) -> Text:
    verdict = standings.verdict
    if verdict is None:
        return Text("no verdict yet", style="bold yellow")
    if standings.winner is None:
        return Text(f"no winner: {verdict.reason}", style="bold yellow")
    return Text(f"{standings.winner.name} won: {verdict.reason}", style="bold green")


def _claims(trial: Standing) -> Iterator[RenderableType]:
    """Each claim with what its exam found, claimed and examined side by side."""
    for claim in trial.claims:
        result = trial.exam_of(claim.check)
        reasons = [text for r in trial.rejections if r.check == claim.check for text in r.reasons]
        state = "rejected" if reasons else "held" if result else "no answer before the end"
        yield Text(f"\n{trial.name} claimed at epoch {claim.epoch}: {state}", style="bold")
        for leaf in claim.leaves:
            text = f"  {leaf.criterion}: claimed {trial.words.value(leaf.metric, leaf.value)}"
            yield Text(
                f"{text}; examined {_examined(trial, result, leaf.criterion)}" if result else text
            )
        if result is not None:
            metrics = {leaf.metric for leaf in claim.leaves}
            yield from (_finding(finding, metrics) for finding in result.findings)
        yield from (Text(f"  {text}", style="red") for text in reasons)


def _examined(trial: Standing, result: Examined, criterion: str) -> str:
    bound = next((b for b in result.bounds if b.criterion == criterion), None)
    return trial.words.bound(bound).partition(" ")[2] if bound else "–"


def _finding(finding: Finding, metrics: Collection[str]) -> Text:
    said = f"{finding.name}: {finding.text}"
    if finding.passed:
        return Text(f"  ✓ {said}")
    if finding.refuses(metrics):
        return Text(f"  ✗ {said}", style="red")
    about = ", ".join(finding.bears_on)
    return Text(f"  – {said}: failed, but no criterion rests on {about}", style="yellow")


def _checks(standings: Standings, trial: Standing) -> Table:
    criteria = standings.criteria
    assert criteria is not None
    table = Table(title=trial.name, title_justify="left", box=None, pad_edge=False)
    table.add_column("epoch", justify="right")
    for _, leaf in criteria.group.leaves():
        table.add_column(
            f"{trial.words.title(leaf.metric)} {leaf.op} {leaf.threshold:g}", justify="right"
        )
    table.add_column("first failed")
    table.add_column("would have claimed")
    for index, (check, judgement) in enumerate(zip(trial.checks, trial.judgements, strict=True)):
        first = judgement.first_failed
        change = None if judgement.met else change_at(criteria, trial.recent(index))
        table.add_row(
            str(check.epoch),
            *(_cell(trial, leaf) for leaf in judgement.leaves),
            _word(trial, index, first),
            ", ".join(map(str, change.criteria)) if change else "",
            style="green" if judgement.met else "",
        )
    return table


def _word(trial: Standing, index: int, first: Leaf | None) -> str:
    """In a word or two: a claim, or which criterion failed first, or why all met is no claim."""
    check = trial.checks[index]
    if trial.judgements[index].met:
        return "claim" if trial.claim_at(check.index) else "decided before"
    if first is not None:
        return trial.words.title(first.metric)
    return "too few checks" if check.index else "before training"


def _cell(trial: Standing, leaf: Leaf) -> str:
    return f"{trial.words.value(leaf.metric, leaf.value)} ({leaf.margin:+.3f})"


def _usage(standings: Standings) -> Table:
    table = Table(title="What each used", title_justify="left", box=None, pad_edge=False)
    for column in ("trial", "device", "threads", "prepared", "raced", "cores", "cpu", "memory"):
        table.add_column(column, justify="left" if column in ("trial", "device") else "right")
    for trial in standings.trials.values():
        used = usage(trial)
        if used is None:
            continue
        table.add_row(
            used.trial,
            used.device,
            str(used.threads),
            duration_text(used.preparation),
            duration_text(used.seconds),
            f"{used.cores:.2f}",
            duration_text(used.cpu_seconds),
            "–" if used.peak_memory is None else f"{used.peak_memory / 1e6:.0f} MB",
        )
    return table
