"""Workers stand back, all alike: hub, referee and exams must not wait for training."""

from __future__ import annotations

import os
from pathlib import Path

NICE = 5
"""How far, on nice(2)'s scale of 0 to 19."""


def stand_back() -> None:
    """Lower this process's priority.

    Where Linux schedules by session (sched(7), autogroup), nice values count within one session
    only; there the session, which is the worker's own, stands back as a whole.
    """
    os.nice(NICE)
    group = Path("/proc/self/autogroup")
    if group.exists():
        try:
            group.write_text(str(NICE))
        except OSError:
            return  # Sessions are not scheduled as groups here: nice is all there is.
