"""The strategy `pretrained-features`: frozen features, computed once, and a model that learns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from tournament.cache import Cache
from tournament.errors import ContractError, OptionError
from tournament.plugin.api import Context, Labelled
from tournament.record.checkpoint import load_state, save_state
from tournament_strategies.pretrained_features import PretrainedFeatures, PretrainedOptions

from .conftest import BlobTask, blobs, random_trunk

MakeContext = Callable[..., Context]


@pytest.fixture(scope="module")
def few() -> Labelled:
    return blobs(12, seed=3)


@pytest.fixture(scope="module")
def fewer() -> Labelled:
    return blobs(4, seed=4)


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """A cache that the tests of training share."""
    return Cache(tmp_path_factory.mktemp("warm"))


@pytest.fixture
def options(trunk_file: Path) -> Callable[..., PretrainedOptions]:
    def make(**changes: object) -> PretrainedOptions:
        small = {"width": 16, "heads": 2, "feedforward": 32, "lr": 1e-2, "crop_size": 16}
        frozen = {"weights": str(trunk_file), "precision": "float32"}
        return PretrainedOptions(**{**small, **frozen, **changes})

    return make


def built(context: Context) -> list[tuple[str, bool]]:
    return [(entry.what, entry.cached) for entry in context.cache.history]


def test_the_defaults_are_the_originals() -> None:
    defaults = PretrainedOptions()
    assert (defaults.weights, defaults.crop_size, defaults.alpha) == ("imagenet", 224, 0)
    assert all(field.description for field in PretrainedOptions.model_fields.values())


def test_a_second_prepare_runs_no_network(
    context: MakeContext, options: Callable[..., PretrainedOptions], few: Labelled, fewer: Labelled
) -> None:
    task, first, second = BlobTask(few, fewer), context(), context()
    reports = [PretrainedFeatures.prepare(options(), task, made) for made in (first, second)]
    assert built(first) == [("weights", False), ("features", False), ("features", False)]
    assert built(second) == [("weights", True), ("features", True), ("features", True)]
    assert reports[0] == reports[1]


def test_prepare_reports_weights_precision_and_distinct_crops(
    context: MakeContext, options: Callable[..., PretrainedOptions], few: Labelled, fewer: Labelled
) -> None:
    report = PretrainedFeatures.prepare(options(), BlobTask(few, fewer), context())
    assert report["precision"] == "float32"
    assert report["crop_size"] == 16
    assert report["weights"]["source"] == options().weights
    assert len(report["weights"]["sha256"]) == 64
    distinct = {"train": len(few.inputs.crops), "validation": len(fewer.inputs.crops)}
    assert report["distinct_crops"] == distinct


def test_a_crop_that_many_tokens_show_is_computed_once(
    context: MakeContext, options: Callable[..., PretrainedOptions], few: Labelled
) -> None:
    inputs = few.inputs
    same = type(inputs)(
        inputs.crops[:3], inputs.crop % 3, inputs.frame, inputs.box, inputs.starts, "three"
    )
    seen: list[tuple[str, int, int]] = []
    strategy = PretrainedFeatures(options(), context(progress=lambda *step: seen.append(step)))
    assert strategy.predict(same)["logits"].shape == (len(inputs.crop), 2)
    assert seen == [("features", 3, 3)]


@pytest.mark.parametrize("change", [{"crop_size": 17}, {"precision": "bfloat16"}])
def test_other_features_are_another_entry(
    context: MakeContext,
    options: Callable[..., PretrainedOptions],
    fewer: Labelled,
    change: dict[str, object],
) -> None:
    made, task = context(), BlobTask(fewer, fewer)
    PretrainedFeatures.prepare(options(), task, made)
    report = PretrainedFeatures.prepare(options(**change), task, made)
    assert built(made)[-1] == ("features", False)
    assert report.items() >= change.items()


def test_crops_that_were_not_prepared_are_computed_when_they_are_asked_for(
    context: MakeContext, options: Callable[..., PretrainedOptions], few: Labelled, fewer: Labelled
) -> None:
    made = context()
    PretrainedFeatures.prepare(options(), BlobTask(few, few), made)
    strategy = PretrainedFeatures(options(), made)
    first = strategy.predict(fewer.inputs)
    assert built(made)[-1] == ("features", False)
    entries = len(made.cache.history)
    assert np.array_equal(strategy.predict(fewer.inputs)["logits"], first["logits"])
    assert len(made.cache.history) == entries, "known by its key, and not looked for again"


def test_computing_features_between_batches_changes_nothing_in_training(
    context: MakeContext,
    options: Callable[..., PretrainedOptions],
    warm: Cache,
    few: Labelled,
    fewer: Labelled,
    tmp_path: Path,
) -> None:
    plain = PretrainedFeatures(options(batch=4), context(cache=warm))
    expected = list(plain.train_epoch(few))
    asked = PretrainedFeatures(options(batch=4), context(cache=Cache(tmp_path / "cold")))
    figures = []
    for given in asked.train_epoch(few):
        asked.predict(fewer.inputs)
        figures.append(given)
    assert figures == expected


def test_training_lowers_the_loss(
    context: MakeContext, options: Callable[..., PretrainedOptions], warm: Cache, few: Labelled
) -> None:
    strategy = PretrainedFeatures(options(dropout=0), context(cache=warm))
    (first,), *_, (last,) = (list(strategy.train_epoch(few)) for _ in range(12))
    assert last["loss"] < 0.9 * first["loss"]


def test_alpha_above_0_supervises_the_attention_as_well(
    context: MakeContext, options: Callable[..., PretrainedOptions], warm: Cache, few: Labelled
) -> None:
    hybrid = PretrainedFeatures(options(alpha=0.5), context(cache=warm))
    figures = next(iter(hybrid.train_epoch(few)))
    assert figures["attention_term"] != 0
    expected = figures["cross_entropy"] + 0.5 * figures["attention_term"]
    assert figures["loss"] == pytest.approx(expected, abs=1e-6)


def test_a_state_holds_what_trains_and_loads_to_the_bit(
    context: MakeContext,
    options: Callable[..., PretrainedOptions],
    warm: Cache,
    few: Labelled,
    tmp_path: Path,
) -> None:
    saved = PretrainedFeatures(options(), context(1, cache=warm))
    list(saved.train_epoch(few))
    save_state(tmp_path / "state.safetensors", saved.state())
    assert (tmp_path / "state.safetensors").stat().st_size < 1_000_000, "no frozen weights"
    loaded = PretrainedFeatures(options(), context(2, cache=warm))
    loaded.load_state(load_state(tmp_path / "state.safetensors"))
    for name, array in saved.predict(few.inputs).items():
        assert np.array_equal(array, loaded.predict(few.inputs)[name])


def test_a_state_from_other_frozen_weights_is_refused(
    context: MakeContext,
    options: Callable[..., PretrainedOptions],
    warm: Cache,
    tmp_path: Path,
) -> None:
    save_file(random_trunk(9), tmp_path / "other.safetensors")
    other = options(weights=str(tmp_path / "other.safetensors"))
    state = PretrainedFeatures(other, context(cache=warm)).state()
    with pytest.raises(ContractError, match="other frozen weights"):
        PretrainedFeatures(options(), context(cache=warm)).load_state(state)


def test_the_same_seed_gives_the_same_result_and_another_seed_another(
    context: MakeContext, options: Callable[..., PretrainedOptions], warm: Cache, few: Labelled
) -> None:
    results = []
    for seed in (3, 3, 4):
        torch.rand(len(results))
        strategy = PretrainedFeatures(options(), context(seed, cache=warm))
        results.append(list(strategy.train_epoch(few)))
    assert results[0] == results[1]
    assert results[0] != results[2]


def test_weights_that_make_useless_features_are_an_error_of_the_option(
    context: MakeContext,
    options: Callable[..., PretrainedOptions],
    fewer: Labelled,
    tmp_path: Path,
) -> None:
    loud = {name: x * 1e6 if name == "bn1.weight" else x for name, x in random_trunk().items()}
    save_file(loud, tmp_path / "loud.safetensors")
    with pytest.raises(OptionError, match="float16") as caught:
        PretrainedFeatures.prepare(
            options(weights=str(tmp_path / "loud.safetensors")), BlobTask(fewer, fewer), context()
        )
    assert caught.value.key == "weights"
