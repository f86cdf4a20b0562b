"""A device by name is had or refused; `auto` takes what there is."""

from __future__ import annotations

import pytest
import torch

from tournament.errors import OptionError
from tournament.worker.device import device_facts, resolve_device

HAS_GPU = torch.cuda.is_available()


def test_auto_takes_what_there_is():
    assert resolve_device("auto") == ("cuda:0" if HAS_GPU else "cpu")
    assert resolve_device("cpu") == "cpu"


@pytest.mark.skipif(HAS_GPU, reason="needs a machine without a GPU")
@pytest.mark.parametrize("device", ["cuda", "cuda:0"])
def test_a_gpu_that_is_not_there_is_refused_with_the_way_out(device):
    with pytest.raises(OptionError, match=r"PyTorch sees no GPU\. Use auto or cpu") as caught:
        resolve_device(device)
    assert caught.value.key == "device"


@pytest.mark.skipif(not HAS_GPU, reason="needs a GPU")
def test_a_gpu_beyond_the_last_is_refused():
    assert resolve_device("cuda") == "cuda:0"
    with pytest.raises(OptionError, match="counted from 0"):
        resolve_device("cuda:99")


def test_the_cpu_is_described_by_the_match_and_a_gpu_by_its_worker():
    assert device_facts("cpu") == {}
    if HAS_GPU:
        assert device_facts("cuda:0")["name"] == torch.cuda.get_device_name(0)
