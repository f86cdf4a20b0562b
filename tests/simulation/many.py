"""Many simulated tournaments, on all cores."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from .play import Broken, broken_by
from .scenario import draw

PIECE = 250


def first_broken(first: int, last: int) -> tuple[int, Broken] | None:
    """The first of these seeds in which a promise is broken, and how."""
    for seed in range(first, last):
        if (broken := broken_by(draw(seed))) is not None:
            return seed, broken
    return None


def simulate(first: int, seeds: int) -> Iterator[tuple[int, tuple[int, Broken] | None]]:
    """After each piece: how many seeds were played, and the first failure among its own."""
    last = first + seeds
    begins = range(first, last, PIECE)
    ends = [min(begin + PIECE, last) for begin in begins]
    with ProcessPoolExecutor() as pool:
        for end, found in zip(ends, pool.map(first_broken, begins, ends), strict=True):
            yield end - first, found
