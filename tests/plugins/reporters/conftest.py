"""Builds real run folders: a real log that the real referee decided, real tables of samples."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from scipy.stats import wilcoxon

from tournament.config.criteria import criteria_from_json, criteria_to_json
from tournament.record.checkpoint import fingerprint, save_state, save_table
from tournament.record.events import make_event
from tournament.record.fields import Payload
from tournament.record.folder import RunFolder
from tournament.record.log import LogWriter
from tournament.record.payloads import (
    Bound,
    Check,
    Closed,
    Ended,
    Entry,
    Exam,
    Examined,
    ExamRules,
    Failed,
    Finished,
    Opened,
    Ready,
    Stopped,
)
from tournament.referee.referee import Referee
from tournament.reporting.run import Run
from tournament_plugins.persistence.task import Persistence

Table = dict[str, np.ndarray[Any, Any]]
Moment = tuple[Mapping[str, float], Table]
"""What a trial shows at one check: its metrics and its table of samples."""

ORIGINAL = ("attention_ratio >= 1.5", "val_accuracy >= 0.75", "consistency >= 0.7")
T = 1_700_000_000.0


@dataclass(frozen=True)
class Script:
    """What one trial does: its checks, the first of them before training, and its end."""

    name: str
    moments: Sequence[Moment] = ()
    crash: str = ""


def video_table(ratio: float, videos: int = 200, unscored: int = 0, accuracy: float = 0.95,
                seed: int = 0) -> Table:  # fmt: skip
    """Plausible per-video figures: 23 tokens, log-normal attention around the given ratio."""
    rng = np.random.default_rng(seed)
    tokens = rng.integers(16, 34, videos)
    share = rng.uniform(0.5, 0.9, videos)
    ratios = ratio * rng.lognormal(0, 0.22, videos)
    transient = 1 / (1 + share * (ratios - 1))
    persistent = ratios * transient
    transient[:unscored] = math.nan
    scored = ~np.isnan(transient)
    return {
        "video": 8000 + np.arange(videos),
        "tokens": tokens,
        "accuracy": rng.binomial(tokens, accuracy) / tokens,
        "persistent": persistent,
        "transient": transient,
        "ratio": np.where(scored, persistent / np.where(scored, transient, 1), math.nan),
        "consistent": scored & (persistent >= 1.3 * transient),
    }


def video_metrics(table: Table) -> dict[str, float]:
    """The metrics of such a table, as the task persistence defines them."""
    scored = ~np.isnan(table["ratio"])
    up, down = table["persistent"][scored], table["transient"][scored]
    accuracy = float(np.average(table["accuracy"], weights=table["tokens"]))
    return {
        "attention_ratio": float(up.mean() / down.mean()),
        "val_accuracy": accuracy,
        "consistency": float(table["consistent"][scored].mean()),
        "balanced_accuracy": accuracy - 0.03,
        "majority_baseline": 0.7,
        "p_value": float(wilcoxon(up - down).pvalue),
        "cohens_d": float((up - down).mean() / (up - down).std(ddof=1)),
        "unscored_videos": float((~scored).sum()),
    }


def moment(ratio: float, **given: Any) -> Moment:
    table = video_table(ratio, **given)
    return video_metrics(table), table


class RunWriter:
    """Writes a race as it would happen: the referee sees each event and decides."""

    def __init__(self, folder: RunFolder, criteria: Sequence[str], name: str) -> None:
        folder.path.mkdir(parents=True)
        self.folder = folder
        self.criteria = criteria_from_json({"every": 5, "all": list(criteria)})
        self.name = name
        self.examined: dict[str, float] | None = None
        self._referee = Referee()
        self._seq = 0

    def write(self, scripts: Sequence[Script]) -> Run:
        with LogWriter(self.folder.log) as log:
            self._log = log
            self._say(self._opened(scripts))
            for script in scripts:
                self._say(READY, script.name)
            for script in scripts:
                if script.crash and not script.moments:
                    self._end(script)
            for index in range(max(len(s.moments) for s in scripts)):
                for script in scripts:
                    self._check(script, index)
            for script in scripts:
                self._end(script)
            self._say(Closed(exit_code=0, seconds=100))
        return Run(self.folder)

    def _opened(self, scripts: Sequence[Script]) -> Opened:
        epochs = 5 * max(1, max(len(s.moments) for s in scripts) - 1)
        entries = tuple(
            Entry(trial=s.name, entrant=s.name, strategy="s", seed=i, max_epochs=epochs)
            for i, s in enumerate(scripts)
        )
        return Opened(
            name=self.name, version="0.1.0", config_sha256="0" * 64, seed=0, threads=1, every=5,
            criteria=criteria_to_json(self.criteria), exam=RULES, keep=2, retries=0,
            plugins={}, trials=entries,
        )  # fmt: skip

    def _check(self, script: Script, index: int) -> None:
        trial = self._referee.standings.trials[script.name]
        if index >= len(script.moments) or trial.attempt.ended or self._referee.standings.verdict:
            return
        folder = self.folder.trial(script.name)
        folder.create()
        metrics, table = script.moments[index]
        save_state(folder.checkpoint(index), {"weight": np.zeros(3)})
        save_table(folder.samples(index), table)
        check = Check(
            index=index, epoch=5 * index, metrics=dict(metrics), seconds=60.0 * index,
            evaluation_seconds=1.0, cpu_seconds=60.0 * index,
            checkpoint=fingerprint(folder.checkpoint(index), folder.path),
            samples=fingerprint(folder.samples(index), folder.path),
        )  # fmt: skip
        self._say(check, script.name)
        if script.crash and index == len(script.moments) - 1:
            self._end(script)

    def _end(self, script: Script) -> None:
        trial = self._referee.standings.trials[script.name]
        if trial.attempt.ended:
            return
        if script.crash:
            self._say(Failed(reason=script.crash), script.name)
        elif trial.attempt.ordered_to_stop or trial is self._referee.standings.winner:
            self._say(Stopped(epoch=trial.epoch, checkpoint=None), script.name)
        else:
            self._say(Finished(epochs=trial.epoch, seconds=100), script.name)
        code = 1 if script.crash else 0
        self._say(
            Ended(trial=script.name, attempt=1, exit_code=code, signal=None,
                  out_of_memory=False, stderr=(), cpu_seconds=1.0, peak_memory=1)
        )  # fmt: skip

    def _say(self, payload: Payload, trial: str | None = None) -> None:
        self._seq += 1
        event = make_event(
            payload, run=self.folder.name, trial=trial, attempt=int(trial is not None),
            seq=self._seq, t=T + self._seq, offset=self._log.next_offset,
        )  # fmt: skip
        self._log.append([event])
        decisions = self._referee.apply(event)
        for decision in decisions:
            self._say(decision)
        if isinstance(payload, Exam):
            self._say(self._examined(payload, event.offset))

    def _examined(self, exam: Exam, offset: int) -> Examined:
        """An exam that finds what was claimed, or `examined` where that is given."""
        claim = self._referee.standings.trials[exam.trial].claim_at(exam.check)
        metrics = {**claim.metrics, **(self.examined or {})}
        bounds = tuple(
            Bound(
                criterion=str(leaf), metric=leaf.metric, value=metrics[leaf.metric],
                bound=metrics[leaf.metric], level=exam.level, method="exact",
            )
            for _, leaf in self.criteria.group.leaves()
        )  # fmt: skip
        return Examined(
            because=offset, trial=exam.trial, number=exam.number, seed=1, problem="", samples=500,
            metrics=metrics, bounds=bounds, findings=(), table=None, seconds=5.0,
        )  # fmt: skip


RULES = ExamRules(samples=500, attempts=3, confidence=0.95, backoff=1, timeout=60)
READY = Ready(
    metrics=("attention_ratio",), looks={m.name: m.look for m in Persistence.metrics},
    device="cpu", threads=1, seconds=1, steps=(), report={}, versions={},
)  # fmt: skip


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., Run]:
    """Write a run: `trials` gives each trial its moments, `crashes` how some of them end."""

    def make(
        trials: Mapping[str, Sequence[Moment]],
        crashes: Mapping[str, str] | None = None,
        criteria: Sequence[str] = ORIGINAL,
        name: str = "attention",
        examined: dict[str, float] | None = None,
    ) -> Run:
        writer = RunWriter(RunFolder(tmp_path / "runs" / f"{name}-20250102-030405"), criteria, name)
        writer.examined = examined
        ends = crashes or {}
        return writer.write([Script(n, moments, ends.get(n, "")) for n, moments in trials.items()])

    return make


@pytest.fixture
def moments() -> Callable[..., list[Moment]]:
    """Moments with these attention ratios, for a trial; `seed` sets it apart from the others."""

    def make(*ratios: float, seed: int = 0, **given: Any) -> list[Moment]:
        return [moment(ratio, seed=100 * seed + i, **given) for i, ratio in enumerate(ratios)]

    return make


@pytest.fixture
def with_metrics() -> Callable[..., Moment]:
    """A moment with some of its metrics replaced."""

    def make(given: Moment, **metrics: float) -> Moment:
        return {**given[0], **metrics}, given[1]

    return make


@pytest.fixture
def visible_texts() -> Callable[[Figure], dict[Text, Bbox]]:
    """All texts that a figure shows, with their places in pixels."""

    def find(figure: Figure) -> dict[Text, Bbox]:
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        hidden = {text for ax in figure.axes for text in _hidden_tick_labels(ax)}
        return {
            text: text.get_window_extent(canvas.get_renderer())
            for text in figure.findobj(Text)
            if isinstance(text, Text) and text.get_text() and text.get_visible()
            and text not in hidden
        }  # fmt: skip

    return find


def _hidden_tick_labels(ax: Axes) -> list[Text]:
    """The labels of ticks that lie outside the view, or of axes that are switched off."""
    labels = []
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
            if not (ax.axison and low <= tick.get_loc() <= high):
                labels += [tick.label1, tick.label2]
    return labels
