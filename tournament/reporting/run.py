"""A run as a reporter sees it: its folder, its standings, its tables of samples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..record.checkpoint import load_table
from ..record.events import AnyEvent
from ..record.folder import RunFolder
from ..record.log import read_log
from ..referee.standings import Standings, standings_of

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Run:
    """A run on disk, read from its event log. Raises LogError when the log is not whole."""

    folder: RunFolder

    @cached_property
    def events(self) -> tuple[AnyEvent, ...]:
        """All events, in the order of their offsets."""
        return tuple(read_log(self.folder.log))

    @cached_property
    def standings(self) -> Standings:
        """The standings after the last event."""
        return standings_of(self.events)

    def samples(self, trial: str, index: int) -> dict[str, Array]:
        """The table of validation samples of check `index` of a trial: an array (S,) a column."""
        return load_table(self.folder.trial(trial).samples(index))
