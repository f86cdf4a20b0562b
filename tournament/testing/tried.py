"""Has a plugin tried in a process of its own, and gives what came of each point.

Whatever the plugin does there (hang, print without end, end its process) is told as the result of
the point at which it happened.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from typing import IO

from ..process.spawn import python_module, signal_name
from .attempt import Attempt, Result
from .trying import POINTS, PREPARING

OUTPUT = 10_000_000
"""Bytes that a plugin may print while it is tried."""

LAST_LINES = 5
GLANCE = 0.1
CHUNK = 1 << 16

_PREPARES = "Options, data and preparation work, and the plugin can be made."


def try_plugin(attempt: Attempt, patience: float) -> Iterator[Result]:
    """The results of all points, each as soon as it is known.

    A point that takes longer than `patience` seconds fails. No process is left.
    """
    with tempfile.TemporaryFile() as output:
        heard, told = os.pipe()
        command = [*python_module("tournament.testing.trying"), str(told), str(os.getpid())]
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            pass_fds=[told],
            start_new_session=True,
        )
        os.close(told)
        try:
            assert child.stdin is not None
            with child.stdin as stream:
                stream.write(attempt.model_dump_json().encode())
            yield from _results(attempt, child, heard, output, patience)
        finally:
            _end(child)
            os.close(heard)


def _results(
    attempt: Attempt, child: subprocess.Popen[bytes], heard: int, output: IO[bytes], patience: float
) -> Iterator[Result]:
    results = _Results(attempt)
    watch = _Watch(output, patience)
    unread = b""
    while not (trouble := watch.trouble()):
        if not select.select([heard], [], [], GLANCE)[0]:
            continue
        said = os.read(heard, CHUNK)
        if not said:
            trouble = _how_it_ended(_end(child))
            break
        *lines, unread = (unread + said).split(b"\n")
        for line in lines:
            watch.reset()
            yield from results.heard(json.loads(line))
    yield from results.rest(trouble + _last_words(output))


class _Watch:
    """Says when a plugin has printed too much, or took too long since it was last heard."""

    def __init__(self, output: IO[bytes], patience: float) -> None:
        self._output, self._patience = output, patience
        self.reset()

    def reset(self) -> None:
        self._since = time.monotonic()

    def trouble(self) -> str:
        if os.fstat(self._output.fileno()).st_size > OUTPUT:
            return f"it printed more than {OUTPUT // 1_000_000} MB, and was ended"
        if time.monotonic() - self._since > self._patience:
            return f"it took longer than {self._patience:g} s, and was ended"
        return ""


class _Results:
    """Results so far, and the point that has begun."""

    def __init__(self, attempt: Attempt) -> None:
        points = POINTS[attempt.kind]
        self._left = {PREPARING: (_PREPARES, "See the message, and the line that it names.")}
        self._left |= {point.name: (point.asks, point.mend) for point in points}
        self._begun = PREPARING

    def heard(self, said: dict[str, str]) -> Iterator[Result]:
        if "begins" in said:
            self._begun = said["begins"]
        elif said["point"] in self._left:
            yield self._result(said["point"], said["found"])

    def rest(self, trouble: str) -> Iterator[Result]:
        """The point that was never finished, and those that were never begun."""
        if self._begun in self._left:
            yield self._result(self._begun, trouble)
        for name in list(self._left):
            asks, mend = self._left.pop(name)
            yield Result(name=name, asks=asks, mend=mend, tried=False)

    def _result(self, name: str, found: str) -> Result:
        asks, mend = self._left.pop(name)
        return Result(name=name, asks=asks, mend=mend if found else "", found=found)


def _end(child: subprocess.Popen[bytes]) -> int:
    if child.returncode is None:
        try:
            child.wait(timeout=GLANCE)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
    return child.wait()


def _how_it_ended(code: int) -> str:
    how = f"was killed by {signal_name(-code)}" if code < 0 else f"ended with exit code {code}"
    return f"its process {how}"


def _last_words(output: IO[bytes]) -> str:
    """The last lines that it printed, for whoever wants to know why it died."""
    size = os.fstat(output.fileno()).st_size
    output.seek(max(0, size - CHUNK))
    lines = output.read(CHUNK).decode("utf-8", "backslashreplace").splitlines()[-LAST_LINES:]
    return "".join(f"\n    | {line:.200}" for line in lines)
