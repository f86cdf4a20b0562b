"""One worker process: started in a session of its own, watched, signalled, reaped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
TAIL_LINES = 15
TAIL_BYTES = 8192


@dataclass(frozen=True)
class Exit:
    """How a process ended: by itself with a code, or by a signal's name."""

    code: int | None
    signal: str | None


class Worker:
    """A running child: `python -m tournament.worker SPEC`, its output in two files."""

    def __init__(
        self, spec: Path, secret: str, threads: int, stdout: Path, stderr: Path, cwd: Path
    ) -> None:
        reader, writer = os.pipe()
        # Kept open: the worker may remove the files, their content is still to be told.
        self._stdout, self._stderr = stdout.open("ab+"), stderr.open("ab+")
        try:
            self._process = subprocess.Popen(
                [*worker_command(), str(spec), str(reader), str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=self._stdout,
                stderr=self._stderr,
                cwd=cwd,
                env=thread_environment(os.environ, threads),
                pass_fds=[reader],
                start_new_session=True,
            )
            os.write(writer, secret.encode())
        finally:
            os.close(reader)
            os.close(writer)

    @property
    def pid(self) -> int:
        return self._process.pid

    def poll(self) -> Exit | None:
        """None while it runs; then how it ended. Reaps it."""
        code = self._process.poll()
        if code is None:
            return None
        return Exit(code, None) if code >= 0 else Exit(None, signal_name(-code))

    @property
    def output(self) -> int:
        """Bytes on stdout and stderr so far."""
        return sum(os.fstat(log.fileno()).st_size for log in (self._stdout, self._stderr))

    def last_lines(self) -> tuple[str, ...]:
        """The last lines of stderr, however much there is."""
        descriptor = self._stderr.fileno()
        size = os.fstat(descriptor).st_size
        text = os.pread(descriptor, TAIL_BYTES, max(0, size - TAIL_BYTES))
        return tuple(text.decode(errors="replace").splitlines()[-TAIL_LINES:])

    def close(self) -> None:
        """Let go of its files."""
        self._stdout.close()
        self._stderr.close()

    def terminate(self) -> None:
        """Send SIGTERM to the worker."""
        self._process.terminate()

    def kill(self) -> None:
        """Send SIGKILL to the worker; what it started is left to `kill_orphans`."""
        self._process.kill()

    def wait(self) -> None:
        """Wait until it is gone, and reap it."""
        self._process.wait()


def worker_command() -> list[str]:
    """How this Python starts a worker: without the current folder in front of its modules (-P)."""
    return [sys.executable, "-P", "-m", "tournament.worker"]


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
