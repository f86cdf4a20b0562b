"""A file of distinct crops that grows while a split is packed; called by `store`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from .render import CHANNELS
from .tokenise import CROP


class CropTable:
    """A growing .npy file of distinct crops, (U, 16, 16, 3) uint8. Its length is U.

    Two crops are one when their 128-bit BLAKE2 hashes are. `key` is the SHA-256 of the content, and
    is there after the table was closed.
    """

    def __init__(self, path: Path) -> None:
        self.key = ""
        self._row: dict[bytes, int] = {}
        self._content = hashlib.sha256()
        self._file = path.open("wb")
        self._write_header()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._file:
            self._file.seek(0)
            self._write_header()
        self.key = self._content.hexdigest()

    def __len__(self) -> int:
        return len(self._row)

    def rows(self, crops: NDArray[np.uint8]) -> NDArray[np.int32]:
        """The row of each of these crops, (n,); those that are new are appended."""
        rows = np.empty(len(crops), np.int32)
        fresh = []
        for index, crop in enumerate(crops):
            digest = hashlib.blake2b(crop, digest_size=16).digest()
            if digest not in self._row:
                self._row[digest] = len(self._row)
                fresh.append(index)
            rows[index] = self._row[digest]
        content = crops[fresh].tobytes()
        self._content.update(content)
        self._file.write(content)
        return rows

    def _write_header(self) -> None:
        """NumPy leaves room in the header for the first dimension to grow, so it keeps its size."""
        shape = (len(self), CROP, CROP, CHANNELS)
        npy.write_array_header_1_0(
            self._file, {"descr": "|u1", "fortran_order": False, "shape": shape}
        )
