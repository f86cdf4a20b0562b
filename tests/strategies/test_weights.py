"""Weights are had from where the option says, or an error says what to do."""

from __future__ import annotations

import os
import pickle
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from tournament.errors import OptionError
from tournament.plugin.api import Context
from tournament_strategies.imagenet import FILE
from tournament_strategies.weights import frozen_weights

from .conftest import random_trunk

MakeContext = Callable[..., Context]


class Runs:
    """Unpickling this would run a command."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.marker}",)


def refusal(source: object, context: Context) -> str:
    """What is said about weights that cannot be used; nothing of them stays in the cache."""
    with pytest.raises(OptionError) as caught:
        frozen_weights(str(source), context)
    message = str(caught.value)
    assert caught.value.key == "weights"
    assert "`weights: proxy`" in message
    assert "`weights: PATH`" in message
    assert FILE in message
    assert not [path for path in context.cache.root.glob("weights-*") if path.is_dir()]
    return message


def test_one_network_in_two_formats_gives_the_same_weights(
    context: MakeContext, trunk_file: Path, tmp_path: Path
) -> None:
    whole = load_file(trunk_file)
    # A .pth of torchvision's also holds the final layer and counters.
    whole |= {"fc.weight": torch.ones(1000, 512), "bn1.num_batches_tracked": torch.tensor(7)}
    torch.save(whole, tmp_path / "resnet18.pth")
    first = frozen_weights(str(trunk_file), context())
    second = frozen_weights(str(tmp_path / "resnet18.pth"), context())
    assert first.sha256 == second.sha256
    assert first.tensors().keys() == second.tensors().keys() == random_trunk().keys()


def test_a_file_is_read_once_and_found_in_the_cache_after_that(
    context: MakeContext, trunk_file: Path
) -> None:
    made = context()
    for _ in range(2):
        frozen_weights(str(trunk_file), made)
    assert [built.cached for built in made.cache.history] == [False, True]


def test_a_file_that_changes_under_its_name_gives_other_weights(
    context: MakeContext, tmp_path: Path
) -> None:
    path = tmp_path / "mine.safetensors"
    save_file(random_trunk(1), path)
    first = frozen_weights(str(path), context()).sha256
    save_file(random_trunk(2), path)
    assert frozen_weights(str(path), context()).sha256 != first


def test_a_relative_path_begins_beside_the_config(
    context: MakeContext, trunk_file: Path, tmp_path: Path
) -> None:
    absolute = frozen_weights(str(trunk_file), context())
    beside = frozen_weights(trunk_file.name, context(base=trunk_file.parent))
    assert beside.sha256 == absolute.sha256


def test_a_relative_path_is_not_looked_for_elsewhere(
    context: MakeContext, trunk_file: Path, tmp_path: Path
) -> None:
    nowhere = context(base=tmp_path / "elsewhere")
    assert "No such file" in refusal(Path(trunk_file.name), nowhere)


def test_a_missing_file_is_an_error(context: MakeContext, tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "nowhere.pth", context())


def test_a_misspelt_source_is_an_error(context: MakeContext) -> None:
    assert "'imagnet'" in refusal("imagnet", context())


def test_a_file_of_another_kind_is_an_error(context: MakeContext, tmp_path: Path) -> None:
    (tmp_path / "weights.npy").write_bytes(b"x")
    assert "must end in .safetensors, .pt or .pth" in refusal(tmp_path / "weights.npy", context())


@pytest.mark.parametrize("name", ["torn.safetensors", "torn.pth", "empty.pt"])
def test_a_torn_file_is_an_error(
    context: MakeContext, trunk_file: Path, tmp_path: Path, name: str
) -> None:
    torch.save(load_file(trunk_file), tmp_path / "whole.pth")
    whole = trunk_file if name.endswith("safetensors") else tmp_path / "whole.pth"
    content = b"" if name.startswith("empty") else whole.read_bytes()[:-1000]
    (tmp_path / name).write_bytes(content)
    assert "not a whole file" in refusal(tmp_path / name, context())


def test_a_pickle_with_code_is_refused_and_does_not_run(
    context: MakeContext, tmp_path: Path
) -> None:
    marker = tmp_path / "ran"
    (tmp_path / "plain.pt").write_bytes(pickle.dumps(Runs(marker), protocol=2))
    assert "could run code" in refusal(tmp_path / "plain.pt", context())
    torch.save({"conv1.weight": Runs(marker)}, tmp_path / "zipped.pth")
    assert "could run code" in refusal(tmp_path / "zipped.pth", context())
    assert not marker.exists()


def test_another_shape_is_an_error_that_names_it(context: MakeContext, tmp_path: Path) -> None:
    wrong = random_trunk() | {"conv1.weight": torch.zeros(64, 3, 3, 3)}
    save_file(wrong, tmp_path / "wrong.safetensors")
    message = refusal(tmp_path / "wrong.safetensors", context())
    assert "conv1.weight has shape (64, 3, 3, 3) instead of (64, 3, 7, 7)" in message


def test_missing_layers_are_an_error_that_counts_them(context: MakeContext, tmp_path: Path) -> None:
    partial = {name: x for name, x in random_trunk().items() if not name.startswith("layer4")}
    save_file(partial, tmp_path / "partial.safetensors")
    message = refusal(tmp_path / "partial.safetensors", context())
    assert "layer4.0.conv1.weight is missing, and 24 more like it" in message


def test_weights_that_are_not_numbers_are_an_error(context: MakeContext, tmp_path: Path) -> None:
    broken = random_trunk() | {"bn1.bias": torch.full((64,), torch.nan)}
    save_file(broken, tmp_path / "broken.safetensors")
    assert "bn1.bias is not finite" in refusal(tmp_path / "broken.safetensors", context())


def test_a_list_of_tensors_is_an_error(context: MakeContext, tmp_path: Path) -> None:
    torch.save([torch.zeros(3)], tmp_path / "list.pt")
    assert "tensors by name" in refusal(tmp_path / "list.pt", context())


def test_without_a_network_imagenet_weights_are_an_error(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:  # a port that is taken but that nobody listens on
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{closed.getsockname()[1]}")
        monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
        assert "cannot be downloaded" in refusal("imagenet", context())


def test_a_damaged_download_is_an_error_that_says_to_delete_it(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    place = tmp_path / "hub" / "checkpoints" / FILE
    place.parent.mkdir(parents=True)
    place.write_bytes(b"half of it")
    message = refusal("imagenet", context())
    assert str(place) in message
    assert "delete it" in message
