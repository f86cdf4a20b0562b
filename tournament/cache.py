"""Things that are expensive to make and may be deleted, keyed by what they are made of.

An entry is a folder. It is built once, under a lock, in a folder beside its place, then renamed: a
reader sees a whole entry or none. Processes that want the same entry wait for the one that builds.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import platformdirs

from .errors import OptionError

Key = Mapping[str, object]

PAUSE = 0.2
"""Seconds between two looks at a lock that another process holds."""


@dataclass(frozen=True)
class Built:
    """How one entry was had: `seconds` include waiting for another process that built it."""

    what: str
    seconds: float
    cached: bool


class Cache:
    """Entries below `root`; by default the user's cache folder (XDG_CACHE_HOME is respected).

    `waiting(what)` is called several times a second while another process builds what is wanted.
    With a `scratch` folder nothing new goes into `root`: what is not there is built in `scratch`.
    """

    def __init__(
        self,
        root: Path | None = None,
        waiting: Callable[[str], None] = lambda _what: None,
        scratch: Path | None = None,
    ) -> None:
        self.root = root or platformdirs.user_cache_path("strategy-tournament")
        self._waiting = waiting
        self._scratch = scratch
        self.history: list[Built] = []

    def entry(self, what: str, key: Key, build: Callable[[Path], None]) -> Path:
        """The folder of the entry `what` for `key`; `build` fills an empty folder if there is none.

        `key` must be JSON: everything that the content depends on. An exception in `build` leaves
        no entry behind. Raises OptionError when the cache folder cannot be written.
        """
        start = time.monotonic()
        place = self.root / f"{what}-{_digest(key)}"
        if self._scratch is not None:
            here = Cache(self._scratch, self._waiting)
            return place if place.is_dir() else here.entry(what, key, build)
        self._check_writable()
        with _locked(self.root / f"{place.name}.lock", lambda: self._waiting(what)):
            cached = place.is_dir()
            if not cached:
                self._build(place, key, build)
        self.history.append(Built(what, time.monotonic() - start, cached))
        return place

    def _check_writable(self) -> None:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root):
                pass
        except OSError as error:
            raise OptionError(
                f"the cache folder {self.root} cannot be written: {error.strerror}. "
                "Set XDG_CACHE_HOME to a folder that can"
            ) from error

    def _build(self, place: Path, key: Key, build: Callable[[Path], None]) -> None:
        for left in self.root.glob(f"{place.name}.*/"):  # By a builder that was killed.
            shutil.rmtree(left)
        draft = Path(tempfile.mkdtemp(prefix=f"{place.name}.", dir=self.root))
        try:
            build(draft)
            (draft / "key.json").write_text(json.dumps(key, indent=2, sort_keys=True))
            draft.rename(place)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise


def _digest(key: Key) -> str:
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:24]


@contextmanager
def _locked(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock file; call `waiting` again and again while another process holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with path.open("w") as file:
            while not _taken(file):
                waiting()
                time.sleep(PAUSE)
            if _is_at(file, path):
                yield
                return


def _is_at(file: IO[str], path: Path) -> bool:
    """Is this file still the one at `path`, or was that deleted meanwhile?"""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
