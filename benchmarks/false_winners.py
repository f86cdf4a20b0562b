"""How often is a false winner crowned? No training: simulated.

python benchmarks/false_winners.py [--tournaments N] [--minutes M] [--processes P]. Each tournament
runs the real referee, events in and decisions out, in memory: 20 checks on 1,000 validation
samples, drawn anew each time, and for each exam that it orders 500 fresh samples, judged by the
real bounds. The default config's exam rules hold: 3 exams an entrant, 95 % sure.

- `share`: a criterion on a share of samples; every entrant's true share is the row's.
- `ratio`: a criterion on a ratio of means of attention, log-normal per video as a trained model's.
- `power`: one entrant is truly good, the others are just under the threshold; it has to win.

Every winner but the good one is a false winner. The exit code is 1 unless every row shows that at
most 5 % of tournaments have one (the upper end of an exact 95 % interval) and that at least 95 % of
the good win. Rows of shares take little time and get five times as many tournaments.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context

import numpy as np
from scipy import integrate, optimize, stats

from tournament.exam.statistics import Table, bound, estimate
from tournament.plugin.estimators import Estimator, Ratio, Share
from tournament.record.events import make_event
from tournament.record.fields import Payload
from tournament.record.payloads import (
    Bound,
    Check,
    Entry,
    Exam,
    Examined,
    ExamRules,
    File,
    Opened,
    Ready,
)
from tournament.referee.referee import Referee

CHECKS = 20
VALIDATION = 1_000
RULES = ExamRules(samples=500, attempts=3, confidence=0.95, backoff=1, timeout=600.0)
ENTRANTS = (1, 3, 8)
ALLOWED = 0.05
ENOUGH = 0.95
SPREAD = 0.3
"""Deviation of the logarithm of a video's own ratio: trained models have 0.2 to 0.25."""

NEAR = 1.0
"""A ratio less than so many standard errors above the threshold cannot hold."""

AUDITED = 20
"""But of those one in so many has its bound computed nevertheless."""

MORE_SHARES = 5
"""Tournaments of shares for each one of ratios."""

NO_FILE = File(name="x", sha256="0" * 64, bytes=1)
Draw = Callable[[float, int, np.random.Generator], Table]


def share_table(share: float, samples: int, rng: np.random.Generator) -> Table:
    """Samples of which a true share is right."""
    return {"hit": (rng.random(samples) < share).astype(np.float64)}


def attention_table(ratio: float, videos: int, rng: np.random.Generator) -> Table:
    """Attention per video, skewed: `ratio` is the true ratio of the means.

    As the tests' `video_table`: what both kinds of objects receive averages to 1 over the tokens.
    """
    own = _median_ratio(ratio) * rng.lognormal(0, SPREAD, videos)
    transient = 1 / (1 + rng.uniform(0.5, 0.9, videos) * (own - 1))
    return {"persistent": own * transient, "transient": transient}


_MEDIANS: dict[float, float] = {}


def _median_ratio(ratio: float) -> float:
    """The median of the videos' own ratios with which the ratio of means is `ratio`."""
    if ratio not in _MEDIANS:
        _MEDIANS[ratio] = optimize.brentq(lambda m: true_ratio(m) - ratio, 0.8, 5.0, xtol=1e-12)
    return _MEDIANS[ratio]


def true_ratio(median: float) -> float:
    """The ratio of the means, by integration over all videos."""

    def density(z: float, numerator: bool) -> float:
        own = median * math.exp(SPREAD * z)
        # The mean of 1 / (1 + s (own - 1)) over s from 0.5 to 0.9.
        gap = own - 1
        low, high = 1 + 0.5 * gap, 1 + 0.9 * gap
        transient = math.log(high / low) / (0.4 * gap) if abs(gap) > 1e-9 else 1.0
        return (own if numerator else 1.0) * transient * stats.norm.pdf(z)

    up, down = (integrate.quad(density, -8, 8, args=(n,), limit=400)[0] for n in (True, False))
    return float(up / down)


@dataclass(frozen=True)
class Kind:
    """A criterion, how its metric follows from samples, and how samples are drawn."""

    metric: str
    threshold: float
    estimator: Estimator
    method: str
    draw: Draw


SHARE = Kind("share", 0.70, Share("hit"), "exact", share_table)
RATIO = Kind("ratio", 1.5, Ratio("persistent", "transient"), "BCa", attention_table)


