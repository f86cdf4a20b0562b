"""The examiner's line to the examinee: questions in files, answers in files, each in time."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ..errors import TournamentError
from ..plugin.api import Task
from ..process.spawn import python_module, signal_name, thread_environment
from ..record.atomic import write_text
from ..record.spec import ExamineeSpec
from .arrays import Arrays, read_arrays, write_arrays
from .examinee import STATE

EXAMINEE = "tournament.exam.examinee"
LAST_WAIT = 5.0
"""Seconds that an examinee without a line gets to end."""

REPLY_LIMIT = 1 << 16
"""Bytes of a reply at most: it is one short line."""


class CandidateError(TournamentError):
    """The examinee failed: it raised, died, or did not answer in time. Says which."""


class Candidate:
    """A running examinee. `deadline` is monotonic time; after it nothing is waited for."""

    def __init__(self, spec: ExamineeSpec, task: Task, deadline: float) -> None:
        self._task = task
        self._folder = Path(spec.folder)
        self._deadline = deadline
        self._asked = 0
        path = self._folder / "examinee.json"
        write_text(path, spec.model_dump_json(indent=2) + "\n")
        requests, self._requests = os.pipe()
        self._replies, replies = os.pipe()
        try:
            self._process = subprocess.Popen(
                [
                    *python_module(EXAMINEE),
                    str(path),
                    str(requests),
                    str(replies),
                    str(os.getpid()),
                ],
                stdin=subprocess.DEVNULL,
                cwd=self._folder,
                env=thread_environment(os.environ, spec.surroundings.threads),
                pass_fds=[requests, replies],
            )
        finally:
            os.close(requests)
            os.close(replies)
        self._buffer = b""

    def wait_until_ready(self) -> None:
        """Return when the strategy is built and has loaded its state. Raises CandidateError."""
        self._hear("loading the strategy and its state")

    def predict(self, inputs: Any) -> dict[str, NDArray[Any]]:
        """The examinee's predictions. Raises CandidateError, and ContractError for what is none."""
        self._asked += 1
        return self._ask(f"{self._asked:04d}", self._task.pack(inputs), "predict")

    def state(self) -> dict[str, NDArray[Any]]:
        """The examinee's state, as it gives it now."""
        return self._ask(STATE, {}, "state")

    def close(self) -> None:
        """End the examinee; it has nothing more to say."""
        for descriptor in (self._requests, self._replies):
            os.close(descriptor)
        self._process.kill()
        self._process.wait()

    def _ask(self, name: str, arrays: Arrays, what: str) -> dict[str, NDArray[Any]]:
        question = self._folder / f"{name}.in.safetensors"
        answer = self._folder / f"{name}.out.safetensors"
        if name != STATE:
            write_arrays(question, arrays, "the task's inputs")
        try:
            os.write(self._requests, f"{name}\n".encode())
        except BrokenPipeError:
            raise CandidateError(self._ended(what)) from None
        self._hear(what)
        found = read_arrays(answer, f"what {what} gave")
        for file in (question, answer):
            file.unlink(missing_ok=True)
        return found

    def _hear(self, what: str) -> None:
        """Wait for one reply. Raises CandidateError unless it says that all is well."""
        while b"\n" not in self._buffer:
            left = self._deadline - time.monotonic()
            if left <= 0 or not select.select([self._replies], [], [], left)[0]:
                raise CandidateError(f"the examinee did not answer in time ({what})")
            heard = os.read(self._replies, REPLY_LIMIT)
            self._buffer += heard
            if not heard:
                raise CandidateError(self._ended(what))
            if len(self._buffer) > REPLY_LIMIT:
                raise CandidateError(f"the examinee's reply has no end ({what})")
        line, _, self._buffer = self._buffer.partition(b"\n")
        try:
            reply = json.loads(line)
            good, error = bool(reply["ok"]), str(reply.get("error", ""))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise CandidateError(f"the examinee gave a reply that is none ({what})") from None
        if not good:
            raise CandidateError(f"the examinee failed in {what}: {error}")

    def _ended(self, what: str) -> str:
        """How the examinee ended without a word."""
        try:
            code = self._process.wait(LAST_WAIT)
        except subprocess.TimeoutExpired:
            return f"the examinee closed its line in {what}"
        if code >= 0:
            return f"the examinee ended with code {code} in {what}"
        hint = ", as the kernel does when memory runs out" if code == -9 else ""
        return f"the examinee was killed by {signal_name(-code)}{hint} in {what}"
