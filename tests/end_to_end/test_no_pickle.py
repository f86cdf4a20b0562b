"""Nothing is unpickled in worker, match, examiner and examinee: an audit hook (PEP 578) watches."""

from __future__ import annotations

import os
import subprocess
import sys

from .conftest import Terminal

HOOK = """
import os, sys

def watch(event, arguments):
    if event == "pickle.find_class":
        with open({witness!r}, "a") as file:
            file.write(f"{{sys.argv}} {{arguments}}\\n")

def tell():
    with open({seen!r}, "a") as file:
        file.write(" ".join(sys.orig_argv) + "\\n")

sys.addaudithook(watch)
tell()
"""
RACE = """
task: {use: guess}
entrants:
  honest: {use: walker, max_epochs: 20, options: {step: 2}}
criteria: {every: 1, all: [closeness >= 0.9]}
"""
UNPICKLE = "import pickle, collections; pickle.loads(pickle.dumps(collections.OrderedDict()))"


def test_no_process_of_a_tournament_unpickles_anything(terminal: Terminal):
    place, witness, seen = (terminal.folder / name for name in ("site", "witness", "seen"))
    place.mkdir()
    text = HOOK.format(witness=str(witness), seen=str(seen))
    (place / "sitecustomize.py").write_text(text)
    terminal.environment["PYTHONPATH"] += f"{os.pathsep}{place}"
    done = terminal.run(RACE)
    assert done.code == 0, done.stderr
    watched = seen.read_text()
    for module in ("tournament run", "tournament.worker", "exam.examiner", "exam.examinee"):
        assert module in watched, watched
    assert not witness.exists(), witness.read_text()
    subprocess.run([sys.executable, "-c", UNPICKLE], env=terminal.environment, check=True)
    assert "OrderedDict" in witness.read_text(), "the hook itself works"
