"""A journal whose last line was cut off: Optuna's and this project's, side by side.

Run it with a Python that has both: `make neighbours`. A crash or a full disk leaves a last line cut
anywhere. So it is cut at every byte, and each time the same is asked of both, with everything that
remembers the file opened afresh in between:

1. Does a reader alone get what was whole? (This project's reader refuses: it names the line and
   says that a writer mends it. Whether that is better is a matter of taste; the next is not.)
2. After two further records were appended: is everything readable again, the two included?

What was complained of goes to the standard error. Ends with exit code 1 if this project failed the
second question at any cut.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from tournament.record.events import AnyEvent, make_event
from tournament.record.log import LogWriter, read_log
from tournament.record.payloads import Interrupted

WHOLE = 3
"""Records before the one that is cut."""
MORE = 2
"""Records appended after the cut: the first may hide that the second makes the file unreadable."""
STUDY = "study"


@dataclass(frozen=True)
class Journal:
    """How one project writes records to a file, and reads them all back."""

    name: str
    append: Callable[[Path, int], None]
    """Open the file afresh and append this record."""
    read: Callable[[Path], list[int]]
    """Open the file afresh and give its complete records."""


@dataclass
class Tally:
    """What became of one journal over all cuts."""

    cuts: int = 0
    kept: int = 0
    """Cuts after which all that was whole could be read."""
    went_on: int = 0
    """Cuts after which all, and what was appended, could be read."""
    complaints: Counter[str] = field(default_factory=Counter)


def append_trial(path: Path, record: int) -> None:
    storage = JournalStorage(JournalFileBackend(str(path)))
    study = optuna.create_study(storage=storage, study_name=STUDY, load_if_exists=True)
    study.tell(study.ask(), float(record))


def read_trials(path: Path) -> list[int]:
    study = optuna.load_study(
        storage=JournalStorage(JournalFileBackend(str(path))), study_name=STUDY
    )
    complete = study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))
    return [int(trial.value) for trial in complete if trial.value is not None]


def append_event(path: Path, record: int) -> None:
    with LogWriter(path) as log:
        log.append([event(record, log.next_offset)])


def event(record: int, offset: int) -> AnyEvent:
    return make_event(Interrupted(signal=str(record)), run="run", seq=0, t=1.5, offset=offset)


def read_events(path: Path) -> list[int]:
    events = list(read_log(path))
    return [int(each.data.signal) for each in events if isinstance(each.data, Interrupted)]


JOURNALS = (
    Journal(f"Optuna {optuna.__version__}, JournalFileBackend", append_trial, read_trials),
    Journal("tournament, LogWriter", append_event, read_events),
)


def try_every_cut(journal: Journal, folder: Path) -> Tally:
    path = folder / "whole"
    for record in range(WHOLE + 1):
        journal.append(path, record)
    if journal.read(path) != list(range(WHOLE + 1)):
        raise SystemExit(f"{journal.name} cannot be read although nothing was cut: wrong test")
    text = path.read_bytes()
    last = text.splitlines(keepends=True)[-1]
    tally = Tally()
    for left in range(1, len(last)):
        torn = folder / f"cut-{left}"
        torn.write_bytes(text[: len(text) - len(last) + left])
        try_one_cut(journal, torn, tally)
    return tally


def try_one_cut(journal: Journal, torn: Path, tally: Tally) -> None:
    whole, more = list(range(WHOLE)), list(range(10, 10 + MORE))
    tally.cuts += 1
    tally.kept += attempt(partial(journal.read, torn), whole, tally, "reading")
    for record in more:
        attempt(partial(journal.append, torn, record), None, tally, "appending")
    tally.went_on += attempt(partial(journal.read, torn), whole + more, tally, "reading again")


def attempt(act: Callable[[], object], expected: object, tally: Tally, what: str) -> bool:
    """Whether it gave what was expected; if not, why is noted."""
    try:
        found = act()
    except Exception as error:  # noqa: BLE001 - whatever a neighbour raises is a finding here
        tally.complaints[f"{what}: {type(error).__name__}"] += 1
        return False
    if found != expected:
        tally.complaints[f"{what}: not what was written"] += 1
    return found == expected


def main() -> int:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    print("| journal | cuts | a reader alone gets what was whole | goes on, all is read again |")
    print("|---|---|---|---|")
    for journal in JOURNALS:
        with tempfile.TemporaryDirectory() as folder:
            tally = try_every_cut(journal, Path(folder))
        print(f"| {journal.name} | {tally.cuts} | {tally.kept} | {tally.went_on} |", flush=True)
        for text, count in tally.complaints.most_common():
            print(f"  {count} times, {text}", file=sys.stderr)
    return 0 if tally.went_on == tally.cuts else 1


if __name__ == "__main__":
    sys.exit(main())
