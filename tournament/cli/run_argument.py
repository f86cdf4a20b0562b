"""The argument RUN, that several verbs take: the folder of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def run_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the argument RUN, as a path of a folder that is there."""
    kind = click.Path(exists=True, file_okay=False, path_type=Path)
    return click.argument("run", metavar="RUN", type=kind)(command)
