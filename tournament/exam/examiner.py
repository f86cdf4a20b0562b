"""`python -m tournament.exam.examiner SPEC FD PARENT`: examines one claim.

It holds sealed data with its truth, the task's metrics and the integrity checks, and imports no
strategy: that runs in the examinee, which sees inputs only. SPEC is the JSON file of an `ExamSpec`.
From the inherited socket FD come the seed of the sealed data and the SHA-256 of SPEC, and what was
measured goes there, as the payload of an event: files could be anybody's. For people to read, it is
also in `result.json` in the exam's folder.
"""

from __future__ import annotations

import hashlib
import socket
import sys
import time
import traceback
from contextlib import closing, suppress
from pathlib import Path

import numpy as np

from ..cache import Cache
from ..errors import TournamentError
from ..plugin.api import Context, Metric, Task
from ..plugin.registry import import_class
from ..process.parent import die_with_parent, keep_memory_private
from ..record.atomic import write_text
from ..record.checkpoint import fingerprint, save_table
from ..record.folder import ExamFolder
from ..record.payloads import Bound, Examined, File, Finding
from ..record.regular import read_regular
from ..record.spec import ExamineeSpec, ExamSpec
from .arrays import Arrays, parse_arrays
from .candidate import Candidate
from .measure import Measured, measure_bounds
from .questions import check_integrity


def examine(spec: ExamSpec, seed: int) -> Examined:
    """Hold the exam and give what it measured; whatever goes wrong is its `problem`."""
    start = time.monotonic()
    try:
        return _result(spec, seed, start, _measure(spec, seed, start + spec.timeout))
    except TournamentError as error:
        return _broken(spec, seed, start, str(error))
    except Exception as error:  # noqa: BLE001 - an exam that breaks rejects the claim, and says why
        traceback.print_exc()
        return _broken(spec, seed, start, f"the exam broke: {type(error).__name__}: {error}")


def _measure(spec: ExamSpec, seed: int, deadline: float) -> Measured:
    content, state = _checkpoint(spec)
    task = _task(spec)
    with closing(Candidate(_examinee_spec(spec, content), task, deadline)) as candidate:
        task.prepare()
        sealed = task.exam(seed, spec.samples)
        candidate.wait_until_ready()
        predictions = candidate.predict(sealed.inputs)
        evaluation = task.evaluate(predictions, sealed.truth)
        rng = np.random.default_rng(seed)
        findings = check_integrity(task, candidate, sealed.inputs, predictions, state, rng, spec)
    bounds = measure_bounds(spec.criteria, _metrics(task), evaluation, rng)
    return Measured(evaluation, bounds, findings, task.count(sealed.inputs))


def _checkpoint(spec: ExamSpec) -> tuple[bytes, Arrays]:
    """The claimed checkpoint: read once, so that what was hashed is what is used."""
    path = Path(spec.checkpoint)
    try:
        content = read_regular(path, spec.bytes)
    except OSError as error:
        raise TournamentError(f"the claimed checkpoint cannot be read: {error}") from error
    if hashlib.sha256(content).hexdigest() != spec.sha256:
        raise TournamentError(
            f"the checkpoint {path.name} is not the one that was claimed: its hash has changed"
        )
    return content, parse_arrays(content, "the claimed checkpoint")


def _task(spec: ExamSpec) -> Task:
    task: type[Task] = import_class("task", spec.task.name, spec.task.target)
    around = spec.surroundings
    context = Context(
        seed=around.seed,
        device="cpu",
        threads=around.threads,
        cores=around.threads,
        cache=Cache(scratch=Path(spec.folder) / "cache"),
        folder=Path(spec.folder),
        base=Path(around.base),
    )
    return task(task.Options.model_validate(spec.task.options), context)


def _examinee_spec(spec: ExamSpec, content: bytes) -> ExamineeSpec:
    """What the examinee is told; the checkpoint is a copy that nobody else writes to."""
    scratch = Path(spec.scratch)
    (scratch / "checkpoint.safetensors").write_bytes(content)
    return ExamineeSpec(
        task=spec.task,
        strategy=spec.strategy,
        surroundings=spec.surroundings,
        checkpoint=str(scratch / "checkpoint.safetensors"),
        folder=str(scratch),
    )


def _metrics(task: Task) -> dict[str, Metric]:
    return {metric.name: metric for metric in task.metrics}


def _result(spec: ExamSpec, seed: int, start: float, measured: Measured) -> Examined:
    folder = ExamFolder(Path(spec.folder))
    save_table(folder.samples, measured.evaluation.samples)
    metrics = {name: float(value) for name, value in measured.evaluation.metrics.items()}
    return _examined(
        spec,
        seed,
        start,
        samples=measured.samples,
        metrics=metrics,
        bounds=measured.bounds,
        findings=measured.findings,
        table=fingerprint(folder.samples, folder.path),
    )


def _broken(spec: ExamSpec, seed: int, start: float, problem: str) -> Examined:
    return _examined(spec, seed, start, problem=problem)


def _examined(
    spec: ExamSpec,
    seed: int,
    start: float,
    *,
    problem: str = "",
    samples: int = 0,
    metrics: dict[str, float] | None = None,
    bounds: tuple[Bound, ...] = (),
    findings: tuple[Finding, ...] = (),
    table: File | None = None,
) -> Examined:
    return Examined(
        because=spec.because,
        trial=spec.trial,
        number=spec.number,
        seed=seed,
        problem=problem,
        samples=samples,
        metrics=metrics or {},
        bounds=bounds,
        findings=findings,
        table=table,
        seconds=time.monotonic() - start,
    )


def main(arguments: list[str]) -> int:
    """Hold one exam."""
    spec_path, line_fd, parent = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    die_with_parent(parent)
    keep_memory_private()
    with socket.socket(fileno=line_fd) as line:
        seed, digest = line.makefile("r").read().split()
        told = spec_path.read_bytes()
        if hashlib.sha256(told).hexdigest() != digest:
            raise SystemExit("what this examiner is told was changed on its way")
        spec = ExamSpec.model_validate_json(told)
        result = examine(spec, int(seed))
        line.sendall(result.model_dump_json().encode())
    with suppress(OSError):  # A copy for people; what counts has been said.
        write_text(ExamFolder(Path(spec.folder)).result, result.model_dump_json(indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
