"""Splits on disk: `pack` writes one into a folder, `read_split` maps it back.

A folder holds one .npy file an array and `facts.json`. Crops are written as they come, each content
once, so packing needs memory for one chunk of videos and 16 bytes a distinct crop.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tournament import Labelled

from .crop_table import CropTable
from .options import PersistenceOptions
from .packed import Tokens, Truth
from .render import film
from .tokenise import Tokenised, tokenise

FORMAT = 1
"""Goes into the cache key: raise it whenever the same options give other files."""

CHUNK = 64
"""Videos made at once; only a matter of speed."""

Facts = dict[str, Any]


def split_key(options: PersistenceOptions, videos: range) -> dict[str, object]:
    """All that the files of these videos depend on."""
    made_of = options.model_dump(include={"seed", "colour", "appearance"})
    return {"format": FORMAT, "videos": [videos.start, videos.stop], **made_of}


def pack(
    options: PersistenceOptions,
    videos: range,
    folder: Path,
    progress: Callable[[int], None],
) -> None:
    """Make these videos and write their tokens and truth into `folder`.

    `progress` is told how many videos are done.
    """
    parts: list[dict[str, NDArray[Any]]] = []
    transients = 0
    with CropTable(folder / "crops.npy") as table:
        for first in range(0, len(videos), CHUNK):
            chunk = videos[first : first + CHUNK]
            shot = film(options, chunk)
            tokens = tokenise(shot)
            parts.append(_columns(tokens, table.rows(tokens.crops)))
            transients += int(shot.transients.sum())
            progress(first + len(chunk))
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    counts = columns.pop("counts")
    columns["starts"] = np.concatenate([[0], np.cumsum(counts)])
    for name, column in columns.items():
        np.save(folder / f"{name}.npy", column, allow_pickle=False)
    facts = _facts(columns["labels"], counts, transients) | {"distinct_crops": len(table)}
    (folder / "facts.json").write_text(json.dumps({"key": table.key, "facts": facts}, indent=2))


def read_split(folder: Path, videos: range) -> Labelled:
    """`Tokens` and `Truth` of the videos that `pack` wrote into `folder`."""
    arrays = {
        name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))
        for name in ("crops", "crop", "frame", "box", "starts", "labels")
    }
    labels = arrays.pop("labels")
    tokens = Tokens(**arrays, key=json.loads((folder / "facts.json").read_text())["key"])
    numbers = np.arange(videos.start, videos.stop, dtype=np.int64)
    return Labelled(tokens, Truth(labels, tokens.starts, numbers))


def read_facts(folder: Path) -> Facts:
    """What there is to report about a split."""
    facts: Facts = json.loads((folder / "facts.json").read_text())["facts"]
    return facts


def _columns(tokens: Tokenised, crop: NDArray[np.int32]) -> dict[str, NDArray[Any]]:
    return {
        "crop": crop,
        "frame": tokens.frame,
        "box": tokens.box,
        "labels": tokens.labels,
        "counts": tokens.counts,
    }


def _facts(labels: NDArray[np.uint8], counts: NDArray[np.int64], transients: int) -> Facts:
    video = np.repeat(np.arange(len(counts)), counts)
    persistent = np.bincount(video, weights=labels, minlength=len(counts))
    return {
        "videos": len(counts),
        "tokens": len(labels),
        "tokens_a_video": len(labels) / len(counts),
        "persistent_share": float(labels.mean()),
        "transient_objects_a_video": transients / len(counts),
        "videos_of_one_kind_only": int(np.sum((persistent == 0) | (persistent == counts))),
    }
