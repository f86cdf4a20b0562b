"""Between examiner and examinee only arrays pass: no objects, no pickles, nothing half written."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from tournament.errors import ContractError
from tournament.exam.arrays import parse_arrays, read_arrays, write_arrays

TYPES = [np.float16, np.float32, np.float64, np.int8, np.int64, np.uint8, np.uint64, np.bool_]
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(
    lambda name: name != "__metadata__"
)
some_arrays = st.sampled_from(TYPES).flatmap(
    lambda kind: arrays(kind, array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
)


class Tells:
    """Leaves a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.safetensors"


@given(st.dictionaries(names, some_arrays, max_size=4))
def test_arrays_come_back_as_they_were(tmp_path_factory, given_arrays):
    path = tmp_path_factory.mktemp("arrays") / "a.safetensors"
    write_arrays(path, given_arrays, "predict")
    for back in (read_arrays(path, "it"), parse_arrays(path.read_bytes(), "it")):
        assert sorted(back) == sorted(given_arrays)
        for name, array in given_arrays.items():
            assert back[name].dtype == array.dtype
            assert back[name].shape == array.shape
            assert back[name].tobytes() == array.tobytes()


def test_views_come_back_as_what_they_show(path):
    table = np.arange(12.0).reshape(3, 4)
    views = {"transposed": table.T, "every other": table[::2, ::-1]}
    write_arrays(path, views, "predict")
    back = read_arrays(path, "it")
    assert all(np.array_equal(back[name], view) for name, view in views.items())


@pytest.mark.parametrize(
    ("given_arrays", "told"),
    [
        (None, "predict gave NoneType; expected arrays by name"),
        ([np.zeros(2)], "predict gave list; expected arrays by name"),
        ({"a": [1, 2]}, "predict gave 'a' = list; expected a NumPy array"),
        ({"a": 1.0}, "predict gave 'a' = float; expected a NumPy array"),
        ({1: np.zeros(2)}, "predict gave 1 = float64; expected a NumPy array"),
        ({"a": np.array([object()])}, "predict gave 'a' = object; expected a NumPy array"),
        ({"a": np.array([{}, []], object)}, "predict gave 'a' = object"),
        ({"a": np.zeros(2, [("x", object)])}, "predict gave 'a' = .*expected a NumPy array"),
        ({"a": np.array(["text"])}, "predict gave arrays that cannot be written"),
        ({"a": np.zeros(2, "datetime64[s]")}, "predict gave arrays that cannot be written"),
        ({"a": np.zeros(2, [("x", float)])}, "predict gave arrays that cannot be written"),
    ],
)
def test_what_is_no_array_of_numbers_is_refused_and_named(path, given_arrays, told):
    with pytest.raises(ContractError, match=told):
        write_arrays(path, given_arrays, "predict")
    assert not path.exists()


def test_a_pickle_is_refused_and_not_opened(path, tmp_path):
    told = tmp_path / "told"
    for content in (pickle.dumps(Tells(told)), pickle.dumps({"a": np.zeros(2)}, protocol=0)):
        path.write_bytes(content)
        with pytest.raises(ContractError, match="what predict gave is no file of arrays"):
            read_arrays(path, "what predict gave")
        with pytest.raises(ContractError, match="the claimed checkpoint is no file of arrays"):
            parse_arrays(content, "the claimed checkpoint")
    assert not told.exists()


def test_arrays_of_objects_in_numpys_own_format_are_refused_and_not_opened(path, tmp_path):
    told = tmp_path / "told"
    with path.open("wb") as file:
        np.save(file, np.array([Tells(told)], object), allow_pickle=True)
    with pytest.raises(ContractError, match="no file of arrays"):
        read_arrays(path, "it")
    assert not told.exists()


def test_a_file_that_was_cut_off_anywhere_is_refused(path):
    write_arrays(path, {"a": np.arange(4.0), "b": np.ones(3, np.uint8)}, "predict")
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ContractError, match="no file of arrays"):
            read_arrays(path, "it")
        with pytest.raises(ContractError, match="no file of arrays"):
            parse_arrays(whole[:length], "it")


def test_a_file_with_something_behind_its_arrays_is_refused(path):
    write_arrays(path, {"a": np.arange(4.0)}, "predict")
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ContractError, match="no file of arrays"):
        read_arrays(path, "it")


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_be_refused_or_be_arrays(content):
    try:
        found = parse_arrays(content, "it")
    except ContractError:
        return
    assert all(isinstance(array, np.ndarray) for array in found.values())


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path):
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(ContractError, match="no file of arrays"):
            read_arrays(path, "it")
