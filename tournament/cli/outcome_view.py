"""The last words of `tournament run`: who won, who came close, what failed, where it lies. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from ..match.conduct import Outcome
from ..referee.doubts import warnings
from ..referee.standing import Standing
from ..referee.standings import Standings
from ..referee.wording import check_text, retry_text


def outcome_lines(outcome: Outcome) -> Iterator[Text]:
    """Lines to print, in order."""
    standings = outcome.standings
    yield Text()
    yield _headline(standings)
    yield from (Text(f"warning    {text}", style="yellow") for text in warnings(standings))
    if standings.runner_up is not None:
        place = "runner-up" if standings.winner else "closest  "
        yield Text(f"{place}  {_closeness(standings.runner_up)}")
    for trial in standings.trials.values():
        if trial.state == "FAILED":
            yield from _failure(trial)
        yield from (Text(f"note       {trial.name}: {retry_text(r)}") for r in trial.retries)
    yield from (Text(f"note       {text}") for text in _notes(standings))
    if outcome.reports.complaint:
        yield Text(f"reports    {outcome.reports.complaint}", style="bold red")
    yield from (Text(f"not told   {text}", style="bold red") for text in outcome.untold)
    yield Text(f"results    {outcome.folder.path}")
    if standings.verdict is not None and standings.verdict.outcome == "interrupted":
        yield Text(f"to go on   tournament resume {outcome.folder.path}")
    for path in outcome.reports.files:
        yield Text(f"figure     {path}")
    yield Text(f"log hash   {outcome.log_hash}", style="dim")


def _headline(standings: Standings) -> Text:
    verdict, winner = standings.verdict, standings.winner
    if verdict is None or winner is None or verdict.epoch is None:
        reason = verdict.reason if verdict else "the run ended without a verdict"
        return Text(f"no winner  {reason}", style="bold yellow")
    claim, result = standings.winning_claim, standings.winning_exam
    assert claim is not None
    assert result is not None
    claimed = ", ".join(
        f"{leaf.metric} {winner.words.value(leaf.metric, leaf.value)}" for leaf in claim.leaves
    )
    return Text(
        f"winner     {winner.name} at epoch {verdict.epoch}\n"
        f"claimed    {claimed} (validation data)\n"
        f"examined   {', '.join(map(winner.words.bound, result.bounds))} "
        f"({result.samples} sealed samples)",
        style="bold green",
    )


def _closeness(trial: Standing) -> str:
    """How near a trial came: what its best check lacked, or what became of its claim."""
    assert trial.best is not None
    epoch = trial.checks[trial.best].epoch
    return f"{trial.name}: at epoch {epoch} it {check_text(trial, trial.best)}"


def _notes(standings: Standings) -> Iterator[str]:
    """What trials said to a reader of the report; what several said, once."""
    speakers: dict[str, list[str]] = {}
    for trial in standings.trials.values():
        for note in trial.notes:
            speakers.setdefault(note, []).append(trial.name)
    for note, names in speakers.items():
        everybody = len(names) == len(standings.trials) > 1
        yield f"{'all' if everybody else ', '.join(names)}: {note}"


def _failure(trial: Standing) -> Iterator[Text]:
    yield Text(f"failed     {trial.name}: {trial.reason}", style="bold red")
    for line in trial.attempt.ended.stderr if trial.attempt.ended else ():
        yield Text(f"           | {line}", style="dim")
