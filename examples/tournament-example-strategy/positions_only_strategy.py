"""Strategy `positions-only`: how far does one get without looking at a single pixel?

A token is its frame and its box. One attention layer lets the tokens of a video see each other: an
object that lasts has neighbours just before and after it, one that flashes up has none.
"""

import numpy as np
import torch
from pydantic import Field
from torch import nn

from tournament import Options, Strategy


class Model(nn.Module):
    """One attention layer over tokens (B, n, 5); gives logits (B, n, 2), attention (B, H, n, n)."""

    def __init__(self, width, heads):
        super().__init__()
        self.register_buffer("waves", 2.0 ** torch.arange(6) * torch.pi / 2)
        self.embed = nn.Linear(5 * 13, width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.head = nn.Sequential(nn.Linear(2 * width, width), nn.ReLU(), nn.Linear(width, 2))

    def forward(self, places, mask):
        waves = (places[..., None] * self.waves).flatten(-2)  # near and far, in one glance
        x = self.embed(torch.cat([places, waves.sin(), waves.cos()], dim=-1))
        seen, weights = self.attention(
            x, x, x, key_padding_mask=~mask, need_weights=True, average_attn_weights=False
        )
        return self.head(torch.cat([x, seen], dim=-1)), weights


class PositionsOnly(Strategy):
    """Trains `Model` with cross-entropy and Adam."""

    class Options(Options):
        """Every option has a range and a description; unknown ones are refused for you."""

        lr: float = Field(3e-3, gt=0, le=1, description="Adam's learning rate.")
        batch: int = Field(16, ge=1, description="Videos in a batch.")
        width: int = Field(64, ge=4, multiple_of=4, description="Width of a token.")

    def __init__(self, options, context):
        self.options, self.device = options, context.device
        self.model = Model(options.width, heads=4).to(self.device)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=options.lr)

    def train_epoch(self, data):
        """One pass over all videos. Each yield is a safe point: the framework takes over there."""
        order = np.random.permutation(len(data.inputs))  # The framework seeds and restores it.
        for first in range(0, len(order), self.options.batch):
            videos = order[first : first + self.options.batch]
            inputs, truth = data.inputs.videos(videos), data.truth.videos(videos)
            places, mask = self._rectangle(inputs)
            logits, _ = self.model(places, mask)
            labels = torch.from_numpy(truth.labels.astype(np.int64)).to(self.device)
            loss = nn.functional.cross_entropy(logits[mask], labels)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            yield {"loss": loss.item()}

    @torch.inference_mode()
    def predict(self, inputs):
        """Logits (N, 2) of all tokens, and attention (1, 4, P), a square a video, end to end."""
        logits, attention = [], []
        for video in range(len(inputs)):
            places, mask = self._rectangle(inputs.videos([video]))
            answer, weights = self.model(places, mask)
            logits.append(answer[mask].cpu().numpy())
            attention.append(weights[0].flatten(1).cpu().numpy())
        squares = np.concatenate(attention, axis=1)
        return {"logits": np.concatenate(logits), "attention": squares[None]}

    def state(self):
        """All that training goes on from: the model, and what Adam remembers of each parameter."""
        arrays = {f"model.{name}": x.cpu().numpy() for name, x in self.model.state_dict().items()}
        for name, parameter in self.model.named_parameters():
            for what, value in self.optimizer.state[parameter].items():
                arrays[f"adam.{what}.{name}"] = value.cpu().numpy()
        return arrays

    def load_state(self, state):
        tensors = {name: torch.from_numpy(x.copy()) for name, x in state.items()}
        weights = {name: tensors[f"model.{name}"] for name in self.model.state_dict()}
        self.model.load_state_dict(weights)
        for name, parameter in self.model.named_parameters():
            for what in ("step", "exp_avg", "exp_avg_sq"):
                if (key := f"adam.{what}.{name}") in tensors:  # Not before training.
                    self.optimizer.state[parameter][what] = tensors[key].to(self.device)

    def _rectangle(self, tokens):
        """Places (B, n, 5), scaled to 0..1, and the mask (B, n) of what is no padding."""
        lengths = np.diff(tokens.starts)
        mask = np.arange(lengths.max()) < lengths[:, None]
        places = np.zeros((*mask.shape, 5), np.float32)
        places[mask] = np.column_stack([tokens.frame / 15, tokens.box / 64])
        return torch.from_numpy(places).to(self.device), torch.from_numpy(mask).to(self.device)
