"""`tournament.run`: a tournament from Python, in a process of its own, with its results as tables.

The match makes itself the parent of all that workers leave behind, and answers to signals: neither
is for the process of a notebook, which starts it as the command line does.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from .bus.watch import subscribe
from .config.writing import block
from .errors import BusError, ConfigError, Problem, TournamentError
from .process.spawn import python_module
from .record.folder import RunFolder
from .record.log import read_log
from .referee.standings import Standings, standings_of

if TYPE_CHECKING:
    import pandas as pd

GLANCE = 0.05
"""Seconds between two looks at a match that begins."""

COLOURED = ("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TTY_INTERACTIVE")
"""What makes programs write as on a terminal, as a notebook's kernel wants it of others."""

BAD_CONFIG = 2
TOLD = (0, 3, 4, 130)
"""Exit codes of runs that have a verdict."""


@dataclass(frozen=True)
class Result:
    """A run that has ended: who won, and everything that its log tells.

    `winner` is the entrant's name, None without one; `outcome` is "winner", "no-winner",
    "all-failed" or "interrupted", and `reason` a sentence.
    """

    folder: Path
    verdict: Mapping[str, Any]

    @property
    def winner(self) -> str | None:
        return self.verdict["winner"]  # type: ignore[no-any-return]

    @property
    def outcome(self) -> str:
        return str(self.verdict["outcome"])

    @property
    def reason(self) -> str:
        return str(self.verdict["reason"])

    @cached_property
    def standings(self) -> Standings:
        """The standings after the last event. Raises LogError when the log is not whole."""
        return standings_of(read_log(RunFolder(self.folder).log))

    @property
    def checks(self) -> pd.DataFrame:
        """A row a check that counts: trial, check, epoch, seconds, claimed, and each metric."""
        rows = [
            {
                "trial": trial.name,
                "check": check.index,
                "epoch": check.epoch,
                "seconds": check.seconds,
                "claimed": trial.claim_at(check.index) is not None,
                **check.metrics,
            }
            for trial in self.standings.trials.values()
            for check in trial.checks
        ]
        return _table(rows)

    @property
    def exams(self) -> pd.DataFrame:
        """A row a criterion of each exam: what was claimed, examined, and is sure at least."""
        rows = []
        for trial in self.standings.trials.values():
            for exam in trial.exams:
                result, claim = trial.exam_of(exam.check), trial.claim_at(exam.check)
                claimed = {leaf.criterion: leaf.value for leaf in claim.leaves} if claim else {}
                rows += [
                    {
                        "trial": trial.name,
                        "exam": exam.number,
                        "epoch": exam.epoch,
                        "criterion": bound.criterion,
                        "claimed": claimed.get(bound.criterion),
                        "examined": bound.value,
                        "bound": bound.bound,
                        "held": not trial.reasons_against(exam.check),
                    }
                    for bound in (result.bounds if result else ())
                ]
        return _table(rows)

    @property
    def trials(self) -> pd.DataFrame:
        """A row a trial: state, reason, epochs and how many checks, claims and attempts it had."""
        rows = [
            {
                "trial": trial.name,
                "strategy": trial.entry.strategy,
                "state": trial.state,
                "reason": trial.reason,
                "epochs": trial.epoch,
                "checks": len(trial.checks),
                "claims": len(trial.claims),
                "exams": len(trial.exams),
                "attempts": len(trial.attempts),
            }
            for trial in self.standings.trials.values()
        ]
        return _table(rows)


Show = Callable[[Standings], None]


def run(
    config: str | Path | Mapping[str, Any],
    *,
    runs: str | Path = "runs",
    seed: int | None = None,
    show: Show | None = None,
) -> Result:
    """Run a tournament to its verdict, and give the result.

    `config`: a file, or its content as a mapping; relative paths in that begin at the current
    folder. `show` is called with the standings some ten times a second while the race is on;
    `tournament.live` gives one for notebooks. Ctrl-C, or the notebook's stop button, stops the race
    as on the command line. Raises ConfigError with all that is wrong with the config, and
    TournamentError when the run broke.
    """
    folder = _new_path(Path(runs), config)
    with tempfile.TemporaryFile() as errors, start(config, folder, seed, errors) as match:
        try:
            _follow(match, folder, show)
        except KeyboardInterrupt:
            match.send_signal(signal.SIGINT)
        code = match.wait()
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace").strip()
    if isinstance(config, Mapping):  # Its lines are those of a file that nobody has seen.
        said = re.sub(r"^-:\d+: ", "", said.removeprefix("error: "), flags=re.MULTILINE)
    return _result(code, folder, said)


def start(
    config: str | Path | Mapping[str, Any],
    folder: Path,
    seed: int | None,
    errors: IO[bytes],
    place: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a match in `place`, whose run folder will be `folder`.

    What is wrong goes to `errors`.
    """
    path = "-" if isinstance(config, Mapping) else str(config)
    command = [*python_module("tournament"), "run", path, "--folder", str(folder), "--json"]
    command += ["--seed", str(seed)] if seed is not None else []
    match = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        cwd=place,
        env={name: value for name, value in os.environ.items() if name not in COLOURED},
        start_new_session=True,  # A terminal's Ctrl-C comes to this process alone, which passes it.
    )
    assert match.stdin is not None
    with match.stdin as stream:
        if isinstance(config, Mapping):
            stream.write(block({"name": "tournament", **config}).encode())
    return match


def wait_for_door(match: subprocess.Popen[bytes], folder: Path) -> bool:
    """Wait until the run can be watched; False if it ended before."""
    door = RunFolder(folder).door
    while match.poll() is None:
        if door.exists():
            return True
        time.sleep(GLANCE)
    return False


def _follow(match: subprocess.Popen[bytes], folder: Path, show: Show | None) -> None:
    if show is None:
        match.wait()
        return
    if not wait_for_door(match, folder):
        return
    standings = Standings()
    shown = 0.0
    try:
        with subscribe(folder) as events:
            for event in events:
                standings.apply(event)
                if time.monotonic() - shown > 2 * GLANCE or standings.closed is not None:
                    show(standings)
                    shown = time.monotonic()
    except BusError:
        match.wait()  # It has ended, and says why.


def _new_path(runs: Path, config: str | Path | Mapping[str, Any]) -> Path:
    name = config.get("name", "tournament") if isinstance(config, Mapping) else Path(config).stem
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    runs.mkdir(parents=True, exist_ok=True)
    parent = Path(os.path.abspath(runs))  # noqa: PTH100 - it also drops `..`
    names = (f"{name}-{stamp}{suffix}" for suffix in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(parent / each for each in names if not (parent / each).exists())


def _result(code: int, folder: Path, said: str) -> Result:
    if code in TOLD:
        return Result(folder, json.loads(RunFolder(folder).verdict.read_text()))
    lines = said.removeprefix("errors:").removeprefix("error:").strip()
    if code == BAD_CONFIG:
        raise ConfigError([Problem(line) for line in lines.splitlines()])
    raise TournamentError(lines or f"the match ended with exit code {code}")


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    try:
        import pandas as pd
    except ImportError as error:
        raise TournamentError("tables need pandas. Install: pip install pandas") from error
    return pd.DataFrame(rows)
