"""The life of a worker before training: plugins, options, preparation, the barrier."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from pydantic import JsonValue

from ..cache import Cache
from ..errors import OptionError, TournamentError
from ..plugin.api import Context, Strategy, Task
from ..plugin.examinable import Labelled
from ..plugin.fit import beyond_metrics, read_options
from ..plugin.registry import import_class
from ..process.randomness import seed_everything
from ..record.checkpoint import load_state
from ..record.folder import TrialFolder
from ..record.payloads import Accepted, Complaint, Note, Preparing, Problems, Ready, Step
from ..record.spec import WorkerSpec
from .device import device_facts, resolve_device
from .link import Link


class UnfitError(TournamentError):
    """The config asks for what cannot be had. Holds the complaints."""

    def __init__(self, complaints: tuple[Complaint, ...]) -> None:
        self.complaints = complaints
        super().__init__("; ".join(complaint.message for complaint in complaints))


@dataclass(frozen=True)
class Prepared:
    """What training works with."""

    spec: WorkerSpec
    folder: TrialFolder
    task: Task
    strategy: Strategy
    train: Labelled
    validation: Labelled


def prepare(spec: WorkerSpec, link: Link) -> Prepared | None:
    """Get ready and say so; None when the config cannot be honoured, which was then said."""
    start = time.monotonic()
    try:
        prepared, ready = _prepare(spec, link, start)
    except UnfitError as unfit:
        link.publish(Problems(problems=unfit.complaints))
        return None
    link.publish(ready)
    return prepared


def _prepare(spec: WorkerSpec, link: Link, start: float) -> tuple[Prepared, Ready]:
    strategy_class, task_class = _load_classes(spec)
    fit = _fit(spec, strategy_class, task_class)
    link.publish(Accepted(device=fit.device))
    seed_everything(spec.seed)
    context = _context(spec, link, fit.device)
    facts = device_facts(context.device)
    report: dict[str, Mapping[str, JsonValue]] = {"device": facts} if facts else {}
    strategy_key = f"entrants.{spec.entrant}.options"
    with _OptionsAt("task.options"):
        task = task_class(fit.task_options, context)
        report["task"] = task.prepare()
    with _OptionsAt(strategy_key):
        report["strategy"] = strategy_class.prepare(fit.options, task, context)
        seed_everything(spec.seed)
        strategy = strategy_class(fit.options, context)
    if spec.behind is not None:
        strategy.load_state(load_state(Path(spec.folder) / spec.behind.checkpoint.name))
    train, validation = task.data("train"), task.data("validation")
    ready = Ready(
        metrics=tuple(metric.name for metric in task.metrics),
        looks={metric.name: metric.look for metric in task.metrics},
        device=context.device,
        threads=spec.threads,
        seconds=time.monotonic() - start,
        steps=tuple(
            Step(what=b.what, seconds=b.seconds, cached=b.cached) for b in context.cache.history
        ),
        report={name: dict(about) for name, about in report.items()},
        versions=_versions(spec),
    )
    folder = TrialFolder(Path(spec.folder))
    return Prepared(spec, folder, task, strategy, train, validation), ready


def _load_classes(spec: WorkerSpec) -> tuple[type[Strategy], type[Task]]:
    """Import both classes, and the code of no other plugin."""
    strategy = import_class("strategy", spec.strategy.name, spec.strategy.target)
    if "torch" in spec.strategy.needs:
        import_module("torch")  # Also one that imports it late is asked for its device now.
    return strategy, import_class("task", spec.task.name, spec.task.target)


@dataclass(frozen=True)
class _Fit:
    """What the config asks for, as far as it can be had."""

    options: object
    task_options: object
    device: str


def _fit(spec: WorkerSpec, strategy_class: type[Strategy], task_class: type[Task]) -> _Fit:
    """Options and device. Raises UnfitError with everything that is wrong, at once."""
    key = f"entrants.{spec.entrant}.options"
    options, wrong = read_options(strategy_class.Options, spec.strategy.options, key)
    task_options, wrong_task = read_options(task_class.Options, spec.task.options, "task.options")
    beyond = beyond_metrics(spec.criteria, task_class.metrics, spec.task.name)
    complaints = wrong + wrong_task + beyond
    device = "cpu"
    try:
        device = resolve_device(spec.device)
    except OptionError as error:
        complaints += (Complaint(key=error.key, message=str(error)),)
    if complaints:
        raise UnfitError(complaints)
    return _Fit(options, task_options, device)


def _context(spec: WorkerSpec, link: Link, device: str) -> Context:
    progress = _progress(link)
    return Context(
        seed=spec.seed,
        device=device,
        threads=spec.threads,
        cores=spec.cores,
        cache=Cache(waiting=lambda what: progress(f"waits for {what}", 0, 1)),
        folder=Path(spec.folder),
        base=Path(spec.base),
        note=lambda text: link.publish(Note(text=text)),
        progress=progress,
    )


def _progress(link: Link) -> Callable[[str, int, int], None]:
    """A bar that moves at most every half second, and is a safe point."""

    def report(what: str, done: int, total: int) -> None:
        if link.due() or done >= total:
            link.publish(Preparing(what=what, done=done, total=total))
        link.obey()

    return report


class _OptionsAt:
    """Turns an OptionError inside into a complaint about the option's key in the config."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OptionError):
            key = f"{self._key}.{error.key}" if error.key else self._key
            raise UnfitError((Complaint(key=key, message=str(error)),)) from error


def _versions(spec: WorkerSpec) -> dict[str, str]:
    """Versions of the distributions that this trial runs on, and of what they brought along."""
    versions = {plugin.distribution: plugin.version for plugin in (spec.strategy, spec.task)}
    for library in ("numpy", "scipy", "torch", "torchvision"):
        if library in sys.modules:
            versions[library] = version(library)
    return versions
