"""Promises milliseconds a training step, for everybody in `CONTENDERS`, beside the lower bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import NamedTuple

import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_

import rnnlab
from tests.benchmarks.bounds import numpy_rnn, products
from tests.benchmarks.case import CLIP_NORM, EPOCH, LEARNING_RATE, TORCH_CELLS, Case, Loop
from tests.benchmarks.contenders import CONTENDERS, KERAS, load, there
from tests.benchmarks.table import (
    Samples,
    alone,
    interleaved,
    markdown,
    number,
    ratio,
    spread,
    steps_measure,
    tell,
)

TOLERANCE, UPDATES = 1e-4, 10  # of the losses before anybody is timed, after so many updates


class Row(NamedTuple):
    """What was measured for one case: milliseconds a step by name, and rnnlab.train / by hand."""

    case: Case
    samples: Samples
    overhead: float


def cases(small: bool) -> list[Case]:
    """Return the cases of the table (small: the first)."""
    return [Case(*each) for each in product(TORCH_CELLS, (24, 100, 400), (32, 128))][
        : 1 if small else None
    ]


def measure(small: bool, sizes: Sequence[str] | None = None) -> list[Row]:
    """Measure each case, or those of some sizes, "24x32" for T x H, after a look at losses."""
    chosen = [c for c in cases(small) if not sizes or f"{c.length}x{c.hidden}" in sizes]
    with TemporaryDirectory() as folder:
        load(folder)
        for cell in dict.fromkeys(case.cell for case in chosen):
            tell(f"training: a look at everybody's losses, {cell}")
            check_losses(Case(cell))
        return _rows(chosen, small)


def _rows(chosen: list[Case], small: bool) -> list[Row]:
    """Measure every case: 3 rounds of chunks of 0.4 seconds (small: 2 of 0.02).

    A round goes through all cases, so that a slow minute of the machine falls on a round of each
    of them, where a median drops it, and not on all rounds of one.
    """
    rounds, seconds = (2, 0.02) if small else (3, 0.4)
    tell("training: a first look at everybody's speed")
    measures = {
        case: {name: steps_measure(make, case, seconds) for name, make in competitors(case).items()}
        for case in chosen
    }
    samples: dict[Case, Samples] = {
        case: {name: [] for name in measures[case]} for case in measures
    }
    quotients: dict[Case, list[float]] = {case: [] for case in measures}
    for number_of_round in range(1, rounds + 1):
        for case, everybody in measures.items():
            tell(f"training: round {number_of_round} of {rounds}, {name_of(case)}")
            for name, figures in interleaved(everybody, 1).items():
                samples[case][name] += figures
            quotients[case].append(alone(lambda case=case: overhead(case, seconds / 2)))
    return [Row(case, samples[case], median(quotients[case])) for case in measures]


def check_losses(case: Case) -> None:
    """Compare everybody's loss with plain PyTorch's, after updates from the same weights and batch.

    An epoch is one batch, so that shuffling changes nothing but the order of its rows. Keras has
    one bias where torch has two, and so makes other updates: of it the loss before the first one.

    Raises:
        RuntimeError: for a loss that differs by more than `TOLERANCE` of it.
    """
    there = competitors(case)
    del there["products"]  # they train nothing
    for name, make in there.items():
        updates = 1 if name == KERAS else UPDATES
        expected, loss = (_loss_of(each, case, updates) for each in (CONTENDERS["plain"], make))
        if not abs(loss / expected - 1) <= TOLERANCE:
            where = f"{name}, {name_of(case)}, update {updates}"
            raise RuntimeError(f"{where}: the loss is {loss}; plain has {expected}")


def _loss_of(make: Callable[[Case], Loop], case: Case, updates: int) -> float:
    def train() -> float:
        torch.manual_seed(0)
        return make(case)(1, updates).loss

    return alone(train)


def name_of(case: Case) -> str:
    """Name a case by what tells it from the others of the table."""
    return f"{case.cell} T={case.length} H={case.hidden}"


def competitors(case: Case) -> dict[str, Callable[[Case], Loop]]:
    """Return everybody who is installed, and the bounds."""
    bounds: dict[str, Callable[[Case], Loop]] = {"products": products}
    if case.cell == "rnn":
        bounds["NumPy"] = numpy_rnn
    return {name: make for name, make in CONTENDERS.items() if there(name)} | bounds


def overhead(case: Case, seconds: float) -> float:
    """Return the time of rnnlab.train divided by that of the same steps written out by hand.

    Two runs, both begun beforehand, take turns of a few steps for so many seconds, at least
    twice, and who goes first changes; the median of the quotients drops what disturbs one turn.
    """
    turns = {"train": _train_turns(case), "by hand": _by_hand_turns(case)}
    for turn in turns.values():
        turn(3)
    start = perf_counter()
    turns["train"](2)
    count = max(1, min(EPOCH, round(0.02 / ((perf_counter() - start) / 2))))
    end = perf_counter() + seconds
    quotients: list[float] = []
    while len(quotients) < 2 or perf_counter() < end:
        took = {}
        for name in ("train", "by hand") if len(quotients) % 2 else ("by hand", "train"):
            start = process_time()
            turns[name](count)
            took[name] = process_time() - start
        quotients.append(took["train"] / took["by hand"])
    return median(quotients)


def _train_turns(case: Case) -> Callable[[int], None]:
    run = rnnlab.train(
        case.rnnlab_model(), case.batches(EPOCH), loss_fn="mse", learning_rate=LEARNING_RATE,
        epochs=10**6, clip_norm=CLIP_NORM, device="cpu",
    )  # fmt: skip

    def turn(count: int) -> None:
        for _, _step in zip(range(count), run, strict=False):
            pass

    return turn


def _by_hand_turns(case: Case) -> Callable[[int], None]:
    model, batches, loss_fn = case.rnnlab_model(), case.batches(EPOCH), nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)
    pairs = iter(pair for _ in range(10**6) for pair in batches)

    def turn(count: int) -> None:
        for _, (inputs, targets) in zip(range(count), pairs, strict=False):
            optimizer.zero_grad()
            predictions, _state = model(inputs)
            loss = loss_fn(predictions, targets)
            loss.backward()
            clip_grad_norm_(model.parameters(), CLIP_NORM)
            optimizer.step()
            loss.item()

    return turn


def tables(rows: list[Row]) -> str:
    """Return the table of everybody and the table of bounds."""
    return "\n".join([_everybody(rows), _bounds(rows)])


def _everybody(rows: list[Row]) -> str:
    def cell(row: Row, name: str) -> str:
        if name not in row.samples:
            return "not installed"
        figure = number(median(row.samples[name]))
        return figure if name == "plain" else f"{figure} ({ratio(row.samples, name, 'plain'):.2f})"

    body = [
        [
            *_labels(row),
            *(cell(row, name) for name in CONTENDERS),
            f"{spread(row.samples['plain']):.0%}",
            f"{row.overhead:.3f}",
        ]
        for row in rows
    ]
    title = "Training: ms of CPU time a step (in brackets: divided by plain PyTorch's)"
    return markdown(
        title, ["cell", "T", "H", *CONTENDERS, "spread of plain", "train / by hand"], body
    )


def _bounds(rows: list[Row]) -> str:
    def cells(row: Row, name: str) -> list[str]:
        if name not in row.samples:
            return ["", ""]
        far = ratio(row.samples, "rnnlab", name)
        return [number(median(row.samples[name])), f"{far:.2f}"]

    body = [
        [*_labels(row), number(median(row.samples["rnnlab"])), *cells(row, "products"),
         *cells(row, "NumPy")]
        for row in rows
    ]  # fmt: skip
    header = ["cell", "T", "H", "rnnlab", "products", "rnnlab / products", "NumPy step",
              "rnnlab / NumPy"]  # fmt: skip
    title = "Lower bounds, ms of CPU time: a step's matrix products alone; a whole step in NumPy"
    return markdown(title, header, body)


def _labels(row: Row) -> list[str]:
    return [row.case.cell, str(row.case.length), str(row.case.hidden)]
