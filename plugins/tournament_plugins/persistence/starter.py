"""Does an object last? Look for it one and two frames before and after: is a box nearby?"""

import numpy as np
from pydantic import Field

from tournament import Options, Plugin, Strategy, hookimpl


class Nearby(Strategy):
    class Options(Options):
        lr: float = Field(1.0, gt=0, le=100, description="Step of gradient descent.")

    def __init__(self, options, context):
        self.options, self.weights = options, np.zeros(5)

    def train_epoch(self, data):
        x, y = self.features(data.inputs), data.truth.labels
        for rows in np.array_split(np.random.permutation(len(y)), 20):
            error = y[rows] - 1 / (1 + np.exp(-x[rows] @ self.weights))
            self.weights = self.weights + self.options.lr * error @ x[rows] / len(rows)
            yield {"error": float(np.abs(error).mean())}

    def predict(self, inputs):
        score = self.features(inputs) @ self.weights
        uniform = np.concatenate([np.full(n * n, 1 / n) for n in inputs.counts])
        logits = np.stack([-score / 2, score / 2], axis=1)
        return {"logits": np.float32(logits), "attention": np.float32(uniform[None, None])}

    def state(self):
        return {"weights": self.weights}

    def load_state(self, state):
        self.weights = state["weights"]

    def features(self, inputs):
        found = []
        for start, end in zip(inputs.starts[:-1], inputs.starts[1:], strict=True):
            frame, box = inputs.frame[start:end], inputs.box[start:end].astype(float)
            later = frame - frame[:, None]  # (n, n): by how many frames the other one is later
            near = np.abs(box - box[:, None]).max(axis=2) < 6 * np.abs(later)
            seen = [(near & (later == frames)).any(axis=1) for frames in (-2, -1, 1, 2)]
            found.append(np.stack([np.ones(end - start), *seen], axis=1))
        return np.concatenate(found)


@hookimpl
def tournament_register():
    target = "tournament_plugins.persistence.starter:Nearby"
    return [Plugin("strategy", "nearby", target, "looks for neighbours", tasks=("persistence",))]
