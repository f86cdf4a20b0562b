"""`tournament verify RUN`: does the log prove the verdict?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .run_argument import run_argument

if TYPE_CHECKING:
    from ..match.verify import Verified


def read_hash(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    """SHA-256 as 64 hex digits, in lower case."""
    if text is not None and not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise click.BadParameter("a log hash has 64 hex digits; give the whole one")
    return None if text is None else text.lower()


@click.command()
@run_argument
@click.option(
    "--hash",
    "expected",
    callback=read_hash,
    help="The log hash that the run printed, kept elsewhere.",
)
@click.option("--exam", "again", is_flag=True, help="Also hold every exam again, and compare.")
def verify(run: Path, expected: str | None, again: bool) -> None:
    """Check that the log of RUN is whole, and derive every decision and the verdict from it again.

    The first event that is missing, altered or out of place is named, with exit code 2. A log whose
    end was cut off, or that was written anew as a whole, shows only against --hash. Compared with
    the log are verdict.json, config.yaml, checkpoints, samples and exams; figures and progress
    tables are drawings of it, and are not.
    """
    from ..errors import LogError
    from ..match.second_exam import examine_again
    from ..match.verify import verify_run
    from ..record.folder import RunFolder

    folder = RunFolder(run)
    found = verify_run(folder, expected)
    verdict = found.standings.verdict
    assert verdict is not None
    click.echo(f"chain      {found.events} events, each with the hash of the one before")
    click.echo("decisions  all follow from the events before them")
    click.echo(f"files      {found.files} as the log says{gone_text(found)}")
    click.echo(f"verdict    {verdict.trial or verdict.outcome}: {verdict.reason}")
    click.echo(f"log hash   {found.log_hash}{' (as expected)' if expected else ''}")
    if again:
        if differences := examine_again(folder, found.standings):
            raise LogError("exams that were held again gave something else:\n" + "\n".join(
                differences))  # fmt: skip
        count = sum(len(trial.examined) for trial in found.standings.trials.values())
        told = f"{count} held again on the logged seeds: the same" if count else "none was held"
        click.echo(f"exams      {told}")


def gone_text(found: Verified) -> str:
    """How many files are not there any more, and whether the winner's checkpoint is one of them."""
    if not found.gone:
        return ""
    claim, winner = found.standings.winning_claim, found.standings.winner
    told = f"; {len(found.gone)} are gone"
    if claim is None or winner is None:
        return told
    won = Path(winner.name) / winner.check_at(claim.check).checkpoint.name
    lost = any(path.match(str(won)) for path in found.gone)
    return told + ", the winner's checkpoint too" if lost else told
