"""A fresh environment, into which distributions are installed for real."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
from pathlib import Path

OFFLINE = ("--no-deps", "--no-build-isolation", "--no-index")


class Environment:
    """Sees the libraries of this environment, and has plugins of its own."""

    def __init__(self, folder: Path) -> None:
        make = [sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")]
        subprocess.run(make, check=True)
        self.folder = folder
        self.python = folder / "venv" / "bin" / "python"
        self.environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
        ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
        own = Path(self.run(str(self.python), "-c", ask).stdout.strip())
        lines = [f"import site; site.addsitedir({path!r})" for path in site.getsitepackages()]
        (own / "parent.pth").write_text("\n".join(lines))

    def install(self, source: Path) -> None:
        """Install the distribution in `source`, where building leaves nothing behind."""
        copy = self.folder / "sources" / source.name
        shutil.copytree(source, copy)
        done = self.pip("install", "-q", *OFFLINE, str(copy))
        assert done.returncode == 0, done.stderr

    def pip(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The pip of this environment, at work in the fresh one."""
        return self.run(sys.executable, "-m", "pip", "--python", str(self.python), *arguments)

    def tournament(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(str(self.python), "-m", "tournament", *arguments)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )
