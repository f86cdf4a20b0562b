"""What lives as long as the process that holds it, and is swept when that has died."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tournament.process.held import ALIVE, SOCKETS, hold_file, hold_folder, remove_unheld

OTHER = """
import sys
from tournament.process.held import hold_file, hold_folder
print(hold_file().path, hold_folder().path, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A temporary folder of this test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))


@pytest.fixture
def other() -> Iterator[subprocess.Popen[str]]:
    """Another process, which holds a file and a folder."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", OTHER], text=True, **pipes) as process:
        yield process
        process.kill()


def test_what_a_living_process_holds_stays_and_what_a_dead_one_held_is_removed(
    other: subprocess.Popen[str],
) -> None:
    assert other.stdout is not None
    file, folder = map(Path, other.stdout.readline().split())
    (folder / "ingest").touch()
    remove_unheld()
    assert (file.is_file(), folder.is_dir()) == (True, True)
    other.kill()
    other.wait()
    remove_unheld()
    assert (file.exists(), folder.exists()) == (False, False)


def test_what_is_released_is_gone_and_may_have_gone_before(tmp_path: Path) -> None:
    held = [hold_file(), hold_folder()]
    remove_unheld()
    assert sorted(tmp_path.iterdir()) == sorted(each.path for each in held)
    held[0].path.unlink()
    for each in held:
        each.release()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["tournament-verify-1", "other", "tournament-"])
def test_what_has_another_name_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    remove_unheld()
    assert (tmp_path / name).is_dir()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / f"{SOCKETS}x").symlink_to(tmp_path / "mine")
    (tmp_path / f"{ALIVE}x").symlink_to(tmp_path / "mine")
    remove_unheld()
    assert (tmp_path / "mine").is_dir()


def test_a_pipe_of_such_a_name_is_waited_for_by_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / f"{ALIVE}x")
    remove_unheld()
    assert not (tmp_path / f"{ALIVE}x").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file to somebody else")
def test_what_belongs_to_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / f"{ALIVE}x").touch()
    os.chown(tmp_path / f"{ALIVE}x", 12345, 12345)
    remove_unheld()
    assert (tmp_path / f"{ALIVE}x").exists()
