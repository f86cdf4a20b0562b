"""`python -m tournament.reporting RUN [PARENT | --only NAME]`: let reporters look at a run.

All of them, or the one called NAME. PARENT is a process that this one must not outlive.

Prints the path of each file made, one a line. A reporter that fails is told on stderr with its
distribution, the others still run, and the exit code is 1.
"""

from __future__ import annotations

import io
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path

from ..plugin.discovery import load_registry
from ..plugin.registry import Installed, Registry
from ..process.parent import die_with_parent
from ..record.folder import RunFolder
from .run import Run


def main(arguments: list[str]) -> int:
    """Run all reporters on one run folder."""
    path, *more = arguments
    only = more[1] if more[:1] == ["--only"] else None
    if more and only is None:
        die_with_parent(int(more[0]))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    registry = load_registry()
    run = Run(RunFolder(Path(path)))
    found = [
        i
        for i in registry.installed
        if i.plugin.kind == "reporter" and only in (None, i.plugin.name)
    ]
    worked = [_report(registry, installed, run) for installed in found]
    return 0 if all(worked) else 1


def _report(registry: Registry, installed: Installed, run: Run) -> bool:
    plugin = installed.plugin
    try:
        with redirect_stdout(sys.stderr):  # Only paths go to stdout.
            files = registry.load("reporter", plugin.name)().report(run)
        sys.stdout.writelines(f"{path}\n" for path in files)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything; it is reported
        traceback.print_exc()
        sys.stderr.write(
            f"reporter {plugin.name!r} of {installed.distribution} {installed.version} failed: "
            f"{type(error).__name__}: {error}\n"
        )
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
