"""`python -m tournament.worker SPEC FD PARENT`: the process that trains one trial.

SPEC is the JSON file of a `WorkerSpec`; the keys of the attempt are read from the inherited file
descriptor FD; PARENT is the process that this one must not outlive. The exit code is 0 when the
trial said why it ended, 1 when it failed.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType

from ..bus.keys import Access
from ..bus.publisher import Publisher
from ..errors import TournamentError
from ..process.parent import die_with_parent
from ..process.priority import stand_back
from ..record.folder import TrialFolder
from ..record.payloads import Failed, Stopped
from ..record.spec import WorkerSpec
from .link import Link, Ordered
from .session import prepare
from .training import Race


class Terminated(BaseException):
    """SIGTERM has come. No SystemExit: a plugin that exits is told as broken, this is not."""


LAST_ACKS = 30.0
"""Seconds to wait at the end for the hub to confirm what was published; the outbox holds it all."""


def main(arguments: list[str]) -> int:
    """Run one trial from start to end."""
    spec_path, secret_fd, parent = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    die_with_parent(parent)
    stand_back()
    signal.signal(signal.SIGTERM, _exit_on_sigterm)
    spec = WorkerSpec.model_validate_json(spec_path.read_bytes())
    with os.fdopen(secret_fd) as stream:
        access = Access.read(stream.read())
    outbox = TrialFolder(Path(spec.folder)).outbox(spec.attempt)
    publisher = Publisher(spec.endpoint, spec.run, spec.trial, spec.attempt, access, outbox)
    try:
        return _run(spec, Link(publisher))
    except Terminated:
        return 128 + signal.SIGTERM
    finally:
        publisher.close(timeout=LAST_ACKS)


def _run(spec: WorkerSpec, link: Link) -> int:
    try:
        prepared = prepare(spec, link)
        if prepared is None:
            return 1
        link.wait_for_start()
        Race(prepared, link).run()
    except Ordered:
        link.publish(Stopped(epoch=0, checkpoint=None))
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises is reported, not swallowed
        traceback.print_exc()
        link.publish(
            Failed(
                reason=_reason(error),
                kind=type(error).__name__,
                transient=is_transient(error),
                traceback=_last_lines(error),
            )
        )
        return 1
    return 0


LASTING = (
    FileExistsError, FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError,
)  # fmt: skip


def is_transient(error: Exception) -> bool:
    """Does it come from the machine, so that another attempt may go well?

    Of the file system, of memory, or of PyTorch's own kinds, such as torch.OutOfMemoryError and
    torch.AcceleratorError. A file that is not there is not there the next time, either.
    """
    if isinstance(error, LASTING):
        return False
    torch = sys.modules.get("torch")
    kinds = [getattr(torch, name, None) for name in ("OutOfMemoryError", "AcceleratorError")]
    of_torch = tuple(kind for kind in kinds if isinstance(kind, type))
    return isinstance(error, (OSError, MemoryError, *of_torch))


def _reason(error: Exception) -> str:
    """One sentence: our own errors speak for themselves, others are named by their type."""
    text = str(error) if isinstance(error, TournamentError) else f"{type(error).__name__}: {error}"
    return text[:2000]


def _last_lines(error: Exception) -> str:
    return "".join(traceback.format_exception(error))[-7000:]


def _exit_on_sigterm(_number: int, _frame: FrameType | None) -> None:
    raise Terminated


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
