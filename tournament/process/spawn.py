"""One child process: started in a session of its own, watched, signalled, reaped."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .keeper import KILL, TERMINATE
from .leftovers import MATCH, own_mark

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""getrusage(2) counts memory in kilobytes, and on macOS in bytes."""

LONGEST_ANSWER = 1 << 20
"""Bytes that a child may say over its descriptor."""

TAIL_LINES = 15
TAIL_BYTES = 8192


KEEPER = "tournament.process.keeper"
WORKER = "tournament.worker"
EXAMINER = "tournament.exam.examiner"
EXAMINER_THREADS = 1
"""An examiner computes with one thread: many small products of matrices, after each of which
several would wait for each other. Where workers train meanwhile, each such wait costs a time slice
(an exam of the quickstart took 47 s with two threads). The examinee gets all cores."""


@dataclass(frozen=True)
class Exit:
    """How a process ended: by itself with a code, or by a signal's name; and what it used.

    `cpu_seconds` and `peak_memory` (bytes resident, shared pages included) are the kernel's count,
    of the process and of the children that it waited for.
    """

    code: int | None
    signal: str | None
    cpu_seconds: float = 0.0
    peak_memory: int = 0


class Child:
    """A running child: `python -m MODULE SPEC FD PARENT` below a keeper, its output in two files.

    `secret` is what only this child may know; it reads it from the inherited socket FD, over which
    it may answer. When it ends, or this process does, its keeper ends whatever it has left behind.
    """

    def __init__(
        self,
        module: str,
        spec: Path,
        secret: str,
        threads: int,
        stdout: Path,
        stderr: Path,
        cwd: Path,
    ) -> None:
        self._line, inherited = socket.socketpair()
        self._heard = b""
        self._control, theirs = socket.socketpair()
        # Kept open: the worker may remove the files, their content is still to be told.
        self._stdout, self._stderr = stdout.open("ab+"), stderr.open("ab+")
        self._written_before = self._written()
        command = [*python_module(module), str(spec), str(inherited.fileno())]
        try:
            self._keeper = subprocess.Popen(
                [
                    *python_module(KEEPER),
                    str(theirs.fileno()),
                    str(inherited.fileno()),
                    "--",
                    *command,
                ],
                stdin=subprocess.DEVNULL,
                stdout=self._stdout,
                stderr=self._stderr,
                cwd=cwd,
                env=thread_environment(os.environ, threads) | {MATCH: own_mark()},
                pass_fds=[inherited.fileno(), theirs.fileno()],
                start_new_session=True,
            )
            self._line.sendall(secret.encode())
            self._line.shutdown(socket.SHUT_WR)
            self._line.setblocking(False)
        finally:
            inherited.close()
            theirs.close()
        self._exit: Exit | None = None
        self.pid = _told_pid(self._control) or self._keeper.pid
        """The child's process id."""

    @property
    def keeper(self) -> int:
        """The process id of its keeper, which is this process's own child."""
        return self._keeper.pid

    def poll(self) -> Exit | None:
        """None while it runs; then how it ended. Reaps it."""
        return self._reaped(os.WNOHANG)

    @property
    def output(self) -> int:
        """Bytes on stdout and stderr so far, without those of attempts before."""
        return self._written() - self._written_before

    def _written(self) -> int:
        return sum(os.fstat(log.fileno()).st_size for log in (self._stdout, self._stderr))

    def said(self) -> bytes:
        """What it has written to its descriptor so far, at most `LONGEST_ANSWER` bytes."""
        with suppress(OSError):  # Nothing waits, or the child is gone.
            while len(self._heard) < LONGEST_ANSWER and (more := self._line.recv(1 << 16)):
                self._heard += more
        return self._heard

    def last_lines(self) -> tuple[str, ...]:
        """The last lines of stderr, however much there is."""
        descriptor = self._stderr.fileno()
        size = os.fstat(descriptor).st_size
        text = os.pread(descriptor, TAIL_BYTES, max(0, size - TAIL_BYTES))
        return tuple(text.decode(errors="replace").splitlines()[-TAIL_LINES:])

    def close(self) -> None:
        """Let go of its files."""
        self._control.close()
        self._line.close()
        self._stdout.close()
        self._stderr.close()

    def terminate(self) -> None:
        """Send SIGTERM."""
        self._order(TERMINATE)

    def kill(self) -> None:
        """Send SIGKILL, also to everything that it started."""
        self._order(KILL)

    def wait(self) -> None:
        """Wait until it is gone, and reap it."""
        self._reaped(0)

    def _order(self, order: bytes) -> None:
        with suppress(OSError):  # A keeper that is gone has ended everything already.
            self._control.send(order)

    def _reaped(self, options: int) -> Exit | None:
        if self._exit is None:
            pid, status, usage = os.wait4(self._keeper.pid, options)
            if pid:
                self._keeper.returncode = os.waitstatus_to_exitcode(status)
                self._exit = _exit(self._keeper.returncode, usage)
        return self._exit


def _told_pid(control: socket.socket) -> int | None:
    """What the keeper tells first; None when it died before."""
    told = b""
    while not told.endswith(b"\n"):
        more = control.recv(32)
        if not more:
            return None
        told += more
    return int(told)


def _exit(code: int, usage: resource.struct_rusage) -> Exit:
    cpu = usage.ru_utime + usage.ru_stime
    memory = usage.ru_maxrss * MAXRSS_UNIT
    if code < 0:
        return Exit(None, signal_name(-code), cpu, memory)
    return Exit(code, None, cpu, memory)


def python_module(module: str) -> list[str]:
    """How this Python runs a module: without the current folder in front of its modules (-P)."""
    return [sys.executable, "-P", "-m", module]


def signal_name(number: int) -> str:
    """`SIGKILL` for 9; a signal without a name by its number."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def thread_environment(base: Mapping[str, str], threads: int) -> dict[str, str]:
    """`base` with every numerical library held to `threads` threads.

    Threads that wait sleep rather than spin: where processes share cores, spinning ones keep the
    others from the work that they wait for. (Two threads of ResNet-18 training beside one busy
    process on 2 cores: 17 pictures a second spinning, 158 sleeping.) A user's own setting stays.
    """
    return {
        "OMP_WAIT_POLICY": "PASSIVE",
        **base,
        **dict.fromkeys(THREAD_VARIABLES, str(threads)),
        "PYTHONUNBUFFERED": "1",
    }
