"""The validation videos at one check, read from the trial's table of samples."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tournament import Check, Run
from tournament.record.checkpoint import fingerprint

Floats = NDArray[np.float64]

FIGURES = ("accuracy", "persistent", "transient", "ratio")
COLUMNS = (*FIGURES, "consistent")


class NotDrawable(Exception):  # noqa: N818 - not an error: the figure says it instead of a panel
    """Why a panel cannot be drawn: a clause that can follow a colon."""


@dataclass(frozen=True, eq=False)
class Videos:
    """V validation videos at one check, a row each.

    `accuracy` (V,) 0 to 1; `persistent` and `transient` (V,): attention per object, 1.0 is uniform;
    `ratio` (V,): of the two; `passes` (V,): the ratio meets the task's threshold; `scored` (V,):
    the video has objects of both kinds, so that its attention can be compared.
    """

    accuracy: Floats
    persistent: Floats
    transient: Floats
    ratio: Floats
    passes: NDArray[np.bool_]
    scored: NDArray[np.bool_]

    def attention(self, kind: str) -> Floats:
        """The attention on "persistent" or "transient" objects, of the scored videos."""
        values: Floats = getattr(self, kind)
        return values[self.scored]


def read_videos(run: Run, trial: str, check: Check) -> Videos:
    """The videos at this check. Raises NotDrawable when their table is not there or not intact."""
    folder = run.folder.trial(trial)
    path = folder.samples(check.index)
    try:
        if fingerprint(path, folder.path).sha256 != check.samples.sha256:
            raise NotDrawable(f"{check.samples.name} is not the file whose SHA-256 is in the log")
        table = run.samples(trial, check.index)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise NotDrawable(f"{check.samples.name} cannot be read ({_cause(error)})") from error
    return videos_from(table, check.samples.name)


def videos_from(table: Mapping[str, NDArray[Any]], source: str) -> Videos:
    """The videos in a table of samples. Raises NotDrawable when it is a table of something else."""
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        raise NotDrawable(
            f"{source} has no column {', '.join(missing)}, as the task persistence has; "
            f"its columns are {', '.join(sorted(table)) or 'none'}"
        )
    shapes = {table[name].shape for name in COLUMNS}
    numeric = all(table[name].dtype.kind in "fiub" for name in COLUMNS)
    if len(shapes) != 1 or table["ratio"].ndim != 1 or not numeric:
        raise NotDrawable(f"the columns of {source} are not numbers of the same videos")
    if table["ratio"].size == 0:
        raise NotDrawable(f"{source} holds no video")
    accuracy, persistent, transient, ratio = (
        np.asarray(table[name], dtype=np.float64) for name in FIGURES
    )
    scored = np.isfinite(persistent) & np.isfinite(transient)
    passes = np.asarray(table["consistent"], dtype=bool) & scored
    return Videos(accuracy, persistent, transient, ratio, passes, scored)


def _cause(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__
