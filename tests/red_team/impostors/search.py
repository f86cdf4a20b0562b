"""Looks for the seed of sealed videos, wherever a process can read."""

from __future__ import annotations

import gc
import os
import re
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np


def numbers_about(base):
    """Every number that might be a seed, wherever this process can read: most have 16 digits."""
    tried = set()
    for text in readable(base):
        for found in re.findall(rb"(?<!\d)\d{16}(?!\d)", text):
            seed = int(found)
            if seed < 2**53 and seed not in tried and len(tried) < 10_000:
                tried.add(seed)
                yield seed


def readable(base):
    """Whatever this process can read."""
    parent = Path("/proc", str(os.getppid()))
    yield repr(dict(os.environ)).encode() + repr(sys.argv).encode()
    for name in ("environ", "cmdline"):
        yield content(parent / name)
    for folder in (Path.cwd(), base):
        for path in folder.rglob("*"):
            yield content(path)
    for folder in list(Path.cwd().parents)[:-1]:
        for path in folder.glob("*"):
            yield content(path)
    for process in (Path("/proc/self"), parent):
        with suppress(OSError):
            for descriptor in (process / "fd").iterdir():
                yield content(descriptor)
    frame = sys._getframe()
    while frame is not None:
        yield repr(list(frame.f_locals.values())).encode()
        frame = frame.f_back
    yield b" ".join(str(each).encode() for each in gc.get_objects() if isinstance(each, int))
    yield from memory(parent)


def content(path):
    """The start of a file; nothing of what is none or may not be read."""
    try:
        return path.read_bytes()[:1_000_000] if path.is_file() else b""
    except OSError:
        return b""


def memory(process):
    """What lies in the writable memory of a process, part by part, where that is allowed."""
    try:
        with (process / "mem").open("rb", buffering=0) as file:
            for line in (process / "maps").read_text().splitlines():
                first, end = (int(part, 16) for part in line.split()[0].split("-"))
                if " rw" in line and end - first < 1 << 26:
                    with suppress(OSError, ValueError, OverflowError):
                        file.seek(first)
                        part = file.read(end - first)
                        yield part
                        yield b" ".join(str(number).encode() for number in integers(part))
    except OSError:
        return


def integers(part):
    """What may be Python integers of 53 bits in a part of memory.

    Behind their size (2 digits; from Python 3.12 on times 8) they have digits of 30 bits.
    """
    words = np.frombuffer(part, np.uint64, len(part) // 8)
    digits = words[1:][np.isin(words[:-1], (2, 16))]
    low, high = digits & np.uint64(2**32 - 1), digits >> np.uint64(32)
    likely = (low < 2**30) & (high >= 2**22) & (high < 2**23)
    return (low + (high << np.uint64(30)))[likely].tolist()
