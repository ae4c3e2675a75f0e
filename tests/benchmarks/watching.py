"""Promises what the doctor costs: the lab's default training, and short loops, beside without."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter

import torch
from torch import Tensor, nn

import rnnlab
from tests.benchmarks.drawing import training
from tests.benchmarks.table import markdown, number, tell

EPOCHS = 40  # the lab's
STEPS = (300, 60)  # of the short loops: what a watch costs it costs at first
T, B, H = 30, 16, 32


def measure(small: bool) -> dict[str, list[float]]:
    """Return seconds of a run without a watch, under watch, and after it, in turns."""
    rounds, epochs = (2, 4) if small else (15, EPOCHS)
    tell(f"watching: {rounds} rounds of {epochs} epochs")
    seconds: dict[str, list[float]] = {"without": [], "under watch": [], "after it": []}
    _run(epochs)
    for _ in range(rounds):
        seconds["without"].append(_run(epochs))
        with rnnlab.watch() as report:
            seconds["under watch"].append(_run(epochs))
        if report.findings:
            raise RuntimeError(f"a correct run, and the doctor says: {report}")
        seconds["after it"].append(_run(epochs))
    return seconds


def _run(epochs: int) -> float:
    torch.set_num_threads(1)
    start = perf_counter()
    for _ in training(epochs):
        pass
    return perf_counter() - start


class ByHand(nn.Module):
    """A recurrence of three weights, written out."""

    def __init__(self) -> None:
        super().__init__()
        self.w, self.u = nn.Parameter(torch.randn(2, H) / 4), nn.Parameter(torch.randn(H, H) / 8)
        self.b = nn.Parameter(torch.zeros(H))

    def forward(self, x: Tensor) -> Tensor:
        """Return the last state (B, H) of inputs (B, T, 2)."""
        h = torch.zeros(len(x), H)
        for t in range(T):
            h = torch.tanh(x[:, t] @ self.w + h @ self.u + self.b)
        return h


class Steps(nn.Module):
    """A GRUCell, called for each time step."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(2, H)

    def forward(self, x: Tensor) -> Tensor:
        """Return the last state (B, H) of inputs (B, T, 2)."""
        h = torch.zeros(len(x), H)
        for t in range(T):
            h = self.cell(x[:, t], h)
        return h


class Layer(nn.Module):
    """A layer of torch's, and so many small operations on its outputs."""

    def __init__(self, kind: type[nn.RNNBase], small: int = 0) -> None:
        super().__init__()
        self.layer, self.small = kind(2, H, batch_first=True), small

    def forward(self, x: Tensor) -> Tensor:
        """Return the last output (B, H) of inputs (B, T, 2)."""
        outputs, _ = self.layer(x)
        for _ in range(self.small):
            outputs = outputs + 0.01 * outputs.tanh()
        return outputs[:, -1]


MODELS: dict[str, Callable[[], nn.Module]] = {
    "LSTM": lambda: Layer(nn.LSTM), "GRUCell": Steps, "cell by hand": ByHand,
    "many operations": lambda: Layer(nn.GRU, small=T),
}  # fmt: skip


def measure_loops(small: bool) -> dict[tuple[str, int], tuple[float, float]]:
    """Return of each short loop the seconds without a watch and its times under watch, medians."""
    rounds, part, found = (2, 20, {}) if small else (7, 1, {})
    for name in MODELS:
        _loop(name, 20)
        for steps in STEPS:
            tell(f"watching: {rounds} rounds of {steps} steps, {name}")
            pairs = []
            for _ in range(rounds):
                without = _loop(name, steps // part)
                with rnnlab.watch():
                    pairs.append((without, _loop(name, steps // part) / without))
            found[name, steps] = median(one for one, _ in pairs), median(one for _, one in pairs)
    return found


def _loop(name: str, steps: int) -> float:
    torch.manual_seed(0)
    x = torch.randn(64, 2 * T, 2)
    y = x[:, :, 0].mean(1, keepdim=True)
    model, head = MODELS[name](), nn.Linear(H, 1)
    optimizer = torch.optim.Adam([*model.parameters(), *head.parameters()], lr=0.01)
    start = perf_counter()
    for _ in range(steps):
        rows = torch.randint(0, 64, (B,))
        loss = nn.functional.mse_loss(head(model(x[rows])), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return perf_counter() - start


def times(seconds: dict[str, list[float]], name: str) -> float:
    """Return the median over the rounds of the time as a multiple of that without."""
    pairs = zip(seconds[name], seconds["without"], strict=True)
    return median(one / other for one, other in pairs)


def table(
    seconds: dict[str, list[float]], loops: dict[tuple[str, int], tuple[float, float]]
) -> str:
    """Return the table."""
    body = [
        [name, number(median(values)), f"{times(seconds, name):.2f}"]
        for name, values in seconds.items()
    ]
    body += [
        [f"{name}, {steps} steps", number(without * times), f"{times:.2f}"]
        for (name, steps), (without, times) in loops.items()
    ]
    title = f"Watching: the lab's default training, {EPOCHS} epochs of sunspots; short loops"
    return markdown(title, ["", "seconds", "times without"], body)
