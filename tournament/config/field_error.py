"""Several things that are wrong inside one value, as one exception that pydantic lets through."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import Problem


class FieldError(ValueError):
    """What a validator found inside its field; the keys of `problems` begin below that field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))
