"""Promises what the doctor costs: the lab's default training under watch, beside without."""

from __future__ import annotations

from statistics import median
from time import perf_counter

import torch

import rnnlab
from tests.benchmarks.drawing import training
from tests.benchmarks.table import markdown, number, tell

EPOCHS = 40  # the lab's


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


def times(seconds: dict[str, list[float]], name: str) -> float:
    """Return the median over the rounds of the time as a multiple of that without."""
    pairs = zip(seconds[name], seconds["without"], strict=True)
    return median(one / other for one, other in pairs)


def table(seconds: dict[str, list[float]]) -> str:
    """Return the table."""
    body = [
        [name, number(median(values)), f"{times(seconds, name):.2f}"]
        for name, values in seconds.items()
    ]
    title = f"Watching: seconds for the lab's default training, {EPOCHS} epochs of sunspots"
    return markdown(title, ["", "seconds", "times without"], body)
