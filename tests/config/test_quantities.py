"""Durations and sizes mean what they say, and are written back as they were meant."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournament.config.quantities import (
    LARGEST,
    LONGEST,
    read_duration,
    read_size,
    write_duration,
    write_size,
)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("90s", 90), ("2h", 7200), ("1h30m", 5400), ("1h 30m 5s", 5405), ("500ms", 0.5),
        ("1.5h", 5400), ("10 s", 10), ("1m1ms", 60.001), (0.25, 0.25), (3, 3), ("365d", LONGEST),
        ("1d", 86400),
    ],
)  # fmt: skip
def test_a_duration_is_in_seconds(written: object, seconds: float) -> None:
    assert read_duration(written) == seconds


@pytest.mark.parametrize(
    "written",
    [
        "", "90", "s", "5 apples", "1m1h", "1s1s", "-5s", "1h-5m", "1e3s", "1,5h", "5S", "5min",
        None, True, [], "5s x", "٣s", " ", "1.5.5s", "9" * 5000 + "s",
    ],
)  # fmt: skip
def test_what_is_no_duration_is_refused_with_right_ones(written: object) -> None:
    with pytest.raises(ValueError, match=r"expected a duration such as 90s, 2h, 1h30m or 500ms"):
        read_duration(written)


@pytest.mark.parametrize(
    "written", [0, 0.0, "0s", -1, "366d", 1e300, float("nan"), float("inf"), 10**400]
)
def test_a_duration_is_above_zero_and_at_most_a_year(written: object) -> None:
    with pytest.raises(ValueError, match="expected a duration above 0 and up to 365d, got"):
        read_duration(written)


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(10.0, "10s"), (5400.0, "1h30m"), (0.5, "500ms"), (90061.0, "1d1h1m1s"), (1e-5, 1e-5)],
)
def test_a_duration_is_written_in_the_units_of_people(seconds: float, written: object) -> None:
    assert write_duration(seconds) == written


@given(st.floats(min_value=1e-9, max_value=LONGEST))
def test_every_duration_is_read_back_exactly(seconds: float) -> None:
    assert read_duration(write_duration(seconds)) == seconds


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("50MB", 50_000_000), ("64MiB", 67_108_864), ("1.5GB", 1_500_000_000), ("1 KiB", 1024),
        ("2kB", 2000), ("2KB", 2000), ("7B", 7), (1, 1), ("1GiB", 2**30),
    ],
)  # fmt: skip
def test_a_size_is_in_bytes(written: object, size: int) -> None:
    assert read_size(written) == size


@pytest.mark.parametrize("written", ["", "50", "MB", "50mb", "5 apples", None, True, 1.5, "-1MB"])
def test_what_is_no_size_is_refused_with_right_ones(written: object) -> None:
    with pytest.raises(ValueError, match=re.escape("such as 50MB, 64MiB or 1.5GB, got")):
        read_size(written)


@pytest.mark.parametrize(
    "written", [0, -5, "0MB", "0.5B", "1.0000001KB", LARGEST + 1, "9999999999GB"]
)
def test_a_size_is_whole_and_at_least_one_byte(written: object) -> None:
    with pytest.raises(ValueError, match="expected a whole number of bytes of at least 1, got"):
        read_size(written)


@given(st.integers(min_value=1, max_value=LARGEST))
def test_every_size_is_read_back_exactly(size: int) -> None:
    assert read_size(write_size(size)) == size


@given(st.integers(min_value=1, max_value=8000), st.sampled_from(["KB", "KiB", "MB", "MiB", "GiB"]))
def test_round_sizes_are_written_with_a_unit(amount: int, unit: str) -> None:
    assert isinstance(write_size(read_size(f"{amount}{unit}")), str)
