"""Promises fair figures: everybody in turn, round after round; medians; markdown."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from statistics import median
from typing import TypeVar

import torch

from tests.benchmarks.case import EPOCH, Case, Loop

Samples = dict[str, list[float]]  # name -> a figure for each round
Answer = TypeVar("Answer")


def tell(text: str) -> None:
    """Say on stderr how far the run is."""
    print(text, file=sys.stderr, flush=True)


def interleaved(measures: dict[str, Callable[[], float]], rounds: int) -> Samples:
    """Call A, B, C, A, B, C, ... and return what each gave in each round.

    The garbage collector leaves alone what is there at the start: going through all that the peers
    have loaded takes longer than many a chunk, and would fall on whoever's turn it is.
    """
    samples: Samples = {name: [] for name in measures}
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        for name, measure in measures.items():
            torch.set_num_threads(1)  # a peer may have set it
            gc.collect()
            samples[name].append(alone(measure))
    return samples


def alone(measure: Callable[[], Answer]) -> Answer:
    """Return what a measure gives in a copy of this process that ends with it, on one core.

    So everybody finds the same state: memory that one has freed, or a setting, does not speed up or
    slow down the next. Where a process cannot be copied (all but Linux), this one measures.
    """
    if sys.platform != "linux":
        return measure()
    processes = multiprocessing.get_context("fork")
    answer, own_end = processes.Pipe(duplex=False)

    def answer_on_one_core() -> None:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        own_end.send(measure())

    process = processes.Process(target=answer_on_one_core)
    process.start()
    own_end.close()  # so that a process that has ended without an answer raises EOFError
    result: Answer = answer.recv()
    process.join()
    return result


def steps_measure(make: Callable[[Case], Loop], case: Case, seconds: float) -> Callable[[], float]:
    """Return a measure of milliseconds of CPU time a step, in chunks of about so many seconds.

    Each chunk starts with a fresh model and one step that is not counted. How many steps a chunk
    has is found here, by a first look at 2 of them: at least 3, at most 20 epochs of 20.
    """
    steps = max(3, min(20 * EPOCH, round(seconds / alone(lambda: _seconds_of_a_step(make, case)))))
    size, epochs = (steps, 1) if steps < 2 * EPOCH else (EPOCH, steps // EPOCH)

    def measure() -> float:
        torch.manual_seed(0)
        run = make(case)
        run(max(1, size * epochs // 10), 1)
        return 1000 * run(size, epochs).seconds / (size * epochs)

    return measure


def _seconds_of_a_step(make: Callable[[Case], Loop], case: Case) -> float:
    run = make(case)
    run(1, 1)
    return max(run(2, 1).seconds / 2, 1e-6)


def ratio(samples: Samples, name: str, base: str) -> float:
    """Return the median over the rounds of one figure divided by another of the same round."""
    pairs = zip(samples[name], samples[base], strict=True)
    return median(one / other for one, other in pairs)


def spread(figures: Sequence[float]) -> float:
    """Return how far the rounds lie apart, as a share of their median."""
    return (max(figures) - min(figures)) / median(figures)


def markdown(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a heading and a table whose columns are aligned in plain text, too."""
    widths = [max(len(row[k]) for row in (header, *rows)) for k in range(len(header))]
    lines = [
        "| " + " | ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) + " |"
        for row in (header, *rows)
    ]
    lines.insert(1, "|" + "|".join("-" * (w + 1) + ":" for w in widths) + "|")
    return f"## {title}\n\n" + "\n".join(lines) + "\n"


def number(value: float) -> str:
    """Write three significant digits, and no exponent."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:.{digits}f}"
