"""What certainty costs: the true share with which an honest claim holds. Exact, not simulated.

python benchmarks/price.py. For a criterion on a share of samples, the default rules of exams, and
more samples than they ask for.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import optimize, stats

from tournament.config.models import ExamChoice
from tournament.exam.statistics import bound
from tournament.plugin.estimators import Share
from tournament.record.payloads import ExamRules
from tournament.referee.levels import exam_level

RULES = ExamRules.model_validate(ExamChoice().model_dump())
ENTRANTS = (1, 3, 8)
SAMPLES = (500, 1_000, 2_000)
ENOUGH = 0.95


def price_table(threshold: float = 0.7) -> Iterator[str]:
    """The true share with which an honest claim holds in 95 % of cases; exact, not simulated."""
    yield (
        f"| entrants | samples | needed in the exam for >= {threshold} "
        "| true share for 95 % in the first exam | in one of three |\n|---|---|---|---|---|"
    )
    for entrants in ENTRANTS:
        level = exam_level(RULES, entrants)
        for samples in SAMPLES:
            hits = _hits_needed(samples, threshold, level)
            first = _needed_share(hits, samples, ENOUGH)
            three = _needed_share(hits, samples, 1 - (1 - ENOUGH) ** (1 / RULES.attempts))
            needed = f"{hits} of {samples} ({hits / samples:.1%})"
            yield f"| {entrants} | {samples:,} | {needed} | {first:.1%} | {three:.1%} |"


def _hits_needed(samples: int, threshold: float, level: float) -> int:
    """The smallest number of hits whose bound, the exam's own, reaches the threshold."""

    def holds(hits: int) -> bool:
        column = {"hit": (np.arange(samples) < hits).astype(np.float64)}
        return bound(Share("hit"), column, level, "lower", np.random.default_rng(0)) >= threshold

    low, high = 0, samples
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _needed_share(hits: int, samples: int, chance: float) -> float:
    """The true share with which so many hits come with this chance."""
    return float(
        optimize.brentq(lambda p: stats.binom.sf(hits - 1, samples, p) - chance, 0.01, 0.9999)
    )


if __name__ == "__main__":
    print("\n".join(price_table()))
