"""The keys of one user: who may watch over the network.

A folder that only its owner can enter. `server.key` is the hub's own secret key; of a monitor only
the public key is kept, in `monitors/<name>.json`. The secret one is in the file that `new` writes
once, to be carried to the machine where it is used.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import BusError, nearest
from .keys import KEY_LENGTH, Access, KeyPair
from .private import make_private, refuse_shared, write_private

VARIABLE = "TOURNAMENT_KEYS"
"""The environment variable that names another folder."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Listed(_File):
    public: str = Field(min_length=KEY_LENGTH, max_length=KEY_LENGTH)
    made: dt.datetime


class _KeyFile(_File):
    name: str
    server: str = Field(min_length=KEY_LENGTH, max_length=KEY_LENGTH)
    secret: str = Field(min_length=KEY_LENGTH, max_length=KEY_LENGTH, repr=False)


@dataclass(frozen=True)
class Entry:
    """A monitor whose key is listed."""

    name: str
    public: str
    made: dt.datetime


class Keyring:
    """The keys below `root`; by default the user's own, or those that TOURNAMENT_KEYS names."""

    def __init__(self, root: Path | None = None) -> None:
        named = os.environ.get(VARIABLE)
        own = platformdirs.user_config_path("strategy-tournament") / "keys"
        self.root = root or (Path(named) if named else own)

    def server(self) -> KeyPair:
        """The hub's own pair, made at the first call. Raises BusError."""
        path = self.root / "server.key"
        try:
            make_private(self.root)
            if not path.exists():
                with suppress(FileExistsError):  # Somebody else was faster.
                    write_private(path, KeyPair.new().secret + "\n")
            refuse_shared(path)
            return KeyPair.of(path.read_text().strip())
        except OSError as error:
            raise BusError(f"{path}: the hub's key cannot be had: {error.strerror}") from error

    def new(self, name: str, place: Path) -> Path:
        """List a new key, and put what its owner needs into a file in the folder `place`.

        Gives that file. Raises BusError where the name is taken, or nothing can be written.
        """
        if not _NAME.fullmatch(name):
            raise BusError(f"{name!r} is no name for a key: use A-Z, a-z, 0-9, '.', '_' and '-'")
        keys, server = KeyPair.new(), self.server().public
        listed = _Listed(public=keys.public, made=dt.datetime.now(dt.UTC))
        handed = _KeyFile(name=name, server=server, secret=keys.secret)
        ours, theirs = self._path(name), place / f"{name}.key"
        try:
            make_private(ours.parent)
            write_private(theirs, handed.model_dump_json(indent=2) + "\n")
            try:
                write_private(ours, listed.model_dump_json(indent=2) + "\n")
            except OSError:
                theirs.unlink()
                raise
        except FileExistsError as error:
            taken = f"{error.filename} is there already"
            raise BusError(f"{taken}: take another name, or `tournament keys revoke`") from error
        except OSError as error:
            raise BusError(f"{error.filename or place}: {error.strerror}") from error
        return theirs

    def entries(self) -> list[Entry]:
        """All that are listed, by name. Raises BusError for a file that cannot be read."""
        return [_entry(path) for path in sorted(self._monitors.glob("*.json"))]

    def public(self) -> frozenset[str]:
        """The public keys of monitors, as they are listed now. Raises BusError as `entries`."""
        return frozenset(entry.public for entry in self.entries())

    def revoke(self, name: str) -> None:
        """Take a name off the list. Raises BusError where it is not on it."""
        try:
            if not _NAME.fullmatch(name):
                raise FileNotFoundError
            self._path(name).unlink()
        except FileNotFoundError:
            names = [entry.name for entry in self.entries()]
            raise BusError(f"no key is called {name!r}. {nearest(name, names)}") from None
        except OSError as error:
            raise BusError(f"{self._path(name)}: {error.strerror}") from error

    @property
    def _monitors(self) -> Path:
        return self.root / "monitors"

    def _path(self, name: str) -> Path:
        return self._monitors / f"{name}.json"


def read_key_file(path: Path) -> Access:
    """The access in a file that `Keyring.new` wrote. Raises BusError, with what to do."""
    try:
        refuse_shared(path)
        held = _KeyFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BusError(f"{path}: the key file cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise BusError(f"{path}: this is no key file of `tournament keys new`") from error
    return Access.of(held.server, held.secret)


def _entry(path: Path) -> Entry:
    try:
        listed = _Listed.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise BusError(f"{path}: cannot be read as a listed key; remove it") from error
    return Entry(path.stem, listed.public, listed.made)
