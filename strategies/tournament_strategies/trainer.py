"""Trains a video classifier, asks it, and turns what training changed into arrays and back.

All chance in epoch e comes from (seed, e), drawn anew when the epoch begins. So a trainer that is
loaded with the state after epoch e goes on exactly as the one that was saved, and asking the model
something in between changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tournament import ContractError

from .batches import in_order, shuffled
from .classifier import VideoClassifier, sight
from .options import TrainingOptions
from .supervision import loss
from .tokens import Tokens, Truth

Arrays = Mapping[str, NDArray[Any]]

PREDICTED_TOGETHER = 32
"""Videos in a batch of predictions: large enough to be fast, small enough for the memory."""


class Trainer:
    """One model with its optimizer. `table` has a row for each distinct crop of the inputs."""

    def __init__(
        self, model: VideoClassifier, options: TrainingOptions, *, seed: int, device: str
    ) -> None:
        self.model = model.to(device)
        self.options = options
        self.seed = seed
        self.device = device
        self.epochs = 0
        self.optimizer = torch.optim.AdamW(
            model.parameters(), lr=options.lr, weight_decay=options.weight_decay, fused=True
        )

    def epoch(
        self, inputs: Tokens, truth: Truth, table: NDArray[Any]
    ) -> Iterator[dict[str, float]]:
        """Train once over all videos; gives the loss and its parts after each batch."""
        chance = np.random.SeedSequence([self.seed, self.epochs])
        torch.manual_seed(int(chance.generate_state(1, np.uint64)[0]))
        self.model.train()
        for batch in shuffled(inputs.starts, self.options.batch, np.random.default_rng(chance)):
            seen = sight(inputs, table, batch, self.device)
            labels = torch.from_numpy(truth.labels[batch.tokens].astype(np.int64)).to(self.device)
            output = self.model(seen)
            parts = loss(
                output, seen.mask, labels, alpha=self.options.alpha, scale=self.options.scale
            )
            self.optimizer.zero_grad()
            parts.total.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            yield {
                "loss": float(parts.total.detach()),
                "cross_entropy": float(parts.cross_entropy.detach()),
                "attention_term": float(parts.attention_term.detach()),
            }
        self.epochs += 1

    def predict(self, inputs: Tokens, table: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        """The model's answer for every token.

        `logits`: (N, 2), class 1 is persistent. `attention`: (L, H, P): each video's n x n weights
        (query, key), row by row, video after video; P is the sum of n x n.
        """
        pairs = np.concatenate([[0], np.cumsum(np.diff(inputs.starts) ** 2)])
        options = self.options
        logits = np.empty((len(inputs.crop), 2), np.float32)
        attention = np.empty((options.layers, options.heads, pairs[-1]), np.float32)
        with _asking(self.model):
            for batch in in_order(inputs.starts, PREDICTED_TOGETHER):
                seen = sight(inputs, table, batch, self.device)
                output = self.model(seen)
                logits[batch.tokens] = output.logits.cpu().numpy()
                real = seen.mask[:, :, None] & seen.mask[:, None, :]
                first, last = pairs[batch.videos[0]], pairs[batch.videos[-1] + 1]
                weights = output.attention.permute(1, 2, 0, 3, 4)[:, :, real]
                attention[:, :, first:last] = weights.cpu().numpy()
        return {"logits": logits, "attention": attention}

    def state(self) -> dict[str, NDArray[Any]]:
        """Parameters, buffers, the optimizer's moments and the count of whole epochs, as copies."""
        arrays = {f"model.{name}": _array(x) for name, x in self.model.state_dict().items()}
        names = [name for name, _ in self.model.named_parameters()]
        for index, fields in self.optimizer.state_dict()["state"].items():
            for field, value in fields.items():
                arrays[f"optimizer.{names[index]}.{field}"] = _array(value)
        arrays["epochs"] = np.array([self.epochs], np.int64)
        return arrays

    def load_state(self, state: Arrays) -> None:
        """The reverse of `state`. Raises ContractError when it is the state of another model."""
        weights = _below("model", state)
        try:
            self.model.load_state_dict({name: _tensor(x) for name, x in weights.items()})
        except RuntimeError as error:
            raise ContractError(f"This state belongs to another model: {error}") from error
        moments: dict[int, dict[str, torch.Tensor]] = {}
        index = {name: i for i, (name, _) in enumerate(self.model.named_parameters())}
        for key, value in _below("optimizer", state).items():
            name, field = key.rsplit(".", 1)
            shape = () if field == "step" else value.shape
            moments.setdefault(index[name], {})[field] = _tensor(value).reshape(shape)
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": moments, "param_groups": groups})
        self.epochs = int(state["epochs"][0])


@contextmanager
def _asking(model: VideoClassifier) -> Iterator[None]:
    """Without dropout and gradients; afterwards the model trains on as it did."""
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        model.train(training)


def _below(prefix: str, state: Arrays) -> Arrays:
    """The arrays whose names begin with `prefix` and a dot, under the rest of their names."""
    return {
        key.removeprefix(f"{prefix}."): value
        for key, value in state.items()
        if key.startswith(f"{prefix}.")
    }


def _array(x: torch.Tensor) -> NDArray[Any]:
    """A copy."""
    return np.array(x.detach().cpu().numpy())


def _tensor(x: NDArray[Any]) -> torch.Tensor:
    return torch.from_numpy(np.array(x))
