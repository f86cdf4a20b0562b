"""What a config says, as frozen models: every key, its meaning, its range and its default.

These models are the reference of the config file. Reading one, with messages that name file and
line, is `load_config`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)

from ..errors import Problem
from .address import read_address
from .criteria import WrittenCriteria
from .field_error import FieldError
from .quantities import Duration, Size
from .scalars import usable
from .writing import shown

LARGEST = 2**53 - 1
"""The largest whole number that every JSON reader keeps exact."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DEVICE = re.compile(r"auto|cpu|cuda|cuda:[0-9]{1,3}")


def _safe_name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError(
            f"{name!r:.70} cannot be a name, since folders are called so; use 1 to 64 of A-Z, a-z, "
            "0-9, '.', '_' and '-', beginning with a letter or a digit"
        )
    return name


def _device(device: str) -> str:
    if not _DEVICE.fullmatch(device):
        raise ValueError(f"expected auto, cpu, cuda, or a GPU such as cuda:1, got {device!r:.40}")
    return device


def _tcp_address(address: str) -> str:
    read_address(address)
    return address


def clashes(names: Iterable[str]) -> list[Problem]:
    """A problem for each name that differs from an earlier one in capitals only."""
    first: dict[str, str] = {}
    return [
        Problem(f"differs from {other!r} in capitals only; some file systems see one name", name)
        for name in names
        if (other := first.setdefault(name.casefold(), name)) != name
    ]


def _no_clashes(entrants: dict[str, Entrant]) -> dict[str, Entrant]:
    if problems := clashes(entrants):
        raise FieldError(problems)
    return entrants


def _use_own_name(entrants: Any) -> Any:
    """An entrant that does not say what it uses uses the strategy of its own name."""
    if not isinstance(entrants, Mapping):
        return entrants
    return {
        name: {"use": name, **entrant} if isinstance(entrant, Mapping) else entrant
        for name, entrant in entrants.items()
    }


def _path(value: object) -> Path:
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value:
        raise ValueError(f"expected a path, such as `../runs`; got {shown(value)}")
    return Path(usable(value))


SafeName = Annotated[str, AfterValidator(_safe_name)]
Plugin = Annotated[str, Field(min_length=1)]
Seed = Annotated[int, Field(ge=0, le=LARGEST)]
Device = Annotated[str, AfterValidator(_device)]
TcpAddress = Annotated[str, AfterValidator(_tcp_address)]
Options = dict[str, JsonValue]
FolderPath = Annotated[
    Path, PlainValidator(_path), PlainSerializer(str), WithJsonSchema({"type": "string"})
]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _optional(name: str) -> Callable[[dict[str, Any]], None]:
    """For the JSON Schema: a file may leave this key out, since `load_config` knows its default."""
    return lambda schema: schema["required"].remove(name)


def _splittable(command: str) -> str:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ValueError(f"cannot be split into words: {error}") from error
    if command and not words:
        raise ValueError("names no command")
    return command


def _http(url: str) -> str:
    if url and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", url):
        raise ValueError("expected an address that begins with https:// or http://")
    return url


class TaskChoice(_Model):
    """What is competed at."""

    use: Plugin = Field(description="The name of an installed task.", examples=["my-task"])
    options: Options = Field(
        default_factory=dict,
        description="The task's own settings; it checks them.",
        examples=[{"samples": 10000}],
    )


class Entrant(_Model):
    """A strategy with its options."""

    model_config = ConfigDict(json_schema_extra=_optional("use"))

    use: Plugin = Field(
        description="The name of an installed strategy; by default the entrant's own name.",
        examples=["my-strategy"],
    )
    max_epochs: int = Field(
        default=50,
        ge=1,
        le=LARGEST,
        description="Training ends after so many epochs.",
        examples=[50],
    )
    options: Options = Field(
        default_factory=dict,
        description="The strategy's own settings; it checks them.",
        examples=[{"alpha": 0.2}],
    )
    seed: Seed | None = Field(
        default=None,
        description="The seed of its randomness; by default made of the tournament's and its name.",
        examples=[0],
    )


class StopTimes(_Model):
    """How long a worker that is told to stop has, rung by rung."""

    grace: Duration = Field(
        default=10.0, description="From the order to stop to SIGTERM.", examples=["10s"]
    )
    terminate: Duration = Field(
        default=5.0, description="From SIGTERM to SIGKILL of all its processes.", examples=["5s"]
    )


class Limits(_Model):
    """When a worker is given up."""

    start: Duration = Field(
        default=1800.0,
        description="The longest silence while a worker imports and prepares.",
        examples=["30m"],
    )
    stall: Duration = Field(
        default=600.0,
        description="The longest time without progress in training.",
        examples=["10m"],
    )
    output: Size = Field(
        default=50_000_000,
        description="The most that a trial may write to stdout and stderr together.",
        examples=["50MB"],
    )


