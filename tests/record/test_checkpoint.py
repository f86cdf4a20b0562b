"""Checkpoints and tables hold arrays and nothing that could run."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from safetensors import SafetensorError

from tournament.errors import ContractError
from tournament.record.checkpoint import (
    fingerprint,
    load_state,
    load_table,
    save_state,
    save_table,
)


def test_a_state_comes_back_bit_by_bit(tmp_path):
    state = {"w": np.random.default_rng(0).normal(size=(3, 4)), "step": np.array([7])}
    save_state(tmp_path / "state", state)
    back = load_state(tmp_path / "state")
    assert set(back) == set(state)
    assert all(np.array_equal(back[name], state[name]) for name in state)


def test_a_transposed_view_is_stored_as_what_it_shows(tmp_path):
    view = np.arange(6.0).reshape(2, 3).T
    save_state(tmp_path / "state", {"w": view})
    assert np.array_equal(load_state(tmp_path / "state")["w"], view)


class Bomb:
    def __reduce__(self):
        return print, ("executed",)


def test_a_pickle_in_place_of_a_checkpoint_is_refused_and_not_executed(tmp_path, capsys):
    path = tmp_path / "state"
    path.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(SafetensorError):
        load_state(path)
    assert capsys.readouterr().out == ""


def test_a_pickled_object_in_a_table_is_refused_and_not_executed(tmp_path, capsys):
    with (tmp_path / "t.npz").open("wb") as file:
        np.savez(file, column=np.array([Bomb()], dtype=object))
    capsys.readouterr()
    with pytest.raises(ValueError, match="allow_pickle"):
        load_table(tmp_path / "t.npz")
    assert capsys.readouterr().out == ""


def test_a_table_comes_back(tmp_path):
    save_table(tmp_path / "t.npz", {"a": np.arange(3), "b": np.array([True, False, True])})
    back = load_table(tmp_path / "t.npz")
    assert np.array_equal(back["a"], np.arange(3))
    assert back["b"].dtype == bool


def test_a_fingerprint_changes_with_one_byte(tmp_path):
    path = tmp_path / "checkpoints" / "x"
    path.parent.mkdir()
    path.write_bytes(b"abc")
    before = fingerprint(path, tmp_path)
    path.write_bytes(b"abd")
    assert before.name == "checkpoints/x"
    assert before.bytes == 3
    assert fingerprint(path, tmp_path).sha256 != before.sha256


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "state"
    save_state(path, {"w": np.zeros(2)})
    with pytest.raises(Exception, match="dtype"):
        save_state(path, {"w": np.array([object()])})
    assert np.array_equal(load_state(path)["w"], np.zeros(2))
    assert list(tmp_path.iterdir()) == [path]


def test_shapes_stay_as_they_are_also_those_of_single_numbers(tmp_path):
    state = {"scalar": np.array(3.0), "turned": np.arange(6.0).reshape(2, 3).T}
    save_state(tmp_path / "x", state)
    again = load_state(tmp_path / "x")
    assert {name: a.shape for name, a in again.items()} == {"scalar": (), "turned": (3, 2)}
    assert all(np.array_equal(again[name], state[name]) for name in state)


def test_a_name_that_the_format_keeps_for_itself_is_refused(tmp_path):
    with pytest.raises(ContractError, match="__metadata__"):
        save_state(tmp_path / "x", {"__metadata__": np.zeros(1)})
    assert list(tmp_path.iterdir()) == []
