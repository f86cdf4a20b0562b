"""Plain words mean what YAML 1.2 says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournament.config.scalars import resolve


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("", None), ("~", None), ("null", None), ("Null", None), ("nULL", "nULL"),
        ("true", True), ("False", False), ("TRUE", True), ("tRue", "tRue"),
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"), ("N", "N"),
        ("0", 0), ("-7", -7), ("+7", 7), ("010", 10), ("0o10", 8), ("0x1F", 31), ("0b11", "0b11"),
        ("1_000", "1_000"), ("1:30", "1:30"), ("2020-01-01", "2020-01-01"),
        ("1e-4", 1e-4), ("1E3", 1000.0), ("1.", 1.0), (".5", 0.5), ("-.5e+2", -50.0), ("1.5", 1.5),
        (".", "."), ("e3", "e3"), ("1e", "1e"), ("nan", "nan"), ("inf", "inf"), ("NaN", "NaN"),
        ("٣", "٣"),
    ],
)  # fmt: skip
def test_a_word_has_the_type_that_yaml_1_2_gives_it(word: str, value: object) -> None:
    assert resolve(word) == value
    assert type(resolve(word)) is type(value)


@pytest.mark.parametrize("word", [".inf", "-.Inf", "+.INF", ".nan", ".NaN", ".NAN"])
def test_numbers_that_are_not_finite_are_refused(word: str) -> None:
    with pytest.raises(ValueError, match=re.escape(word) + " is not a finite number"):
        resolve(word)


@pytest.mark.parametrize(
    "word", ["9223372036854775808", "-" + "9" * 40, "0x" + "f" * 17, "1" * 5000]
)
def test_whole_numbers_beyond_64_bits_are_refused(word: str) -> None:
    with pytest.raises(ValueError, match="beyond 64 bits"):
        resolve(word)


def test_a_float_too_large_to_be_held_is_refused_rather_than_made_infinite() -> None:
    with pytest.raises(ValueError, match="too large"):
        resolve("1e999")


@given(st.integers(min_value=-(2**63) + 1, max_value=2**63 - 1))
def test_every_whole_number_is_read_back(number: int) -> None:
    assert resolve(str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_read_back(number: float) -> None:
    assert resolve(repr(number)) == number
