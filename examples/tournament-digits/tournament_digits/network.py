"""Strategy `digits-network`: a small convolutional network."""

import numpy as np
import torch
from pydantic import Field
from torch import nn

from tournament import Options, Strategy


class Network(Strategy):
    """Two convolutions and a linear layer, trained with Adam."""

    class Options(Options):
        """What can be set in the config."""

        lr: float = Field(2e-3, gt=0, le=1, description="Adam's learning rate.")
        batch: int = Field(32, ge=1, description="Scans in a batch.")
        width: int = Field(32, ge=1, description="Channels of the first convolution.")

    def __init__(self, options, context):
        self.options, self.device, width = options, context.device, options.width
        self.model = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(2 * width * 16, 10),
        ).to(self.device)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=options.lr)

    def train_epoch(self, data):
        """One pass in a new order, which the framework's seed decides."""
        digits = torch.from_numpy(data.truth)
        for rows in torch.randperm(len(digits)).split(self.options.batch):
            logits = self.model(self._scans(data.inputs[rows.numpy()]))
            loss = nn.functional.cross_entropy(logits, digits[rows].to(self.device))
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            yield {"loss": loss.item()}

    @torch.inference_mode()
    def predict(self, inputs):
        return {"probabilities": self.model(self._scans(inputs)).softmax(dim=1).cpu().numpy()}

    def state(self):
        """The model, and what Adam remembers of each of its parameters."""
        arrays = {f"model.{name}": x.cpu().numpy() for name, x in self.model.state_dict().items()}
        for number, values in self.optimizer.state_dict()["state"].items():
            arrays |= {f"adam.{number}.{name}": x.cpu().numpy() for name, x in values.items()}
        return arrays

    def load_state(self, state):
        tensors = {name: torch.from_numpy(np.array(array)) for name, array in state.items()}
        self.model.load_state_dict(
            {name: tensors[f"model.{name}"] for name in self.model.state_dict()}
        )
        remembered = self.optimizer.state_dict()
        for key, value in tensors.items():
            kind, number, *rest = key.split(".")
            if kind == "adam":
                remembered["state"].setdefault(int(number), {})[".".join(rest)] = value
        self.optimizer.load_state_dict(remembered)

    def _scans(self, inputs):
        return torch.from_numpy(np.ascontiguousarray(inputs))[:, None].to(self.device)
