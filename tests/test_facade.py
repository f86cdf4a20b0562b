"""`import tournament` gives every public name, and stays light."""

from __future__ import annotations

import subprocess
import sys

import pytest

import tournament


def test_every_public_name_can_be_had():
    assert sorted(tournament.__all__) == tournament.__all__
    for name in tournament.__all__:
        assert getattr(tournament, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Stategy'"):
        tournament.Stategy  # noqa: B018


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import tournament.cli", ["torch", "matplotlib", "scipy", "numpy", "pydantic", "zmq"]),
        ("import tournament.match.tournament", ["torch", "matplotlib", "scipy"]),
        ("import tournament.bus.subscriber", ["torch", "matplotlib", "scipy", "numpy"]),
    ],
)
def test_what_is_not_needed_is_not_imported(code, absent):
    check = f"{code}; import sys; print([m for m in {absent} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
