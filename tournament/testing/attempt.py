"""What is to be tried: a strategy and a task, and which of the two is in question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Target(BaseModel):
    """A plugin by name and import string, with options for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    target: str
    options: Mapping[str, Any] = Field(default_factory=dict)


class Attempt(BaseModel):
    """A `kind` of plugin is tried: `strategy` at `task`, or `task` with `strategy`.

    `task_options` are the task's; None for small data, as its starter says.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["strategy", "task"]
    strategy: Target
    task: Target
    task_options: Mapping[str, Any] | None = None


class Result(BaseModel):
    """What came of one point: the sentence that should be true, and what was `found` if it is not.

    `mend` says what to do then. `tried` is False where an earlier failure left nothing to try.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    asks: str
    found: str = ""
    mend: str = ""
    tried: bool = True

    @property
    def passed(self) -> bool:
        """Is the sentence true?"""
        return self.tried and not self.found
