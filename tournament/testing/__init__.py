"""For the tests of a plugin: every point of its contract as a pytest test.

```python
from tournament.testing import StrategyTests

class TestMine(StrategyTests):
    strategy = "mine"
```
"""

from .cases import StrategyTests, TaskTests

__all__ = ["StrategyTests", "TaskTests"]
