"""What a strategy has to do right, tried on the workbench."""

from __future__ import annotations

import math

from ..exam.integrity import SAME, deviation
from .bench import Bench
from .points import Point, point

EPOCHS = 2


@point("Give each field of Options a `description`, which `tournament plugins NAME` shows.")
def options(bench: Bench) -> None:
    """Every option has a description."""
    fields = bench.strategy.Options.model_fields
    silent = [name for name, field in fields.items() if not field.description]
    assert not silent, f"without one: {', '.join(silent)}"


@point("Yield a dict of Python floats after each batch; `.item()` makes one of a tensor.")
def figures(bench: Bench) -> None:
    """Two epochs of training yield plain numbers after each batch."""
    strategy = bench.fresh()
    for _ in range(EPOCHS):
        bench.epoch(strategy)


@point("See what the task wants of `predict`: names, shapes and types of the arrays.")
def metrics(bench: Bench) -> None:
    """Its predictions give finite metrics, before training and after each epoch."""
    strategy = bench.fresh()
    for epoch in range(EPOCHS + 1):
        if epoch:
            bench.epoch(strategy)
        found = bench.check(strategy).metrics
        bad = {name: value for name, value in found.items() if not math.isfinite(value)}
        assert not bad, f"after epoch {epoch}: {bad}"


@point("Check that `train_epoch` changes what `predict` uses.")
def learns(bench: Bench) -> None:
    """Training changes the predictions."""
    strategy = bench.fresh()
    before = {name: array.copy() for name, array in bench.predict(strategy).items()}
    bench.epoch(strategy)
    assert deviation(before, bench.predict(strategy)) > 0, "they are the same after an epoch"


@point(
    "Draw random numbers from the global generators, which are seeded for you, or from your own, "
    "seeded with `context.seed`; not from the clock or the system."
)
def same_seed(bench: Bench) -> None:
    """The same seed gives the same metrics."""
    first, second = (_raced(bench) for _ in range(2))
    assert first == second, f"{first}, and then {second}"


@point("Let `predict` change nothing: no training mode left on, no running averages, no counters.")
def predict_only_looks(bench: Bench) -> None:
    """Predicting changes neither later predictions nor training."""
    strategy, often = bench.fresh(), bench.fresh()
    off = deviation(bench.predict(often), bench.predict(often))
    assert off < SAME, f"asked twice, the answers deviate by {off:.2g}"
    strategy = bench.fresh()
    bench.epoch(strategy)
    looked = bench.fresh()
    bench.check(looked)
    bench.epoch(looked)
    off = deviation(bench.predict(strategy), bench.predict(looked))
    assert off < SAME, f"after training with and without a check, they deviate by {off:.2g}"


@point("Let `state` give all arrays that `predict` needs, and `load_state` take all of them.")
def state(bench: Bench) -> None:
    """Another strategy that loads its state predicts the same, and gives the same state."""
    strategy = bench.fresh()
    bench.epoch(strategy)
    other = bench.handed_over(strategy)
    off = deviation(bench.predict(strategy), bench.predict(other))
    assert off < SAME, f"predictions deviate by {off:.2g}"
    off = deviation(strategy.state(), other.state())
    assert off == 0, f"the state that comes out deviates by {off:.2g} from the one that went in"


@point(
    "Keep in `state` all that training goes on from: an optimizer's moments, counts of epochs, the "
    "state of a generator of your own."
)
def goes_on(bench: Bench) -> None:
    """Training goes on from a state as if it had never stopped."""
    strategy = bench.fresh()
    bench.epoch(strategy)
    other = bench.handed_over(strategy)
    bench.epoch(other)
    whole = bench.fresh()
    for _ in range(EPOCHS):
        bench.epoch(whole)
    off = deviation(bench.predict(whole), bench.predict(other))
    assert off < SAME, f"after another epoch, predictions deviate by {off:.2g}"


def _raced(bench: Bench) -> list[dict[str, float]]:
    strategy = bench.fresh()
    found = []
    for _ in range(EPOCHS):
        bench.epoch(strategy)
        found.append(dict(bench.check(strategy).metrics))
    return found


STRATEGY_POINTS: tuple[Point[Bench], ...] = (
    options,
    figures,
    metrics,
    learns,
    same_seed,
    predict_only_looks,
    state,
    goes_on,
)
