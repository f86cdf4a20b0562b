"""`python plain_user.py FOLDER private|open`: holds the exam of FOLDER on a seed from stdin.

As root it first gives up root's rights over other processes, for itself and its children, which
then are to each other as processes of any other user are.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

from exam_room import hold, hold_apart

from tournament.record.folder import ExamFolder
from tournament.record.spec import ExamSpec

PR_SET_SECUREBITS = 28
NO_ROOT = 0b1111
"""User 0 gets no capabilities by being user 0, and keeps none; locked (capabilities(7))."""

VERSION_3 = 0x20080522


def be_plain() -> None:
    """prctl(2) and capset(2)."""
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() != 0 or not hasattr(libc, "capset"):
        return
    header, none = (ctypes.c_uint32 * 2)(VERSION_3, 0), (ctypes.c_uint32 * 6)()
    if libc.prctl(PR_SET_SECUREBITS, NO_ROOT, 0, 0, 0) or libc.capset(header, none):
        raise OSError(ctypes.get_errno(), "cannot give up the rights of root")


def main() -> None:
    be_plain()
    folder = ExamFolder(Path(sys.argv[1]))
    spec = ExamSpec.model_validate_json(folder.spec.read_bytes())
    seed = int(sys.stdin.read())
    if sys.argv[2] == "private":
        hold_apart(spec, seed)
        return
    folder.result.write_text(hold(spec, seed).model_dump_json())


if __name__ == "__main__":
    main()
