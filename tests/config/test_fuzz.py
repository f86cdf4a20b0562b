"""Whatever stands in a file, it is a config or a ConfigError, and soon."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tournament.config import load_config
from tournament.errors import ConfigError

MEBIBYTE = 1024 * 1024 - 64
PIECES = [
    "\n", " ", "  ", "\t", ":", ": ", "- ", "? ", ", ", "[", "]", "{", "}", "&a ", "*a", "!!str ",
    "!x ", "|", ">", "'", '"', "\\", "#", "%YAML 1.2\n", "---\n", "...\n", "@", "`", "<<: ", "~",
    ".nan", "1e999", "0x1", "true", "null", "1", "-1", "name", "task", "use", "entrants",
    "criteria", "every", "all", "any", "holds", "a >= 1", "a = 1", "for 3 checks", "stop",
    "grace", "10s", "limits", "output", "50MB", "device", "extends", "c.yaml", "\x00", "\ufeff",
    "\u2028", "é", "\\U99999999",
]  # fmt: skip
GOOD = "task: {use: t}\nentrants: {a: {}}\ncriteria: {every: 1, all: [x > 1]}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def outcome(folder: Path, data: bytes) -> str:
    """The first line of what is said about a file, "fine" if nothing is."""
    path = folder / "c.yaml"
    path.write_bytes(data)
    try:
        load_config(path)
    except ConfigError as error:
        problems = error.problems
    else:
        return "fine"
    assert all(problem.file.startswith(str(folder)) for problem in problems)
    return problems[0].message


@given(data=st.binary(max_size=200))
def test_any_bytes(folder: Path, data: bytes) -> None:
    outcome(folder, data)


@given(text=st.text(max_size=100))
def test_any_text(folder: Path, text: str) -> None:
    outcome(folder, text.encode("utf-8", "surrogatepass"))


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=40), start=st.sampled_from(["", GOOD]))
def test_any_pile_of_pieces_of_configs(folder: Path, pieces: list[str], start: str) -> None:
    outcome(folder, (start + "".join(pieces)).encode())


@given(
    position=st.integers(0, len(GOOD)),
    length=st.integers(0, 10),
    piece=st.sampled_from(PIECES),
)
def test_any_small_change_to_a_good_config(
    folder: Path, position: int, length: int, piece: str
) -> None:
    outcome(folder, (GOOD[:position] + piece + GOOD[position + length :]).encode())


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
DEEP_BY_ALIAS = "a0: &a0 1\n" + "".join(
    f"a{n}: &a{n} {'[' * 40}*a{n - 1}{']' * 40}\n" for n in range(1, 20)
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (LAUGHS, "more than 10,000 keys and values"),
        (DEEP_BY_ALIAS, "nested more than 64 levels deep"),
        ("[" * MEBIBYTE, "nested more than 64 levels deep"),
        ("{a: " * (MEBIBYTE // 4), "nested more than 64 levels deep"),
        ("- " * (MEBIBYTE // 2), "nested more than 64 levels deep"),
        ("a: [" + "1," * (MEBIBYTE // 2), "more than 10,000 keys and values"),
        ("\n".join(f"key{n}: 1" for n in range(4900)), "missing."),
        ("criteria:\n  all:\n" + "  - a = 1\n" * 9000, "missing."),
        ("a: '" + "''" * (MEBIBYTE // 2), "not valid YAML: the quote that line 1 opens"),
        ("criteria: {all: ['" + "a" * MEBIBYTE, "not valid YAML: the quote that line 1 opens"),
        (GOOD + "seed: " + "1" * MEBIBYTE, "11111111111111111111 is beyond 64 bits"),
        (GOOD + "stop: {grace: " + "1h" * 500_000 + "}", "expected a duration such as"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "",
)
def test_a_file_made_to_exhaust_its_reader_is_refused(folder: Path, data: str, said: str) -> None:
    assert outcome(folder, data.encode()[: MEBIBYTE + 64]).startswith(said)
