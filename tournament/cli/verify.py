"""`tournament verify RUN`: does the log prove the verdict?"""

from __future__ import annotations

from pathlib import Path

import click

from .run_argument import run_argument


@click.command()
@run_argument
@click.option("--hash", "expected", help="The log hash that the run printed, kept elsewhere.")
@click.option("--exam", "again", is_flag=True, help="Also hold every exam again, and compare.")
def verify(run: Path, expected: str | None, again: bool) -> None:
    """Check that the log of RUN is whole, and derive every decision and the verdict from it again.

    The first event that is missing, altered or out of place is named, with exit code 2. A log whose
    end was cut off, or that was written anew as a whole, shows only against --hash.
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
    click.echo(f"files      {found.files} as their hashes in the log say")
    click.echo(f"verdict    {verdict.trial or verdict.outcome}: {verdict.reason}")
    click.echo(f"log hash   {found.log_hash}{' (as expected)' if expected else ''}")
    if again:
        if differences := examine_again(folder, found.standings):
            raise LogError("exams that were held again gave something else:\n" + "\n".join(
                differences))  # fmt: skip
        count = sum(len(trial.examined) for trial in found.standings.trials.values())
        click.echo(f"exams      {count} held again on the logged seeds: the same")
