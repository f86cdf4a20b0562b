"""All faults that are injected, and how often for the figures in the docs."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .clocks import jump_clocks
from .crowds import fail_in_crowds
from .cuts import cut_logs
from .disks import fail_syncs, fill_disks
from .families import kill_families
from .garbage import send_garbage
from .half_open import freeze_links
from .hubs import kill_hubs
from .publishers import kill_publishers
from .resumes import kill_and_resume
from .subscribers import crowd_the_hub
from .tally import Tally
from .volume import flood


@dataclass(frozen=True)
class Row:
    """One fault, or some that belong together: `inject` it `size` times."""

    name: str
    size: int
    inject: Callable[[int, random.Random], Iterator[Tally]]


ROWS = (
    Row("publishers", 1_000, kill_publishers),
    Row("hubs", 1_000, kill_hubs),
    Row("families", 500, kill_families),
    Row("crowds", 100, fail_in_crowds),
    Row("volume", 10_000_000, flood),
    Row("subscribers", 500, crowd_the_hub),
    Row("garbage", 1_000_000, send_garbage),
    Row("cuts", 20_000, cut_logs),
    Row("full", 100, fill_disks),
    Row("fsync", 100, fail_syncs),
    Row("clocks", 100, jump_clocks),
    Row("half-open", 200, freeze_links),
    Row("resumes", 100, kill_and_resume),
)
