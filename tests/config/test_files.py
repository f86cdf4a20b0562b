"""A file that cannot be read says which one and why."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tournament.config import load_config
from tournament.errors import ConfigError

Write = Callable[[str, str], Path]


def told(path: str | Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return [str(problem) for problem in caught.value.problems]


def test_a_file_that_is_not_there(write: Write) -> None:
    write("there.yaml", "")
    assert told("c.yaml") == ["c.yaml: there is no such file"]
    assert told("there.yml") == ["there.yml: there is no such file; there is there.yaml"]
    assert told("there") == ["there: there is no such file; there is there.yaml"]


def test_a_folder(tmp_path: Path) -> None:
    assert told(tmp_path) == [f"{tmp_path}: this is a folder; give the path of a config file in it"]


@pytest.fixture
def become_ordinary() -> Iterator[Callable[[], None]]:
    """From its call on, whoever runs the tests is not root, who may read everything."""
    user = os.geteuid()
    yield lambda: os.seteuid(user or 65534)
    os.seteuid(user)


def test_a_file_that_may_not_be_read(write: Write, become_ordinary: Callable[[], None]) -> None:
    path = write("c.yaml", "")
    path.chmod(0)
    become_ordinary()
    assert told(path) == ["c.yaml: you may not read this file; check its permissions"]


def test_a_path_through_a_file(write: Write) -> None:
    write("c.yaml", "")
    assert told("c.yaml/d.yaml") == ["c.yaml/d.yaml: cannot be read: Not a directory"]


def test_a_path_that_no_system_has() -> None:
    (message,) = told("a\0b.yaml")
    assert message.endswith("cannot be read: embedded null byte")


def test_a_link_to_itself(write: Write, tmp_path: Path) -> None:
    write("other.yaml", "")
    (tmp_path / "c.yaml").symlink_to("c.yaml")
    assert told("c.yaml") == ["c.yaml: cannot be read: Too many levels of symbolic links"]


def test_a_file_that_is_not_utf_8(write: Write) -> None:
    path = write("c.yaml", "")
    path.write_bytes(b"a: 1\nb: caf\xe9\n")
    assert told(path) == ["c.yaml: not UTF-8 (line 2, byte 11); save it as UTF-8"]


def test_a_file_in_utf_16(write: Write) -> None:
    path = write("c.yaml", "")
    path.write_text("a: 1", encoding="utf-16")
    assert told(path) == ["c.yaml: not UTF-8 (line 1, byte 0); save it as UTF-8"]


def test_a_file_larger_than_a_mebibyte(write: Write) -> None:
    path = write("c.yaml", "#" * (1024 * 1024 + 1))
    assert told(path) == ["c.yaml: larger than 1 MiB; put long lists into a file of their own"]
