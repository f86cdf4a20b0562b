"""`preflight: true`: each entrant's tests have to be able to fail, and not to fail.

They run twice before anybody starts: against a stand-in that learns nothing and reports random
numbers, where they must fail (red), and against the strategy itself, where they must pass (green).
What both printed is kept as `artifacts/tdd_<entrant>_red.txt` and `..._green.txt`. (In the system
that this one follows, competitors with tests reported random numbers, and nobody noticed.)
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

from ..config.load import Loaded
from ..config.models import Entrant
from ..errors import ConfigError
from ..plugin.hookspecs import STAND_IN
from ..plugin.registry import Registry
from ..record.atomic import write_text
from ..record.folder import RunFolder

PASSED, FAILED = 0, 1
"""Exit codes of pytest: all tests passed; some failed. Others mean that no test was run."""

LONGEST = 10_000_000
"""Bytes of what a run of tests prints that are kept."""

_TESTS = '''"""Made for this run: the points of a strategy's contract, as tests."""

from tournament.testing import StrategyTests


class TestContract(StrategyTests):
    strategy = {strategy!r}
    task = {task!r}
    options = {options!r}
'''


def failed_preflight(
    loaded: Loaded, registry: Registry, folder: RunFolder, say: Callable[[str], None]
) -> dict[str, str]:
    """Entrants that may not start, each with a sentence why. `say` is told what is going on.

    Raises ConfigError when tests cannot be run, or when nobody is left.
    """
    if find_spec("pytest") is None:
        message = "needs pytest. Install: pip install pytest"
        raise ConfigError([loaded.problem("preflight", message)])
    reasons: dict[str, str] = {}
    for name, entrant in loaded.config.entrants.items():
        say(f"tests of {name}")
        if reason := _reason(loaded, registry, folder, name, entrant):
            reasons[name] = reason
    if len(reasons) == len(loaded.config.entrants):
        problems = [loaded.problem(f"entrants.{name}", text) for name, text in reasons.items()]
        raise ConfigError(problems)
    return reasons


def _reason(
    loaded: Loaded, registry: Registry, folder: RunFolder, name: str, entrant: Entrant
) -> str:
    """Why an entrant may not start; empty if it may."""
    folder.artifacts.mkdir(exist_ok=True)
    made = folder.artifacts / f"test_{name}.py"
    facts = {"strategy": entrant.use, "task": loaded.config.task.use, "options": entrant.options}
    write_text(made, _TESTS.format(**facts))
    own = registry.find("strategy", entrant.use).plugin.tests
    tests = [str(made), *(["--pyargs", own] if own else [])]
    patience = loaded.config.limits.start
    red, green = (folder.artifacts / f"tdd_{name}_{colour}.txt" for colour in ("red", "green"))
    code = _tested(tests, red, {STAND_IN: entrant.use}, patience)
    if code != FAILED:
        how = "pass" if code == PASSED else f"cannot be run (pytest's exit code {code})"
        return f"its tests {how} on a stand-in that learns nothing, where they must fail: {red}"
    code = _tested(tests, green, {}, patience)
    if code != PASSED:
        how = "fail" if code == FAILED else f"cannot be run (pytest's exit code {code})"
        return f"its tests {how}: {green}"
    return ""


def _tested(tests: list[str], told: Path, more: Mapping[str, str], patience: float) -> int | str:
    """Run pytest, and keep what it printed; gives its exit code, or that it took too long."""
    quiet = ["-q", "--color=no", "-p", "no:cacheprovider", "-c", os.devnull]
    command = [sys.executable, "-m", "pytest", *quiet, "--rootdir", str(told.parent), *tests]
    environment = {k: v for k, v in os.environ.items() if k != STAND_IN} | dict(more)
    code: int | str
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment | {"PYTHONDONTWRITEBYTECODE": "1"},
            timeout=patience,
        )
        code, said = done.returncode, done.stdout
    except subprocess.TimeoutExpired as late:
        code, said = f"none within {patience:g} s", late.stdout or b""
    write_text(told, said[-LONGEST:].decode("utf-8", "backslashreplace"))
    return code
