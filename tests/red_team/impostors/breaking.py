"""Answers that break the exam."""

from __future__ import annotations

import os
import signal
import sys

from pydantic import Field

from .honest import NEVER, REPLIES
from .malformed import InExam


class Acts(InExam):
    """Does something else before its first answer in an exam."""

    def predict(self, inputs):
        if self.bad and self.calls == 0:
            self.act()
        return super().predict(inputs)

    def act(self):
        raise NotImplementedError


class NeverReturns(Acts):
    """Or not for so many seconds."""

    class Options(Acts.Options):
        seconds: float | None = Field(None, description="How long it takes.")

    def act(self):
        NEVER.wait(self.options.seconds)


class KillsItself(Acts):
    def act(self):
        os.kill(os.getpid(), signal.SIGKILL)


class OutOfMemory(Acts):
    def act(self):
        raise MemoryError


class ClosesItsLine(Acts):
    def act(self):
        os.close(int(sys.argv[REPLIES]))
        NEVER.wait()
