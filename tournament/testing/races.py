"""A plugin in a real race of one entrant: in processes, over sockets, examined and told to stop."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..bus.operator import ask_to_stop
from ..bus.watch import subscribe
from ..errors import BusError, TournamentError
from ..record.events import AnyEvent
from ..record.folder import RunFolder
from ..record.log import read_log
from ..record.payloads import Check, Ended, Examined, Failed, Overdue, Progress, Stopped, Verdict
from ..runner import start, wait_for_door
from .attempt import Attempt, Result

ENTRANT = "tried"
EPOCHS = 2
ENDLESS = 1_000_000
"""Epochs of a race that is to be stopped."""

LOWEST = -1e308
"""A criterion at or above this is met by any number."""

_RACES = "It competes: two epochs, with a check after each, in a process of its own."
_EXAM = "Its claim can be examined, and no check of the exam refuses it."
_OBEYS = "Told to stop while it trains, it ends by itself, in time."
_TIDY = "It leaves no files where it was started."


def raced_folders(
    attempt: Attempt, metric: str, patience: float, folder: Path
) -> tuple[Path, Path]:
    """Two run folders below `folder`: of a race that was won, and of one that was stopped.

    Raises TournamentError when they cannot be had.
    """
    won, stopped = folder / "won", folder / "stopped"
    events, said = _raced(_short(attempt, metric, patience), won, stop=False)
    if not any(isinstance(e.data, Verdict) and e.data.outcome == "winner" for e in events):
        raise TournamentError(f"no run could be made to report on: {_failure(events, said)}")
    _raced(_endless(attempt, metric, patience), stopped, stop=True)
    return won, stopped


def _short(attempt: Attempt, metric: str, patience: float) -> dict[str, Any]:
    return _config(attempt, f"{metric} >= {LOWEST:g} for {EPOCHS} checks", EPOCHS, patience)


def _endless(attempt: Attempt, metric: str, patience: float) -> dict[str, Any]:
    return _config(attempt, f"{metric} >= {LOWEST:g} for {ENDLESS} checks", ENDLESS, patience)


def race_results(attempt: Attempt, metric: str, patience: float) -> Iterator[Result]:
    """What comes of two races, one that ends with an exam and one that is stopped."""
    with tempfile.TemporaryDirectory(prefix="tournament-conform-") as place:
        folder = Path(place)
        yield from _examined(attempt, metric, patience, folder)
        yield from _stopped(attempt, metric, patience, folder)
        left = sorted(path.name for path in folder.iterdir() if path.name not in ("exam", "stop"))
        mend = "Write into `context.folder` or `context.cache`."
        yield _result("tidy", _TIDY, f"it left {', '.join(left)}" if left else "", mend)


def _examined(attempt: Attempt, metric: str, patience: float, folder: Path) -> Iterator[Result]:
    events, said = _raced(_short(attempt, metric, patience), folder / "exam", stop=False)
    reason = _failure(events, said)
    checks = [event for event in events if isinstance(event.data, Check)]
    if not reason and len(checks) < EPOCHS + 1:
        reason = f"it made {len(checks)} checks; expected {EPOCHS + 1}"
    yield _result("races", _RACES, reason, "See the message; `limits` in the config give time.")
    results = [event.data for event in events if isinstance(event.data, Examined)]
    if not results:
        yield Result(name="exam", asks=_EXAM, tried=False)
        return
    problem = results[-1].problem
    findings = [each for each in results[-1].findings if each.refuses({metric})]
    failed = [f"{each.name}: {each.text}" for each in findings]
    mend = "See docs/exam.md for what each check asks."
    yield _result("exam", _EXAM, problem or "\n".join(failed), mend)


def _stopped(attempt: Attempt, metric: str, patience: float, folder: Path) -> Iterator[Result]:
    events, said = _raced(_endless(attempt, metric, patience), folder / "stop", stop=True)
    reason = _failure(events, said)
    ended = [event.data for event in events if isinstance(event.data, Ended)]
    obeyed = any(isinstance(event.data, Stopped) for event in events)
    if not reason and ended and (by := _forced(ended[-1])):
        how = f"and was ended by {by}"
        reason = f"it did not end within {grace(patience):g} s of the order, {how}"
    elif not reason and not obeyed:
        reason = "it never said that it had stopped"
    mend = "Yield after each batch; each yield is a moment at which it can be stopped."
    yield _result("obeys", _OBEYS, reason, mend)


def _forced(ended: Ended) -> str:
    """The signal that ended it; empty if it ended by itself."""
    return "SIGTERM" if ended.exit_code == 128 + signal.SIGTERM else ended.signal or ""


def grace(patience: float) -> float:
    """Seconds between an order to stop and SIGTERM; fewer than would count as a stall."""
    return min(10.0, patience / 2)


def _config(attempt: Attempt, criterion: str, epochs: int, patience: float) -> dict[str, Any]:
    return {
        "name": "conform",
        "task": {"use": attempt.task.name, "options": dict(attempt.task_options or {})},
        "entrants": {
            ENTRANT: {
                "use": attempt.strategy.name,
                "max_epochs": epochs,
                "options": dict(attempt.strategy.options),
            }
        },
        "criteria": {"every": 1 if epochs == EPOCHS else ENDLESS, "all": [criterion]},
        "device": "cpu",
        "retries": 0,
        "exam": {"attempts": 1, "timeout": f"{patience:g}s"},
        "stop": {"grace": f"{grace(patience):g}s", "terminate": "5s"},
        "limits": {"start": f"{patience:g}s", "stall": f"{patience:g}s", "output": "10MB"},
    }


def _raced(config: Mapping[str, Any], folder: Path, *, stop: bool) -> tuple[list[AnyEvent], str]:
    """The events of the race, and what was said if there are none."""
    place = folder.parent
    with tempfile.TemporaryFile() as errors, start(config, folder, None, errors, place) as match:
        if stop and wait_for_door(match, folder):
            _stop_while_it_trains(folder)
        match.wait()
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace").strip()
    log = RunFolder(folder).log
    return (list(read_log(log)) if log.exists() else []), said


def _stop_while_it_trains(folder: Path) -> None:
    try:
        with subscribe(folder) as events:
            for event in events:
                if isinstance(event.data, Progress):
                    ask_to_stop(RunFolder(folder).door, now=False)
                    return
    except BusError:
        return  # It has ended before, and its log says why.


def _failure(events: list[AnyEvent], said: str) -> str:
    """Why the entrant failed, or why there was no race; empty if all went well."""
    failed = [event.data.reason for event in events if isinstance(event.data, Failed)]
    failed += [event.data.reason for event in events if isinstance(event.data, Overdue)]
    if failed:
        return failed[-1]
    verdicts = [event.data for event in events if isinstance(event.data, Verdict)]
    if not verdicts:
        return said or "the race ended without a verdict"
    if verdicts[-1].outcome == "refused":
        return said
    return verdicts[-1].reason if verdicts[-1].outcome == "all-failed" else ""


def _result(name: str, asks: str, found: str, mend: str) -> Result:
    return Result(name=name, asks=asks, found=found, mend=mend if found else "")
