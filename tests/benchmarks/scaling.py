"""Promises how much faster a sweep is in one process a core than in one process."""

from __future__ import annotations

import os
from statistics import median
from time import perf_counter
from unittest import mock

import loky

import rnnlab
from tests.benchmarks.table import markdown, number, tell

RUNS = 24


def measure(small: bool) -> list[tuple[float, float]]:
    """Return the seconds of a sweep in one process and in one a core, starts included, by round."""
    rounds, epochs = (1, 1) if small else (3, 120)
    seconds = []
    for k in range(rounds):
        tell(f"scaling: round {k + 1} of {rounds}, {RUNS} runs of {epochs} epochs")
        with mock.patch.dict(os.environ, LOKY_MAX_CPU_COUNT="1"):  # as on a machine with one core
            one, alone = _sweep(epochs)
        all_cores, together = _sweep(epochs)
        if alone != together:
            raise RuntimeError("the two sweeps have different tables")
        seconds.append((one, all_cores))
    return seconds


def _sweep(epochs: int) -> tuple[float, rnnlab.Sweep]:
    grid = {"learning_rate": [0.001, 0.003, 0.01], "cell": ["rnn", "gru"], "epochs": epochs}
    start = perf_counter()
    table = rnnlab.sweep("sunspots", grid, repeats=RUNS // 6, progress=False)
    return perf_counter() - start, table


def times(seconds: list[tuple[float, float]]) -> float:
    """Return how many times faster all cores are, the median over the rounds."""
    return median(one / all_cores for one, all_cores in seconds)


def table(seconds: list[tuple[float, float]]) -> str:
    """Return the table."""
    body = [
        [str(k), number(one), number(cores), f"{one / cores:.2f}"]
        for k, (one, cores) in enumerate(seconds, start=1)
    ]
    title = f"Scaling: seconds for a sweep of {RUNS} runs of sunspots, one thread each"
    head = ["round", "1 process", f"{loky.cpu_count()} processes", "times faster"]
    return markdown(title, head, body)
