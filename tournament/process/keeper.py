"""`python -m tournament.process.keeper CONTROL FD -- COMMAND...`: starts one process and keeps it.

A small process between the match and a worker (or an examiner). Whatever the worker started, also
in sessions of its own and as daemons, belongs to the keeper (PR_SET_CHILD_SUBREAPER, prctl(2)), and
is ended with the worker, or with the match: when that dies, its end of the socket CONTROL closes.

The command gets the descriptor FD, and the keeper's process id as its last argument. Over CONTROL
the keeper tells the worker's process id, and hears T (send it SIGTERM) and K (kill everything). It
ends as the worker ended: with its code, or by its signal.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

import psutil

from .parent import become_reaper

GLANCE = 1.0
"""Seconds between two looks at orphans that have ended by themselves."""

SHORT_GLANCE = 0.05
"""Seconds between two looks at the worker, where the system does not tell that it has ended."""

BRIEF = 0.005
"""Seconds between two rounds of killing, until nobody is left."""

LAST_WAIT = 5.0
"""Seconds that the kernel gets to end what was killed."""

TERMINATE = b"T"
KILL = b"K"


def keep(control: socket.socket, passed: int, command: Sequence[str]) -> int:
    """Run the command to its end, or to the match's; gives its wait status."""
    become_reaper()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    worker = subprocess.Popen(
        [*command, str(os.getpid())],
        pass_fds=[passed],
        start_new_session=True,
        restore_signals=True,
        preexec_fn=_hear_signals,
    )
    os.close(passed)
    with suppress(OSError):  # A match that is gone already: the wait ends at once.
        control.sendall(b"%d\n" % worker.pid)
    _wait(control, worker.pid)
    return _end_all(worker.pid)


def _hear_signals() -> None:
    """What is ignored here is not to be ignored there."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _wait(control: socket.socket, worker: int) -> None:
    """Return when the worker has ended, or everything is to be killed."""
    ended = _watch(worker)
    sources = select.poll()  # The numbers are the match's, and may be larger than select can take.
    for descriptor in (control.fileno(), *ended):
        sources.register(descriptor, select.POLLIN)
    while True:
        ready = dict(sources.poll(1000 * (GLANCE if ended else SHORT_GLANCE)))
        if _has_ended(worker):
            return
        if control.fileno() in ready:
            if _heard(control) != TERMINATE:
                return
            os.kill(worker, signal.SIGTERM)
        _reap_orphans(worker)


def _watch(worker: int) -> list[int]:
    """A descriptor that tells at once that the worker has ended; none on systems without it."""
    try:
        return [os.pidfd_open(worker)]
    except (AttributeError, OSError):
        return []


def _has_ended(worker: int) -> bool:
    return os.waitid(os.P_PID, worker, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _heard(control: socket.socket) -> bytes:
    """One order; K when the other end is gone."""
    try:
        return control.recv(1) or KILL
    except OSError:
        return KILL


def _reap_orphans(worker: int) -> None:
    while True:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None or ended.si_pid == worker:
            return
        os.waitpid(ended.si_pid, 0)


def _end_all(worker: int) -> int:
    """Kill every descendant until none is left; gives the worker's wait status.

    What cannot be killed (it has become another user's) is left after a while.
    """
    status = 0
    until = time.monotonic() + LAST_WAIT
    while True:
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                process.kill()
        try:
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                status = ended[1] if ended[0] == worker else status
        except ChildProcessError:
            return status
        if time.monotonic() > until:
            return status
        select.select([], [], [], BRIEF)


def _end_alike(status: int) -> int:
    """End by the same signal, or give the same exit code."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return code
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if -code not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
    return 128 - code


def main(arguments: Sequence[str]) -> int:
    """Keep one process."""
    control_fd, passed, separator, *command = arguments
    assert separator == "--"
    with socket.socket(fileno=int(control_fd)) as control:
        status = keep(control, int(passed), command)
    return _end_alike(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
