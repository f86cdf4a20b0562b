"""Nothing is unpickled in match, worker, examiner and examinee: Python's own audit says so."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import cases
import pytest
from exam_room import HERE

HOOK = """
import json, os, sys, threading

def _write(name, *more):
    line = json.dumps([sys.orig_argv, *more]) + "\\n"
    descriptor = os.open(os.path.join({folder!r}, name), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, line.encode())
    os.close(descriptor)

def _hook(event, arguments):
    if event == "pickle.find_class" or event == "marshal.loads" and _outside_imports():
        _write("unpickled", event, [str(each)[:200] for each in arguments])

def _outside_imports():
    frame = sys._getframe(2)
    return not frame.f_code.co_filename.startswith("<frozen importlib")

_write("started")
sys.addaudithook(_hook)
"""

PROCESSES = ("tournament", "tournament.worker", "tournament.exam.examiner",
             "tournament.exam.examinee")  # fmt: skip


@pytest.fixture
def audited(tmp_path_factory) -> Path:
    """A folder: put it on PYTHONPATH, and every Python tells there what it unpickles."""
    folder = tmp_path_factory.mktemp("audit")
    (folder / "sitecustomize.py").write_text(HOOK.format(folder=str(folder)))
    return folder


def test_a_race_with_exams_unpickles_nothing(audited, tmp_path):
    events = cases.tournament(tmp_path, audited)
    assert {"exam", "examined", "rejected", "verdict"} <= {event.type for event in events}
    started = [json.loads(line)[0] for line in (audited / "started").read_text().splitlines()]
    for process in PROCESSES:
        assert any(process in arguments for arguments in started), process
    told = audited / "unpickled"
    assert not told.exists(), told.read_text()


def test_who_unpickles_would_be_told(audited, tmp_path):
    (tmp_path / "file").write_bytes(pickle.dumps(Path("x")))
    code = "import pickle, sys; pickle.load(open(sys.argv[1], 'rb'))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(audited), str(HERE)])}
    subprocess.run([sys.executable, "-c", code, tmp_path / "file"], env=environment, check=True)
    assert "pickle.find_class" in (audited / "unpickled").read_text()
