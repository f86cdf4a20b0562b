"""Cache entries are built once, whole, by whoever comes first."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tournament.cache import Cache
from tournament.errors import OptionError

BUILDER = """
import sys
from pathlib import Path
from tournament.cache import Cache

def build(folder):
    with open(sys.argv[2], "a") as witness:
        witness.write("built\\n")
    (folder / "content").write_text("made")

entry = Cache(Path(sys.argv[1])).entry("thing", {"a": 1}, build)
print((entry / "content").read_text())
"""


def write(folder, text="made"):
    (folder / "content").write_text(text)


def test_an_entry_is_built_once_and_found_again(tmp_path):
    cache = Cache(tmp_path)
    first = cache.entry("thing", {"a": 1}, write)
    again = cache.entry("thing", {"a": 1}, lambda folder: write(folder, "other"))
    assert first == again
    assert (again / "content").read_text() == "made"
    assert [built.cached for built in cache.history] == [False, True]


def test_another_key_is_another_entry(tmp_path):
    cache = Cache(tmp_path)
    assert cache.entry("thing", {"a": 1}, write) != cache.entry("thing", {"a": 2}, write)


def test_processes_that_come_at_once_build_once(tmp_path):
    witness = tmp_path / "witness"
    command = [sys.executable, "-c", BUILDER, str(tmp_path / "cache"), str(witness)]
    builders = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [builder.communicate()[0] for builder in builders] == ["made\n"] * 4
    assert witness.read_text() == "built\n"


def test_a_build_that_fails_leaves_no_entry_and_no_draft(tmp_path):
    cache = Cache(tmp_path)

    def fail(folder):
        write(folder)
        raise RuntimeError("disk on fire")

    with pytest.raises(RuntimeError, match="disk on fire"):
        cache.entry("thing", {"a": 1}, fail)
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []
    assert (cache.entry("thing", {"a": 1}, write) / "content").read_text() == "made"


def test_the_users_cache_folder_is_respected(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert Cache().root == tmp_path / "strategy-tournament"


def test_whoever_waits_for_another_builder_says_so_and_may_leave(tmp_path):
    class ImpatientError(Exception):
        pass

    def leave(what):
        raise ImpatientError(what)

    def build_while_another_asks(folder):
        with pytest.raises(ImpatientError, match="thing"):
            Cache(tmp_path, waiting=leave).entry("thing", {"a": 1}, write)
        write(folder)

    assert Cache(tmp_path).entry("thing", {"a": 1}, build_while_another_asks).is_dir()


def test_what_a_killed_builder_left_is_removed(tmp_path):
    place = Cache(tmp_path).entry("thing", {"a": 1}, write)
    draft = tmp_path / f"{place.name}.abc"
    place.rename(draft)
    Cache(tmp_path).entry("thing", {"a": 1}, write)
    assert not draft.exists()


def test_a_cache_that_cannot_be_written_is_an_error_with_the_way_out(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OptionError, match="Set XDG_CACHE_HOME"):
        Cache(tmp_path / "file" / "cache").entry("thing", {"a": 1}, write)


def test_names_with_dots_have_locks_of_their_own(tmp_path):
    cache = Cache(tmp_path)

    def outer(folder):
        inner = cache.entry("net-v1.5-weights", {}, lambda place: (place / "w").touch())
        (folder / "from").write_text(str(inner))

    made = cache.entry("net-v1.5-features", {}, outer)
    assert (made / "from").exists()


def test_a_lock_that_was_deleted_meanwhile_is_no_lock(tmp_path):
    cache, built = Cache(tmp_path), []

    def build(folder):
        for lock in tmp_path.glob("*.lock"):
            lock.unlink()
        built.append(folder)

    cache.entry("x", {}, build)
    cache.entry("x", {}, build)
    assert len(built) == 1


def test_what_an_exam_builds_stays_out_of_the_users_cache(tmp_path):
    main = Cache(tmp_path / "main")
    known = main.entry("x", {"n": 1}, lambda place: None)
    exam = Cache(tmp_path / "main", scratch=tmp_path / "scratch")
    assert exam.entry("x", {"n": 1}, lambda place: None) == known
    fresh = exam.entry("x", {"n": 2}, lambda place: None)
    assert fresh.is_relative_to(tmp_path / "scratch")
    assert len([p for p in (tmp_path / "main").iterdir() if p.is_dir()]) == 1
