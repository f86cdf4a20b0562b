"""What a seed decides: who competes, how they behave, and which disasters come when."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

HORIZON = 25.0
"""Seconds in which disasters come; after that there is time to come to an end."""

KINDS = (
    "kill worker", "kill match", "kill at write", "kill before sync", "kill after sync",
    "power off", "power off", "power off", "interrupt", "full disk", "failing sync", "freeze",
    "cut off", "reconnect", "clock",
)  # fmt: skip
"""The power goes often: what it takes along is the most."""

TEMPERS = ("honest", "dies", "hangs", "deaf", "breaks", "full", "loud")


@dataclass(frozen=True)
class Fault:
    """One disaster: when, which, whom it hits, and how long it takes (seconds)."""

    at: float
    kind: str
    who: int = 0
    length: float = 0.0


@dataclass(frozen=True)
class Part:
    """One entrant. From epoch `peak` on it meets the criteria; `holds`: its exams do.

    `tempers`: how it behaves, attempt by attempt; the last one stays.
    """

    epochs: int
    peak: int
    holds: bool
    tempers: tuple[str, ...]


@dataclass(frozen=True)
class Scenario:
    """One simulated tournament."""

    seed: int
    parts: tuple[Part, ...]
    faults: tuple[Fault, ...]
    retries: int
    streak: int
    loss: float
    doubling: float
    slowness: float


def draw(seed: int) -> Scenario:
    """The scenario of a seed."""
    rng = random.Random(f"scenario {seed}")
    parts = tuple(_part(rng) for _ in range(rng.choice([1, 2, 2, 3])))
    faults = sorted(
        (_fault(rng, len(parts)) for _ in range(rng.choice([0, 1, 2, 3, 5]))), key=lambda f: f.at
    )
    rough = rng.random() < 0.5
    return Scenario(
        seed,
        parts,
        tuple(faults),
        retries=rng.choice([0, 1, 2]),
        streak=rng.choice([1, 2]),
        loss=rng.choice([0.02, 0.2]) if rough else 0.0,
        doubling=rng.choice([0.02, 0.2]) if rough else 0.0,
        slowness=rng.choice([0.01, 0.5, 3.0]) if rough else 0.01,
    )


def simpler(scenario: Scenario) -> Iterator[Scenario]:
    """The same with less in it: first without disasters, then with a better network."""
    for index in range(len(scenario.faults)):
        yield replace(scenario, faults=_without(scenario.faults, index))
    if scenario.loss or scenario.doubling:
        yield replace(scenario, loss=0.0, doubling=0.0)
    if scenario.slowness > 0.01:
        yield replace(scenario, slowness=0.01)
    if len(scenario.parts) > 1:
        yield replace(scenario, parts=scenario.parts[:-1])
    for index, part in enumerate(scenario.parts):
        if part.epochs > 1:
            shorter = replace(part, epochs=part.epochs - 1)
            yield replace(scenario, parts=_with(scenario.parts, index, shorter))
        if part.tempers != ("honest",):
            calmer = replace(part, tempers=("honest",))
            yield replace(scenario, parts=_with(scenario.parts, index, calmer))


def _part(rng: random.Random) -> Part:
    calm = rng.random() < 0.6
    tempers = ("honest",) if calm else tuple(rng.choices(TEMPERS, k=rng.choice([1, 2, 3])))
    return Part(
        epochs=rng.randint(1, 4), peak=rng.randint(1, 5), holds=rng.random() < 0.6, tempers=tempers
    )


def _fault(rng: random.Random, parts: int) -> Fault:
    length = rng.choice([0.5, 5.0, 20.0])
    return Fault(rng.uniform(0, HORIZON), rng.choice(KINDS), rng.randrange(parts), length)


def _without(faults: tuple[Fault, ...], index: int) -> tuple[Fault, ...]:
    return faults[:index] + faults[index + 1 :]


def _with(parts: tuple[Part, ...], index: int, part: Part) -> tuple[Part, ...]:
    return (*parts[:index], part, *parts[index + 1 :])
