"""The door of a running match: where its hub is, and keys for this user. A file in the run folder.

It is there while the match runs, and only its owner can read it (0600): with it the verbs of this
machine find and open the sockets, without any key having been made.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import BusError
from .keys import Access
from .private import refuse_shared, write_private


class Door(BaseModel):
    """Local addresses, and an access as monitor and as operator."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    live: str
    replay: str
    control: str
    monitor: str = Field(repr=False)
    operator: str = Field(repr=False)

    @property
    def watching(self) -> Access:
        """What a monitor shows."""
        return Access.read(self.monitor)

    @property
    def commanding(self) -> Access:
        """What an operator shows."""
        return Access.read(self.operator)


def write_door(path: Path, door: Door) -> None:
    """Put the door where it is found; a leftover is replaced."""
    path.unlink(missing_ok=True)
    write_private(path, door.model_dump_json(indent=2) + "\n")


def read_door(path: Path) -> Door:
    """The door of the match that runs there. Raises BusError where none does."""
    try:
        refuse_shared(path)
        return Door.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise BusError(f"{path.parent}: no match runs there (it has no {path.name})") from None
    except (OSError, ValidationError) as error:
        raise BusError(f"{path}: cannot be read as the door of a match: {error}") from error


def remove_door(path: Path) -> None:
    """The match is over."""
    with suppress(OSError):  # The folder is anybody's by now; a door that leads nowhere is told.
        path.unlink(missing_ok=True)
