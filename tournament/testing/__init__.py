"""For the tests of a plugin: every point of its contract as a pytest test.

```python
from tournament.testing import StrategyTests

class TestMine(StrategyTests):
    strategy = "mine"
```

Loaded when first used: `tournament conform` needs no pytest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .cases import ReporterTests, StrategyTests, TaskTests

__all__ = ["ReporterTests", "StrategyTests", "TaskTests"]


def __getattr__(name: str) -> object:
    """Load a public name on first use."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(".cases", __name__), name)
