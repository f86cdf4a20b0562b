"""The race of one trial: check 0, then epochs, with a check every so many and at the end."""

from __future__ import annotations

import errno
import json
import math
import time
from collections.abc import Callable, Mapping

from ..errors import ContractError
from ..plugin.api import Evaluation
from ..plugin.figures import checked_figures, checked_metrics
from ..process.randomness import random_states, restore_random_states, untouched_randomness
from ..record.atomic import write_text
from ..record.checkpoint import fingerprint, save_state, save_table
from ..record.payloads import Check, File, Finished, Note, Progress, Stopped
from ..record.regular import read_regular
from .link import Link, Ordered
from .session import Prepared

LARGEST_STATES = 1 << 26
"""Bytes of a file of random states."""


class Race:
    """Trains a prepared trial to its last epoch, or until it is told to stop.

    An attempt that goes on behind a check takes over its epoch, its clocks and its random states.
    """

    def __init__(self, prepared: Prepared, link: Link) -> None:
        self._prepared = prepared
        self._link = link
        behind = prepared.spec.behind
        self._start = time.monotonic() - (behind.seconds if behind else 0.0)
        self._cpu_start = time.process_time() - (behind.cpu_seconds if behind else 0.0)
        self._epoch = behind.epoch if behind else 0
        self._last_checkpoint = behind.checkpoint if behind else None
        self._checks = prepared.spec.checks
        self._batches = 0
        self._saw_non_finite = False

    def run(self) -> None:
        """Race. Every way out is published; only errors of strategy or task are raised."""
        spec = self._prepared.spec
        try:
            self._begin()
            while self._epoch < spec.max_epochs:
                self._train_epoch()
                self._epoch += 1
                if self._epoch % spec.every == 0 or self._epoch == spec.max_epochs:
                    self._check()
        except Ordered:
            self._link.publish(Stopped(epoch=self._epoch, checkpoint=self._last_checkpoint))
        else:
            self._link.publish(Finished(epochs=self._epoch, seconds=self._seconds()))

    def _begin(self) -> None:
        behind = self._prepared.spec.behind
        if behind is None:
            self._check()
            return
        states = self._prepared.folder.random_states(behind.index)
        try:
            restore_random_states(json.loads(read_regular(states, LARGEST_STATES)))
        except (OSError, ValueError, KeyError, TypeError) as error:
            text = f"goes on with other random numbers: {states.name} cannot be used: {error}"
            self._link.publish(Note(text=text))

    def _seconds(self) -> float:
        return time.monotonic() - self._start

    def _train_epoch(self) -> None:
        prepared = self._prepared
        done = 0
        figures: dict[str, float] = {}
        for given in prepared.strategy.train_epoch(prepared.train):
            done += 1
            figures = checked_figures(given, "train_epoch")
            self._note_non_finite(figures, done)
            if self._link.due():
                self._publish_progress(done, figures)
            self._link.obey()
        if done == 0:
            raise ContractError("train_epoch yielded nothing; expected figures after each batch")
        self._batches = done
        self._publish_progress(done, figures)

    def _publish_progress(self, done: int, figures: Mapping[str, float]) -> None:
        self._link.publish(
            Progress(
                epoch=self._epoch + 1,
                batch=done,
                batches=self._batches,
                seconds=self._seconds(),
                figures=dict(figures),
            )
        )

    def _note_non_finite(self, figures: Mapping[str, float], batch: int) -> None:
        """Say once that training diverged; the figures themselves are in the log."""
        bad = [name for name, value in figures.items() if not math.isfinite(value)]
        if bad and not self._saw_non_finite:
            self._saw_non_finite = True
            where = f"epoch {self._epoch + 1}, batch {batch}"
            self._link.publish(Note(text=f"{bad[0]} is {figures[bad[0]]} at {where}"))

    def _check(self) -> None:
        """Evaluate on validation data: checkpoint first, then the event that names it."""
        start = time.monotonic()
        index = self._checks
        checkpoint = self._with_room(lambda: self._save_checkpoint(index))
        evaluation = self._evaluate()
        names = (metric.name for metric in self._prepared.task.metrics)
        metrics = checked_metrics(evaluation.metrics, names, "evaluate")
        check = Check(
            index=index,
            epoch=self._epoch,
            metrics=metrics,
            checkpoint=checkpoint,
            samples=self._with_room(lambda: self._save_samples(index, evaluation)),
            seconds=self._seconds(),
            evaluation_seconds=time.monotonic() - start,
            cpu_seconds=time.process_time() - self._cpu_start,
        )
        self._checks += 1
        self._last_checkpoint = checkpoint
        self._link.publish(check)
        self._refuse_nan(check)
        self._link.obey()

    def _evaluate(self) -> Evaluation:
        prepared = self._prepared
        with untouched_randomness():
            predictions = prepared.strategy.predict(prepared.validation.inputs)
            return prepared.task.evaluate(predictions, prepared.validation.truth)

    def _refuse_nan(self, check: Check) -> None:
        """A trial whose judged metrics are NaN has diverged; the check itself stays in the log."""
        for metric in dict.fromkeys(c.metric for c in self._prepared.spec.criteria):
            if math.isnan(check.metrics[metric]):
                raise ContractError(f"{metric} is NaN at the check after epoch {check.epoch}")

    def _with_room(self, write: Callable[[], File]) -> File:
        """Write; while the disk is full, wait for room. `limits.stall` ends a wait in vain."""
        while True:
            try:
                return write()
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                    raise
            self._link.wait_for_room()

    def _save_checkpoint(self, index: int) -> File:
        folder = self._prepared.folder
        states = json.dumps(random_states())
        save_state(folder.checkpoint(index), self._prepared.strategy.state())
        write_text(folder.random_states(index), states)
        return fingerprint(folder.checkpoint(index), folder.path)

    def _save_samples(self, index: int, evaluation: Evaluation) -> File:
        folder = self._prepared.folder
        save_table(folder.samples(index), evaluation.samples)
        return fingerprint(folder.samples(index), folder.path)
