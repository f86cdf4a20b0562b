"""Where a hub can be reached: a folder of its own with one local socket for each use."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ..errors import BusError

PATH_LIMIT = 107
"""Bytes in the path of a local socket (sun_path of unix(7), without its final zero)."""


@dataclass(frozen=True)
class Endpoints:
    """The addresses of a hub: workers use `ingest`; subscribers use `live` and `replay`."""

    ingest: str
    live: str
    replay: str


def make_endpoints() -> tuple[Path, Endpoints]:
    """A fresh folder that only this user can enter, and addresses in it.

    Raises BusError where the folder for temporary files has too long a name.
    """
    folder = Path(tempfile.mkdtemp(prefix="tournament-"))
    longest = folder / "ingest"
    if len(bytes(longest)) > PATH_LIMIT:
        shutil.rmtree(folder)
        raise BusError(
            f"{longest}: the path of a socket may have {PATH_LIMIT} bytes; set TMPDIR to a folder "
            "with a shorter name"
        )
    addresses = (f"ipc://{folder / name}" for name in ("ingest", "live", "replay"))
    return folder, Endpoints(*addresses)
