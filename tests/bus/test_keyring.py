"""Keys in files: nobody else reads them, none is written over, each mistake is told."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.disk import fill, small_disk
from tournament.bus.keyring import Keyring, read_key_file
from tournament.bus.keys import Access, KeyPair
from tournament.errors import BusError


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring(tmp_path / "keys")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_key_is_listed_and_its_file_opens_the_hub_of_this_user(
    keyring: Keyring, tmp_path: Path
) -> None:
    access = read_key_file(keyring.new("alice", tmp_path))
    assert access.server == keyring.server().public
    (entry,) = keyring.entries()
    assert (entry.name, entry.public) == ("alice", access.keys.public)
    assert keyring.public() == {access.keys.public}


def test_whatever_the_umask_secret_keys_are_for_their_owner_alone(
    keyring: Keyring, tmp_path: Path
) -> None:
    before = os.umask(0)
    try:
        handed = keyring.new("alice", tmp_path)
    finally:
        os.umask(before)
    assert mode(handed) == mode(keyring.root / "server.key") == 0o600
    assert mode(keyring.root) == mode(keyring.root / "monitors") == 0o700


def test_the_secret_key_of_a_monitor_is_in_its_file_only(keyring: Keyring, tmp_path: Path) -> None:
    secret = read_key_file(keyring.new("alice", tmp_path)).keys.secret
    kept = [path for path in keyring.root.rglob("*") if path.is_file()]
    assert len(kept) == 2
    assert not any(secret in path.read_text() for path in kept)


def test_the_hubs_key_stays_the_same(keyring: Keyring) -> None:
    assert keyring.server() == keyring.server()
    assert "secret=" not in repr(keyring.server())


def test_a_name_that_is_taken_keeps_its_key(keyring: Keyring, tmp_path: Path) -> None:
    handed = keyring.new("alice", tmp_path)
    before, listed = handed.read_bytes(), keyring.entries()
    other = tmp_path / "other"
    other.mkdir()
    for place in (tmp_path, other):
        with pytest.raises(BusError, match="is there already: take another name"):
            keyring.new("alice", place)
    assert (handed.read_bytes(), keyring.entries()) == (before, listed)
    assert list(other.iterdir()) == []


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "x" * 65, "a b"])
def test_a_name_has_to_be_a_file_name(keyring: Keyring, tmp_path: Path, name: str) -> None:
    with pytest.raises(BusError, match="is no name for a key"):
        keyring.new(name, tmp_path)
    assert not keyring.root.exists()


def test_a_revoked_key_is_not_listed_and_its_name_is_free(keyring: Keyring, tmp_path: Path) -> None:
    first = keyring.new("alice", tmp_path)
    keyring.revoke("alice")
    assert keyring.public() == frozenset()
    first.unlink()
    keyring.new("alice", tmp_path)
    with pytest.raises(BusError, match=r"no key is called 'alic'\. Did you mean 'alice'"):
        keyring.revoke("alic")


@pytest.mark.parametrize("which", ["server", "handed"])
def test_a_secret_key_that_others_can_read_is_refused(
    keyring: Keyring, tmp_path: Path, which: str
) -> None:
    handed = keyring.new("alice", tmp_path)
    path = handed if which == "handed" else keyring.root / "server.key"
    path.chmod(0o640)
    with pytest.raises(BusError, match=f"others can read this secret key; run `chmod 600 {path}`"):
        read_key_file(handed) if which == "handed" else keyring.server()


@pytest.mark.parametrize("content", ["", "{}", '{"name": "a", "server": "x", "secret": "y"}'])
def test_a_file_that_holds_no_key_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.key"
    path.touch(0o600)
    path.write_text(content)
    with pytest.raises(BusError, match="this is no key file"):
        read_key_file(path)
    with pytest.raises(BusError, match="cannot be read: No such file"):
        read_key_file(tmp_path / "b.key")


def test_a_list_with_a_broken_file_names_it(keyring: Keyring, tmp_path: Path) -> None:
    keyring.new("alice", tmp_path)
    (keyring.root / "monitors" / "odd.json").write_text("{")
    with pytest.raises(BusError, match=r"odd\.json: cannot be read as a listed key"):
        keyring.public()


def test_a_plain_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("")
    with pytest.raises(BusError, match="the hub's key cannot be had"):
        Keyring(tmp_path / "keys").server()


def test_a_folder_that_others_can_enter_is_refused(keyring: Keyring, tmp_path: Path) -> None:
    keyring.server()
    keyring.root.chmod(0o755)
    with pytest.raises(BusError, match=f"run `chmod 700 {keyring.root}`"):
        keyring.new("alice", tmp_path)


def test_no_other_file_can_be_revoked(keyring: Keyring, tmp_path: Path) -> None:
    keyring.new("alice", tmp_path)
    other = tmp_path / "verdict.json"
    other.write_text("{}")
    with pytest.raises(BusError, match="no key is called"):
        keyring.revoke("../../verdict")
    assert other.exists()


def test_on_a_full_disk_no_half_of_a_key_is_left(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        keyring = Keyring(disk / "keys")
        keyring.new("alice", tmp_path)
        ballast = fill(disk)
        with pytest.raises(BusError, match="No space left on device"):
            keyring.new("bob", tmp_path)
        assert [entry.name for entry in keyring.entries()] == ["alice"]
        assert not (tmp_path / "bob.key").exists()
        ballast.unlink()
        keyring.new("bob", tmp_path)


def test_an_access_can_be_handed_over_as_a_line() -> None:
    access = Access(KeyPair.new().public, KeyPair.new())
    assert Access.read(access.text() + "\n") == access
    nonsense = '"' * 40
    for text in (
        "",
        "x",
        "x " * 40,
        f"{nonsense} {access.keys.secret}",
        access.server,
        f"{access.server} short",
    ):
        with pytest.raises(BusError):
            Access.read(text)
