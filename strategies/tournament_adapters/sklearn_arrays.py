"""A scikit-learn estimator as arrays by name, and back; nothing is ever unpickled.

skops writes an estimator as a tree of named types, with its arrays beside it. Here these arrays get
names that depend on the estimator alone, where skops takes addresses in memory: an estimator that
is loaded gives the arrays that it came from.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import skops.io

from tournament import Arrays, ContractError

TREE = "estimator"
"""The array that holds the tree of types, as JSON in UTF-8; "0", "1", ... are the others."""

FILE = ".npy"
"""How the name of an array of records ends, such as a tree's nodes: it has the bytes of a file."""


def estimator_to_arrays(estimator: Any) -> Arrays:
    """All of it: parameters and what was fitted. Raises ContractError for a type without arrays."""
    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(estimator))) as archive:
        tree = json.loads(archive.read("schema.json"))
        arrays: dict[str, Any] = {}
        for node in _numbered(tree):
            if "file" in node:
                name, array = str(len(arrays)), _array(archive, node["file"])
                arrays |= {name + FILE: _as_file(array)} if array.dtype.names else {name: array}
                node["file"] = name + FILE
    text = json.dumps(tree).encode()
    return {TREE: np.frombuffer(text, np.uint8), **arrays}


def estimator_from_arrays(arrays: Mapping[str, Any]) -> Any:
    """The estimator again. The types that it names must be scikit-learn's, or numpy's."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("schema.json", arrays[TREE].tobytes())
        for name, array in arrays.items():
            if name != TREE:
                is_file = name.endswith(FILE)
                content = array.tobytes() if is_file else _npy(array)
                archive.writestr(name if is_file else name + FILE, content)
    content = stream.getvalue()
    types = skops.io.get_untrusted_types(data=content)
    foreign = sorted(name for name in types if not name.startswith("sklearn."))
    if foreign:
        raise ContractError(f"the estimator has parts that are not scikit-learn's: {foreign}")
    return skops.io.loads(content, trusted=types)


def _numbered(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each node of the tree in order, with a number instead of an address; one a text or number."""
    numbers: dict[int, int] = {}
    for count, node in enumerate(_nodes(tree)):
        if node["__loader__"] == "JsonNode":  # Whether two of these are one object is chance.
            node["__id__"] = count
        else:
            node["__id__"] = numbers.setdefault(node["__id__"], count)
        yield node


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        if "__id__" in tree:
            yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)


def _array(archive: zipfile.ZipFile, name: str) -> Any:
    with archive.open(name) as file:
        return np.load(io.BytesIO(file.read()), allow_pickle=False)


def _as_file(records: Any) -> Any:
    """Records as the bytes of a file, with zeros where a record has gaps."""
    whole = np.zeros(records.shape, records.dtype)
    for field in records.dtype.names:
        whole[field] = records[field]
    return np.frombuffer(_npy(whole), np.uint8)


def _npy(array: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()