@dataclass(frozen=True)
class Row:
    """A kind of tournament: every entrant's true value, that of the first one if it differs."""

    name: str
    kind: Kind
    entrants: int
    value: float
    good: float | None = None

    def true_value(self, entrant: int) -> float:
        return self.good if self.good is not None and entrant == 0 else self.value


@dataclass(frozen=True)
class Played:
    """One tournament: who won (None: nobody), and how many exams were held."""

    winner: int | None
    exams: int


class Tournament:
    """One tournament in memory: a log that the referee's decisions are written back to."""

    def __init__(self, row: Row, seed: int) -> None:
        self._row = row
        self._rng = np.random.default_rng([seed, row.entrants, sum(row.name.encode())])
        self._referee = Referee()
        self._offsets = count()
        self._numbers: Counter[str | None] = Counter()
        self._exams = 0

    def play(self) -> Played:
        """Run it until somebody won or all checks are made."""
        names = [f"e{i}" for i in range(self._row.entrants)]
        self._say(_opened(self._row, names))
        for name in names:
            self._say(READY, name)
        for index in range(1, CHECKS + 1):
            for entrant in self._rng.permutation(len(names)):
                self._say(self._check(index, int(entrant)), names[entrant])
                if (verdict := self._referee.standings.verdict) is not None:
                    return Played(names.index(verdict.trial or ""), self._exams)
        return Played(None, self._exams)

    def _say(self, payload: Payload, trial: str | None = None) -> None:
        """An event reaches the log, then all that follows from it."""
        queue: deque[tuple[Payload, str | None]] = deque([(payload, trial)])
        while queue:
            said, who = queue.popleft()
            self._numbers[who] += 1
            offset = next(self._offsets)
            event = make_event(
                said, run="simulated", trial=who, attempt=0 if who is None else 1,
                seq=self._numbers[who], offset=offset, t=0.0,
            )  # fmt: skip
            queue += [(decision, None) for decision in self._referee.apply(event)]
            if isinstance(said, Exam):
                queue.append((self._examined(said, offset), None))

    def _check(self, index: int, entrant: int) -> Check:
        kind = self._row.kind
        table = kind.draw(self._row.true_value(entrant), VALIDATION, self._rng)
        return Check(
            index=index, epoch=index, metrics={kind.metric: estimate(kind.estimator, table)},
            checkpoint=NO_FILE, samples=NO_FILE, seconds=1.0 * index, evaluation_seconds=0.0,
            cpu_seconds=1.0 * index,
        )  # fmt: skip

    def _examined(self, exam: Exam, because: int) -> Examined:
        """The exam on fresh samples of an entrant whose true value is known here, and only here."""
        self._exams += 1
        kind = self._row.kind
        table = kind.draw(self._row.true_value(int(exam.trial[1:])), exam.samples, self._rng)
        value = estimate(kind.estimator, table)
        measured = Bound.model_validate(
            {
                "criterion": f"{kind.metric} >= {kind.threshold}", "metric": kind.metric,
                "value": value, "bound": self._bound(table, value, exam.level),
                "level": exam.level, "method": kind.method,
            }
        )  # fmt: skip
        return Examined(
            because=because, trial=exam.trial, number=exam.number, seed=1, problem="",
            samples=exam.samples, metrics={kind.metric: value}, bounds=(measured,), findings=(),
            table=None, seconds=1.0,
        )  # fmt: skip

    def _bound(self, table: Table, value: float, level: float) -> float:
        """The real bound; NaN, which does not hold, where it cannot matter and would take long."""
        kind = self._row.kind
        hopeless = kind.method == "BCa" and _errors_above(table, value, kind) < NEAR
        if hopeless and (value < kind.threshold or self._rng.integers(AUDITED)):
            return math.nan
        found = bound(kind.estimator, table, level, "lower", self._rng)
        assert not (hopeless and found >= kind.threshold), "NEAR is too large"
        return found


def _errors_above(table: Table, value: float, kind: Kind) -> float:
    """How many standard errors a ratio of means is above the threshold (delta method)."""
    up, down = (table[name] for name in kind.estimator.columns)
    error = float((up - value * down).std(ddof=1) / down.mean() / math.sqrt(len(up)))
    return (value - kind.threshold) / error


