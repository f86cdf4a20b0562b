"""The task `persistence`: data from the cache, predictions to figures.

The only file of this folder that the framework calls. A worker asks for train and validation; the
test split is made when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from pydantic import JsonValue

from tournament import AnyOptions, Arrays, Context, Evaluation, Labelled, Metric, Split, Task

from .evaluation import evaluate
from .options import PersistenceOptions, split_range
from .packed import Truth
from .predictions import check_predictions
from .store import pack, read_facts, read_split, split_key


class Persistence(Task):
    """Tell the objects of a short video that stay from those that only flash up.

    Inputs are `Tokens`, the truth is `Truth` (see `packed`). Predictions are `logits` and
    `attention` (see `predictions`).
    """

    Options: ClassVar[AnyOptions] = PersistenceOptions
    options: PersistenceOptions
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(
            name="attention_ratio",
            meaning="attention that persistent objects receive over what transient ones receive: "
            "the ratio of the means over videos; 1 is uniform",
            unit="x",
        ),
        Metric(
            name="consistency",
            meaning="share of videos whose own ratio reaches the consistency threshold",
        ),
        Metric(name="val_accuracy", meaning="share of objects whose kind is predicted rightly"),
        Metric(
            name="balanced_accuracy",
            meaning="mean of the accuracy on persistent and on transient objects; 0.5 is chance",
        ),
        Metric(
            name="majority_baseline",
            meaning="accuracy of always predicting the more frequent kind",
        ),
        Metric(
            name="p_value",
            meaning="one-sided Wilcoxon signed-rank test, over videos, that persistent objects "
            "receive more attention",
            better="lower",
        ),
        Metric(
            name="cohens_d",
            meaning="effect size over videos: mean difference in attention over its deviation",
        ),
        Metric(
            name="unscored_videos",
            meaning="videos without both kinds of objects: counted, not scored",
            unit="videos",
            better="lower",
        ),
    )

    def __init__(self, options: PersistenceOptions, context: Context) -> None:
        super().__init__(options, context)
        self._folders: dict[Split, Path] = {}

    def prepare(self) -> Mapping[str, JsonValue]:
        """Make or find train and validation; facts about both."""
        return {split: read_facts(self._folder(split)) for split in ("train", "validation")}

    def data(self, split: Split) -> Labelled:
        """`Tokens` and `Truth` of one split, mapped from the cache."""
        return read_split(self._folder(split), split_range(self.options.videos, split))

    def evaluate(self, predictions: Arrays, truth: Truth) -> Evaluation:
        """All metrics, and a row a video; see `evaluation`."""
        checked = check_predictions(predictions, truth.starts)
        return evaluate(checked, truth, self.options.consistency_threshold)

    def _folder(self, split: Split) -> Path:
        if split not in self._folders:
            self._folders[split] = self._packed(split, split_range(self.options.videos, split))
        return self._folders[split]

    def _packed(self, split: Split, videos: range) -> Path:
        def build(folder: Path) -> None:
            pack(self.options, videos, folder, progress)

        def progress(done: int) -> None:
            self.context.progress("videos", done, len(videos))

        return self.context.cache.entry(
            f"persistence-{split}", split_key(self.options, videos), build
        )
