"""Promises how much faster a sweep is in one process a core than in one process."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import NamedTuple

import loky
import psutil

import rnnlab
from tests.benchmarks.table import markdown, number, tell

RUNS = 224  # 14 stacks of 16


class Cost(NamedTuple):
    """What a sweep took in processes that were there: seconds, and CPU seconds of the busiest."""

    starting: float
    seconds: float
    busiest: float


class Round(NamedTuple):
    """A sweep in one process, and in one a core."""

    one: Cost
    cores: Cost


def measure(small: bool) -> list[Round]:
    """Measure 3 rounds of 224 runs of 40 epochs (small: 1 of 32 of 1)."""
    rounds, runs, epochs = (1, 32, 1) if small else (3, RUNS, 40)
    measured = []
    for k in range(rounds):
        tell(f"scaling: round {k + 1} of {rounds}, {runs} runs of {epochs} epochs")
        (one, alone), (cores, together) = (
            _sweep(workers, runs, epochs) for workers in (1, loky.cpu_count())
        )
        if alone != together:
            raise RuntimeError("the two sweeps have different tables")
        measured.append(Round(one, cores))
    return measured


def _sweep(workers: int, runs: int, epochs: int) -> tuple[Cost, rnnlab.Sweep]:
    """Start processes, sweep in them, and return what it took and the table."""
    start = perf_counter()
    with loky.ProcessPoolExecutor(workers) as pool:
        _sweep_in(pool, 16 * workers, 1)  # each process has loaded torch
        started, before = perf_counter(), _cpu_times(pool)
        table = _sweep_in(pool, runs, epochs)
        seconds, after = perf_counter() - started, _cpu_times(pool)
    return Cost(started - start, seconds, max(after[pid] - before[pid] for pid in after)), table


def _sweep_in(pool: loky.ProcessPoolExecutor, runs: int, epochs: int) -> rnnlab.Sweep:
    grid = {"epochs": epochs}
    return rnnlab.sweep("sunspots", grid, repeats=runs, executor=pool, progress=False)


def _cpu_times(pool: loky.ProcessPoolExecutor) -> dict[int, float]:
    """Return the CPU seconds of each of a pool's processes so far, by its number."""
    return {pid: sum(psutil.Process(pid).cpu_times()[:2]) for pid in pool._processes}


def times(rounds: list[Round]) -> float:
    """Return how many times as fast all cores are by the clock, the rounds' median."""
    return median(one.seconds / cores.seconds for one, cores in rounds)


def table(rounds: list[Round]) -> str:
    """Return the table."""
    body = [
        [str(k), *(number(part) for cost in pair for part in cost),
         f"{pair.one.busiest / pair.cores.busiest:.2f}",
         f"{pair.one.seconds / pair.cores.seconds:.2f}"]
        for k, pair in enumerate(rounds, start=1)
    ]  # fmt: skip
    title = f"Scaling: a sweep of {RUNS} runs of sunspots in processes that are there"
    parts = [
        f"{part}, {workers} process{'es' if workers > 1 else ''}"
        for workers in (1, loky.cpu_count())
        for part in ("s to start", "s", "CPU s of the busiest")
    ]
    return markdown(title, ["round", *parts, "times faster by CPU time", "by the clock"], body)
