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
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

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


class Question:
    """One process that is asked. Call `close` in any case."""

    def __init__(self, module: str, question: Mapping[str, Any]) -> None:
        self._answer = _file_above_streams()
        descriptor = self._answer.fileno()
        try:
            self._process = subprocess.Popen(
                [*python_module(module), str(descriptor), str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=_stderr(),  # Other people's prints must not mix with our output.
                pass_fds=[descriptor],
                start_new_session=True,
            )
        except BaseException:
            self._answer.close()
            raise
        assert self._process.stdin is not None
        try:
            with self._process.stdin as stream:
                stream.write(json.dumps(question).encode())
        except BrokenPipeError:
            pass  # It died before it read; `wait` says how.

    def wait(self, deadline: float) -> Any:
        """The answer, read from JSON. `deadline` in monotonic seconds. Raises NoAnswerError."""
        code = self._ended(deadline)
        self._answer.seek(0)
        said = self._answer.read(LONGEST + 1)
        if said.endswith(b"\n") and len(said) <= LONGEST:  # Whatever it did afterwards.
            try:
                return json.loads(said)
            except ValueError:
                pass
        if code is None:
            raise NoAnswerError("did not answer in time")
        if len(said) > LONGEST:
            raise NoAnswerError(f"gave an answer of more than {LONGEST // 1024} KiB")
        how = f"was killed by {signal_name(-code)}" if code < 0 else f"ended with code {code}"
        raise NoAnswerError(f"{how} before it had answered")

    def close(self) -> None:
        """End the process and what it started in its session, and let go of the file."""
        os.killpg(self._process.pid, signal.SIGKILL)  # It is not reaped yet: the number is its own.
        self._process.wait()
        self._answer.close()

    def _ended(self, deadline: float) -> int | None:
        """The exit code (of a signal: its negative number), without reaping; None if it runs on."""
        while True:
            state = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
            if state is not None:
                return state.si_status if state.si_code == os.CLD_EXITED else -state.si_status
            if time.monotonic() >= deadline:
                return None
            time.sleep(GLANCE)


def answer(arguments: Sequence[str], think: Callable[[Any], Any]) -> int:
    """What a module that is asked does: read the question, think, write the answer.

    Whatever `think` raises is told as {"reason": "Type: message"}.
    """
    descriptor, parent = map(int, arguments)
    die_with_parent(parent)
    question = json.loads(sys.stdin.buffer.read())
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
