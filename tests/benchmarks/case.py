"""Promises one training problem, the same for everybody who is measured on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import process_time
from typing import NamedTuple

import torch
from torch import Tensor, nn

import rnnlab

LEARNING_RATE, CLIP_NORM, EPOCH = 0.003, 1.0, 20  # EPOCH: steps in an epoch
TORCH_CELLS: dict[str, Callable[..., nn.RNNBase]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


class Case(NamedTuple):
    """Predict the next value at every time step: input 1, output 1, MSE, Adam, float32."""

    cell: str = "rnn"
    length: int = 24
    hidden: int = 32
    batch: int = 32
    layers: int = 1

    def data(self, steps: int) -> tuple[Tensor, Tensor]:
        """Return windows (steps * B, T, 1) of a noisy sine, and the same one time step later."""
        generator = torch.Generator().manual_seed(0)
        times = torch.arange(steps * self.batch + self.length)
        noise = 0.1 * torch.randn(len(times), 1, generator=generator)
        return rnnlab.windows(torch.sin(times / 4)[:, None] + noise, self.length)

    def batches(self, steps: int) -> rnnlab.Batches:
        """Return rnnlab's shuffled batches of so many steps an epoch."""
        return rnnlab.Batches(*self.data(steps), batch_size=self.batch, shuffle=True)

    def rnnlab_model(self) -> rnnlab.SequenceModel:
        """Return rnnlab's network of this size."""
        return rnnlab.SequenceModel(1, self.hidden, 1, self.cell, self.layers)

    def torch_model(self) -> TorchModel:
        """Return plain PyTorch's network of this size."""
        return TorchModel(self)


class TorchModel(nn.Module):
    """The network as a PyTorch tutorial writes it."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        kind = TORCH_CELLS[case.cell]
        self.recurrence = kind(1, case.hidden, case.layers, batch_first=True)
        self.readout = nn.Linear(case.hidden, 1)

    def forward(self, inputs: Tensor) -> Tensor:
        """Predict (B, T, 1) from (B, T, 1)."""
        outputs, _ = self.recurrence(inputs)
        return self.readout(outputs)


class Took(NamedTuple):
    """What a contender's loop gives: seconds of CPU time, and the loss of its last update."""

    seconds: float
    loss: float


Loop = Callable[[int, int], Took]  # of (steps an epoch, epochs)


class Clock:
    """Holds the seconds of CPU time, of all threads, that a `timed` block took."""

    seconds = 0.0


@contextmanager
def timed() -> Iterator[Clock]:
    """Measure the block."""
    clock, start = Clock(), process_time()
    yield clock
    clock.seconds = process_time() - start
