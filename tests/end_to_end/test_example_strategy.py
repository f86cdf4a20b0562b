"""The example strategy: a distribution of its own, installed, raced and uninstalled for real."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "tournament-example-strategy"

RACE = """
task: {use: persistence, options: {videos: 200}}
entrants:
  positions-only: {max_epochs: 2}
  attention-supervised: {max_epochs: 1}
criteria: {every: 1, all: [attention_ratio > 99]}  # Nobody wins, so that all train to the end.
"""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A fresh environment that sees the libraries of this one, and its own plugins."""
    folder = tmp_path_factory.mktemp("fresh")
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True
    )
    python = folder / "venv" / "bin" / "python"
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own = Path(subprocess.run([python, "-c", ask], capture_output=True, text=True).stdout.strip())
    lines = [f"import site; site.addsitedir({path!r})" for path in site.getsitepackages()]
    (own / "parent.pth").write_text("\n".join(lines))
    return Environment(folder, python)


class Environment:
    def __init__(self, folder: Path, python: Path) -> None:
        self.folder, self.python = folder, python
        self.environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}

    def pip(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The pip of this environment, at work in the fresh one."""
        return self._run(sys.executable, "-m", "pip", "--python", str(self.python), *arguments)

    def tournament(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run(str(self.python), "-m", "tournament", *arguments)

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )


def test_it_is_installed_competes_and_is_uninstalled(fresh, tmp_path):
    source = tmp_path / "source"
    subprocess.run(["cp", "-r", EXAMPLE, source], check=True)
    assert "positions-only" not in fresh.tournament("plugins").stdout

    offline = ("--no-deps", "--no-build-isolation", "--no-index")
    done = fresh.pip("install", "-q", *offline, str(source))
    assert done.returncode == 0, done.stderr
    listed = fresh.tournament("plugins").stdout
    assert "tournament-example-strategy 0.1.0" in " ".join(listed.split())

    (fresh.folder / "race.yaml").write_text(RACE)
    raced = fresh.tournament("run", "race.yaml", "--json")
    assert raced.returncode == 3, raced.stderr
    verdict = json.loads(raced.stdout)
    standing = next(s for s in verdict["standings"] if s["trial"] == "positions-only")
    assert standing["state"] == "COMPLETED", standing["reason"]
    assert [check["epoch"] for check in standing["checks"]] == [0, 1, 2]

    fresh.pip("uninstall", "-q", "-y", "tournament-example-strategy")
    assert "positions-only" not in fresh.tournament("plugins").stdout
    refused = fresh.tournament("run", "race.yaml")
    assert refused.returncode == 2
    assert "no strategy is called 'positions-only'" in refused.stderr