class ExamChoice(_Model):
    """How claims are examined. Every claim is: there is no win without an exam."""

    samples: int = Field(
        default=500,
        ge=500,
        le=50_000,
        description="Fresh samples of sealed data, where the task makes its data. More of them "
        "tell a good claim from a lucky one with more certainty, and take longer.",
        examples=[500],
    )
    attempts: int = Field(
        default=3,
        ge=1,
        le=100,
        description="Exams that each entrant may sit. The more, the stricter is each.",
        examples=[3],
    )
    confidence: float = Field(
        default=0.95,
        ge=0.5,
        le=0.999,
        description="The chance that no false winner is crowned, over all exams of the tournament.",
        examples=[0.95],
    )
    backoff: int = Field(
        default=1,
        ge=0,
        le=1000,
        description="Checks that an entrant sits out after a rejected claim; doubled each time.",
        examples=[1],
    )
    timeout: Duration = Field(
        default=600.0, description="The longest time that one exam may take.", examples=["10m"]
    )


class Notify(_Model):
    """Who is told of the verdict. A failure to tell changes nothing, and is told."""

    command: Annotated[str, AfterValidator(_splittable)] = Field(
        default="",
        description="A command, without a shell: the facts come as JSON from stdin, and in "
        "TOURNAMENT_OUTCOME, TOURNAMENT_WINNER, TOURNAMENT_RUN and TOURNAMENT_TEXT.",
        examples=["notify-send tournament"],
    )
    webhook: Annotated[str, AfterValidator(_http)] = Field(
        default="",
        description="An address to which the facts are posted as JSON, a sentence as `text`.",
        examples=["https://example.org/hook"],
    )


class Config(_Model):
    """One tournament."""

    model_config = ConfigDict(json_schema_extra=_optional("name"))

    name: SafeName = Field(
        description="The tournament's name; by default the config file's, without its ending.",
        examples=["my-race"],
    )
    task: TaskChoice = Field(description="What is competed at.", examples=[{"use": "my-task"}])
    entrants: Annotated[
        dict[SafeName, Entrant], BeforeValidator(_use_own_name), AfterValidator(_no_clashes)
    ] = Field(
        min_length=1,
        description="Who competes: strategies with their options, by name.",
        examples=[{"my-strategy": {"max_epochs": 50}}],
    )
    criteria: WrittenCriteria = Field(
        description="What a check must meet to be a claim.",
        examples=[{"every": 5, "all": ["accuracy >= 0.9", "loss <= 0.3"]}],
    )
    device: Device = Field(
        default="auto",
        description="auto (a GPU if there is one), cpu, cuda, or one GPU such as cuda:1.",
        examples=["auto"],
    )
    seed: Seed = Field(default=0, description="The tournament's seed.", examples=[0])
    threads: int | None = Field(
        default=None,
        ge=1,
        le=LARGEST,
        description="Threads a trial; by default the cores divided by the trials that run at once.",
        examples=[2],
    )
    runs: FolderPath = Field(
        default=Path("runs"),
        description="Where run folders go; a path written in a file is relative to that file. By "
        "default `runs` in the current folder.",
        examples=["../runs"],
    )
    keep: int = Field(
        default=2,
        ge=1,
        le=LARGEST,
        description="Checkpoints of each trial that are kept: those of its last checks. Those that "
        "met the criteria are kept at any rate.",
        examples=[2],
    )
    retries: int = Field(
        default=2,
        ge=0,
        le=1000,
        description="How often the worker of a trial is started again, from its last checkpoint, "
        "when it was killed, hangs, or fails for a reason outside of its strategy.",
        examples=[2],
    )
    monitor: TcpAddress | None = Field(
        default=None,
        description="Where others may watch over the network, with keys of `tournament keys new "
        "NAME`: live at this port, replays at the next. By default nowhere.",
        examples=["tcp://0.0.0.0:5555"],
    )
    preflight: bool = Field(
        default=False,
        description="Run each entrant's tests first: on a stand-in that learns nothing, where they "
        "must fail, and on the strategy itself, where they must pass. Who fails does not start.",
        examples=[True],
    )
    notify: Notify = Field(
        default=Notify(),
        description="Who is told of the verdict.",
        examples=[{"command": "notify-send tournament"}],
    )
    exam: ExamChoice = Field(
        default=ExamChoice(), description="How claims are examined.", examples=[{"samples": 500}]
    )
    stop: StopTimes = Field(
        default=StopTimes(), description="How workers are stopped.", examples=[{"grace": "10s"}]
    )
    limits: Limits = Field(
        default=Limits(), description="When a worker is given up.", examples=[{"stall": "10m"}]
    )