READY = Ready(
    metrics=("share", "ratio"), device="cpu", threads=1, seconds=1.0, steps=(), report={},
    versions={},
)  # fmt: skip


def _opened(row: Row, names: list[str]) -> Opened:
    criteria = {"every": 1, "all": [f"{row.kind.metric} >= {row.kind.threshold}"]}
    entries = tuple(Entry(trial=n, entrant=n, strategy=n, seed=0, max_epochs=CHECKS) for n in names)
    return Opened(
        name="simulated", version="1", config_sha256="0", seed=0, threads=1, every=1,
        criteria=criteria, exam=RULES, keep=2, retries=0, plugins={}, trials=entries,
    )  # fmt: skip


def play_some(row: Row, seeds: range, until: float) -> list[Played]:
    """Tournaments with these seeds, as far as the time allows (`until`: seconds since 1970)."""
    played = []
    for seed in seeds:
        if time.time() > until:
            break
        played.append(Tournament(row, seed).play())
    return played


def play_row(
    pool: ProcessPoolExecutor, row: Row, tournaments: int, seconds: float, processes: int
) -> list[Played]:
    """All tournaments of a row, shared out among the processes."""
    until = time.time() + seconds
    parts: list[Future[list[Played]]] = [
        pool.submit(play_some, row, range(first, tournaments, processes), until)
        for first in range(processes)
    ]
    return [played for part in parts for played in part.result()]


def rows() -> Iterator[Row]:
    for entrants in ENTRANTS:
        yield Row("share, true 0.70 against 0.70", SHARE, entrants, 0.70)
    for entrants in ENTRANTS:
        yield Row("share, true 0.69 against 0.70", SHARE, entrants, 0.69)
    for entrants in ENTRANTS:
        yield Row("power: one 0.80, others 0.69, against 0.70", SHARE, entrants, 0.69, good=0.80)
    for entrants in ENTRANTS:
        yield Row("ratio, true 1.50 against 1.5", RATIO, entrants, 1.5)


HEAD = (
    "| entrants' true values | entrants | tournaments | exams | false winners "
    "| share (95 % interval) | right winners | share (95 % interval) |\n"
    "|---|---|---|---|---|---|---|---|"
)


def told(row: Row, played: list[Played], seconds: float) -> tuple[str, bool]:
    """A line of the table, and whether the row keeps what is promised."""
    right = sum(row.good is not None and each.winner == 0 for each in played)
    false = sum(each.winner is not None for each in played) - right
    number = len(played)
    interval = stats.binomtest(false, number).proportion_ci(0.95, "exact")
    good = interval.high <= ALLOWED and (row.good is None or right >= ENOUGH * number)
    winners = f"{right} | {_share(right, number)}" if row.good is not None else "– | –"
    line = (
        f"| {row.name} | {row.entrants} | {number:,} | {sum(e.exams for e in played):,} "
        f"| {false} | {_share(false, number)} | {winners} |"
    )
    print(f"  ({row.name}, {row.entrants}: {seconds:.0f} s)", file=sys.stderr, flush=True)
    return line, good


def _share(part: int, number: int) -> str:
    interval = stats.binomtest(part, number).proportion_ci(0.95, "exact")
    return f"{part / number:.1%} ({interval.low:.1%} to {interval.high:.1%})"


def arguments() -> Mapping[str, float]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tournaments", type=int, default=2_000, help="in each row of ratios")
    parser.add_argument("--minutes", type=float, default=15.0, help="at most, for each row")
    parser.add_argument("--processes", type=int, default=2)
    return vars(parser.parse_args())


def print_rows(all_rows: Iterable[Row], asked: Mapping[str, float]) -> bool:
    """Play and print every row; whether all keep what is promised."""
    kept = True
    processes = int(asked["processes"])
    print(HEAD, flush=True)
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        for row in all_rows:
            start = time.monotonic()
            tournaments = int(asked["tournaments"]) * (MORE_SHARES if row.kind is SHARE else 1)
            played = play_row(pool, row, tournaments, 60 * asked["minutes"], processes)
            line, good = told(row, played, time.monotonic() - start)
            print(line if good else f"{line} NOT SHOWN", flush=True)
            kept &= good
    return kept


def main() -> None:
    asked = arguments()
    sys.exit(0 if print_rows(rows(), asked) else 1)


if __name__ == "__main__":
    main()
