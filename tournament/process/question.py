"""A question that is put to a process of its own: JSON in, JSON out, within a time.

So that other people's code, which may hang, exit, print or patch what it finds, does so where it
harms nobody. The module that answers is called as `python -m MODULE FD PARENT`; it finds the
question on stdin and calls `answer`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import IO, Any

import psutil

from ..errors import TournamentError
from .parent import die_with_parent
from .spawn import python_module, signal_name

LONGEST = 1 << 20
"""Bytes that an answer may have."""

GLANCE = 0.01
"""Seconds between two looks at whether a process has ended."""

FIRST_FREE = 3
"""Descriptors below are the standard streams, even where they are closed."""


class NoAnswerError(Exception):
    """The process gave no answer; its message says why, and begins with a verb."""


def ask_all(
    module: str, questions: Iterable[Mapping[str, Any]], patience: float
) -> list[Any | NoAnswerError]:
    """The answers, read from JSON, or why there is none; each is asked in a process of its own.

    All are asked at the same time, and have `patience` seconds together. No process is left.
    """
    asked: list[_Asked] = []
    try:
        for question in questions:
            asked.append(_Asked(module, question))
        deadline = time.monotonic() + patience
        return [each.answer(deadline) for each in asked]
    finally:
        for each in asked:
            each.close()


class _Asked:
    """One process that is asked."""

    def __init__(self, module: str, question: Mapping[str, Any]) -> None:
        self._file = _file_above_streams()
        descriptor = self._file.fileno()
        try:
            self._process = subprocess.Popen(
                [*python_module(module), str(descriptor), str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=_stderr(),  # Other people's prints must not mix with our output.
                pass_fds=[descriptor],
                start_new_session=True,
            )
        except BaseException:
            self._file.close()
            raise
        assert self._process.stdin is not None
        # One that died before it read is told by how it ended.
        with suppress(BrokenPipeError), self._process.stdin as stream:
            stream.write(json.dumps(question).encode())

    def answer(self, deadline: float) -> Any | NoAnswerError:
        """What it said, whatever it did afterwards. `deadline` in monotonic seconds."""
        in_time = self._wait(deadline)
        code = self._end()
        self._file.seek(0)
        said = self._file.read(LONGEST + 1)
        if len(said) > LONGEST:
            return NoAnswerError(f"gave an answer of more than {LONGEST // 1024} KiB")
        if said.endswith(b"\n"):
            with suppress(ValueError):
                return json.loads(said)
        if not in_time:
            return NoAnswerError("did not answer in time")
        how = f"was killed by {signal_name(-code)}" if code < 0 else f"ended with code {code}"
        return NoAnswerError(f"{how} before it had answered")

    def close(self) -> None:
        """Let go of everything, whether it was answered or not."""
        self._end()
        self._file.close()

    def _wait(self, deadline: float) -> bool:
        """Whether it ended by itself before the deadline. It is not reaped."""
        process = psutil.Process(self._process.pid)
        while process.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() >= deadline:
                return False
            time.sleep(GLANCE)
        return True

    def _end(self) -> int:
        """End it and what it started in its session; gives the exit code."""
        if self._process.returncode is None:
            # It is not reaped yet: the number of its group is nobody else's.
            os.killpg(self._process.pid, signal.SIGKILL)
        return self._process.wait()


def answer(arguments: Sequence[str], think: Callable[[Any], Any]) -> int:
    """What a module that is asked does: read the question, think, write the answer.

    Whatever `think` raises is told as {"reason": "Type: message"}.
    """
    descriptor, parent = map(int, arguments)
    die_with_parent(parent)
    text = sys.stdin.buffer.read()
    if not text:  # Who asks was interrupted, and wants no answer.
        return 0
    question = json.loads(text)
    try:
        said = json.dumps(think(question))
    except BaseException as error:  # noqa: BLE001 - whatever it raises is told
        said = json.dumps({"reason": _told(error)})
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(said.encode() + b"\n")
    return 0


def _told(error: BaseException) -> str:
    """Type and message; without what no other text could hold."""
    try:
        message = str(error)
    except Exception as worse:  # noqa: BLE001 - it may be anything
        message = f"its message cannot be had: {type(worse).__name__}"
    ours = isinstance(error, TournamentError)  # These speak for themselves.
    text = message if ours else f"{type(error).__name__}: {message}"
    return text.encode("utf-8", "backslashreplace").decode()


def _file_above_streams() -> IO[bytes]:
    """A temporary file whose descriptor is none of a standard stream's."""
    with tempfile.TemporaryFile() as file:
        descriptor = os.dup(file.fileno())
        low = []
        while descriptor < FIRST_FREE:
            low.append(descriptor)
            descriptor = os.dup(file.fileno())
        for each in low:
            os.close(each)
    return os.fdopen(descriptor, "w+b")


def _stderr() -> int:
    try:
        descriptor = sys.stderr.fileno()
        os.fstat(descriptor)
        return descriptor
    except (AttributeError, OSError, ValueError):  # A notebook's, or none at all.
        return subprocess.DEVNULL
