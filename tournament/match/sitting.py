"""One exam that is going on: an examiner process, its time, and what it says."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from pydantic import ValidationError

from ..process.orphans import Household
from ..process.spawn import EXAMINER, EXAMINER_THREADS, Child, Exit
from ..record.atomic import write_text
from ..record.folder import ExamFolder
from ..record.payloads import Examined
from ..record.spec import ExamSpec

LATE = 15.0
"""Seconds that an examiner gets beyond the exam's own time, to say what it waited for."""

LOUDEST = 50_000_000
"""Bytes that examiner and examinee may print together."""


class Sitting:
    """Starts the examiner of `spec` at `now`; times are monotonic. For the main thread only.

    An exam that cannot even begin has a result that says so.
    """

    def __init__(self, spec: ExamSpec, seed: int, household: Household, now: float) -> None:
        self._spec = spec
        self._seed = seed
        self._household = household
        self._folder = ExamFolder(Path(spec.folder))
        self._began = now
        self._until = now + spec.timeout + LATE
        self._examiner: Child | None = None
        self._problem = ""
        self.told = ""
        """The SHA-256 of what the examiner is told, empty if it could not be."""
        try:
            self._examiner = self._start()
        except OSError as error:
            self._problem = f"the exam could not begin: {error}"

    def _start(self) -> Child:
        folder = self._folder
        folder.path.mkdir(parents=True, exist_ok=True)
        Path(self._spec.scratch).mkdir(mode=0o700)
        folder.result.unlink(missing_ok=True)  # What lies there already is nobody's result.
        told = self._spec.model_dump_json(indent=2) + "\n"
        write_text(folder.spec, told)
        self.told = hashlib.sha256(told.encode()).hexdigest()
        secret = f"{self._seed} {self.told}"
        examiner = Child(
            EXAMINER, folder.spec, secret, EXAMINER_THREADS, folder.stdout, folder.stderr,
            Path.cwd(),
        )  # fmt: skip
        self._household.wanted.add(examiner.keeper)
        return examiner

    def result(self, now: float) -> Examined | None:
        """What the exam measured, once it is over; after that there is no process of it left."""
        if self._examiner is None:
            return self._unheld(now, self._problem)
        how = self._examiner.poll()
        said, loud = self._examiner.said(), self._examiner.output > LOUDEST
        if how is None and now < self._until and not loud:
            return None
        self.end()
        if loud:
            return self._unheld(now, f"the exam wrote more than {LOUDEST // 10**6} MB of output")
        if how is None:
            return self._unheld(now, f"the exam took longer than {self._spec.timeout:.0f} s")
        return self._read(how, said, now)

    def forgive(self, seconds: float) -> None:
        """Who watches stood still for so long."""
        self._until += seconds

    def end(self) -> None:
        """End what is going on. Ending twice is harmless."""
        if self._examiner is not None:
            self._examiner.kill()
            self._examiner.wait()
            self._examiner.close()
            self._household.wanted.discard(self._examiner.keeper)
            self._household.sweep()
        shutil.rmtree(self._spec.scratch, ignore_errors=True)

    def _read(self, how: Exit, said: bytes, now: float) -> Examined:
        """The result of this exam, which its examiner told; or how it ended without one."""
        try:
            found = Examined.model_validate_json(said)
        except ValidationError:
            found = None
        if how.code != 0 or found is None or not self._is_mine(found):
            end = f"was killed by {how.signal}" if how.signal else f"ended with code {how.code}"
            return self._unheld(
                now, f"the examiner {end} without a result: see {self._folder.stderr}"
            )
        return found

    def _is_mine(self, found: Examined) -> bool:
        spec = self._spec
        expected = (spec.because, spec.trial, spec.number, self._seed)
        return (found.because, found.trial, found.number, found.seed) == expected

    def _unheld(self, now: float, problem: str) -> Examined:
        return Examined(
            because=self._spec.because,
            trial=self._spec.trial,
            number=self._spec.number,
            seed=self._seed,
            problem=problem,
            samples=0,
            metrics={},
            bounds=(),
            findings=(),
            table=None,
            seconds=max(0.0, now - self._began),
        )
