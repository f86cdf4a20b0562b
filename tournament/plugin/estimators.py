"""How a metric follows from a task's table of samples, so that an exam can say how sure it is.

A task names one for each metric that may be a criterion. An exam estimates the metric anew, and
asks at which values it could truly lie: a claim holds only if it holds at the unfavourable end.

A row with NaN in one of the columns is not scored. Samples must be independent of each other: rows
are drawn as wholes, so what belongs together (the words of a sentence) belongs into one row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.float64]


@dataclass(frozen=True)
class Share:
    """The share of samples where `column` is 1 rather than 0, of those where `among` is."""

    column: str
    among: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column, self.among) if self.among else (self.column,)


@dataclass(frozen=True)
class Ratio:
    """The mean of one column over the mean of another: shares of things, ratios of sums."""

    numerator: str
    denominator: str

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.numerator, self.denominator)


@dataclass(frozen=True)
class Mean:
    """The mean of a column."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)


@dataclass(frozen=True)
class Average:
    """The mean of several ratios, each with the same weight, such as a balanced accuracy."""

    of: tuple[Ratio, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for ratio in self.of for name in ratio.columns)


@dataclass(frozen=True)
class Statistic:
    """Anything that `compute` makes of some columns.

    It gets the columns as arrays (..., S) and `axis=-1`, and gives an array (...): one value for
    each of many resampled tables at once.
    """

    columns: tuple[str, ...]
    compute: Callable[..., Any]


@dataclass(frozen=True)
class PValue:
    """The metric is itself the p-value of a test: the smaller of its criterion's threshold and the
    exam's level has to be met.
    """

    @property
    def columns(self) -> tuple[str, ...]:
        return ()


Estimator = Share | Ratio | Mean | Average | Statistic | PValue
