"""Strategies that each break their contract in one way, and a task, a reporter that do."""

BROKEN = {
    "silent-option": """
class Plugin_(Walker):
    class Options(Walker.Options):
        lr: float = 0.1
""",
    "arrays": """
class Plugin_(Walker):
    def train_epoch(self, data):
        for figures in super().train_epoch(data):
            yield {name: np.array([value]) for name, value in figures.items()}
""",
    "yields-nothing": """
class Plugin_(Walker):
    def train_epoch(self, data):
        return iter(())
""",
    "wrong-shape": """
class Plugin_(Walker):
    def predict(self, inputs):
        return {"guess": np.zeros((2, 3))}
""",
    "nan": """
class Plugin_(Walker):
    def predict(self, inputs):
        return {"guess": np.full(len(inputs), np.nan if self.position else 0.0)}
""",
    "learns-nothing": """
class Plugin_(Walker):
    def predict(self, inputs):
        return {"guess": np.zeros(len(inputs))}
""",
    "own-chance": """
class Plugin_(Walker):
    def train_epoch(self, data):
        for figures in super().train_epoch(data):
            self.position += float(np.random.default_rng().uniform(0, 0.01))
            yield figures
""",
    "trains-in-predict": """
class Plugin_(Walker):
    def predict(self, inputs):
        self.position += 0.1
        return super().predict(inputs)
""",
    "forgets": """
class Plugin_(Walker):
    speed = 0.0
    def train_epoch(self, data):
        for figures in super().train_epoch(data):
            self.speed += 0.1
            self.position += self.speed
            yield figures
""",
    "loads-nothing": """
class Plugin_(Walker):
    def load_state(self, state):
        pass
""",
    "state-of-text": """
class Plugin_(Walker):
    def state(self):
        return {"position": str(self.position)}
""",
    "looks-at-its-batch": """
class Plugin_(Walker):
    def predict(self, inputs):
        return {"guess": np.full(len(inputs), self.position + len(inputs))}
""",
    "deaf": """
class Plugin_(Walker):
    class Options(Walker.Options):
        pass
    epochs = 0
    def train_epoch(self, data):
        yield from super().train_epoch(data)
        self.epochs += 1
        if self.epochs > 2:
            threading.Event().wait()
""",
    "untidy": """
class Plugin_(Walker):
    def __init__(self, options, context):
        super().__init__(options, context)
        (context.base / "mine.txt").write_text("here")
""",
    "loud": """
class Plugin_(Walker):
    def train_epoch(self, data):
        while True:
            print("x" * 1_000_000)
        yield {}
""",
    "hangs-at-birth": """
class Plugin_(Walker):
    def __init__(self, options, context):
        threading.Event().wait()
""",
    "kills-itself": """
class Plugin_(Walker):
    def state(self):
        os.kill(os.getpid(), 9)
""",
    "exits": """
class Plugin_(Walker):
    def predict(self, inputs):
        os._exit(3)
""",
    "breaks": """
raise RuntimeError("no weights")
""",
}

SOURCE = """
import os, threading
import numpy as np
from tournament import Plugin, hookimpl
from toys import Walker
{body}
"""

ENTRY = """
from tournament import Plugin, hookimpl

@hookimpl
def tournament_register():
    return [Plugin("strategy", "{name}", "{module}_class:Plugin_", tasks=("guess",))]
"""
