"""Promises what 25 runs of the lab's default training cost, one by one, in a stack, and in JAX."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import median
from typing import NamedTuple

import numpy as np
import torch

import rnnlab
from rnnlab.tasks.recipe import DEFAULTS, prepare
from tests.benchmarks.case import CLIP_NORM, LEARNING_RATE, timed
from tests.benchmarks.contenders import installed
from tests.benchmarks.table import alone, markdown, number, tell

CELLS, RUNS, EPOCHS = ("rnn", "gru"), 25, 40
ONE_BY_ONE = 5  # so many of the runs are timed one by one, and their time is scaled to all
TOLERANCE = 1e-4  # of the validation losses of all runs, which is checked before anybody is timed
TASK = rnnlab.load_task("sunspots")


class Trained(NamedTuple):
    """Seconds of CPU time, those of compilation apart, and the last validation losses, (R,)."""

    seconds: float
    compiling: float
    losses: np.ndarray


Way = Callable[[str, int, int], Trained]  # of (cell, runs, epochs)
Costs = dict[str, dict[str, list[Trained]]]  # cell -> way -> rounds


def begun(cell: str, runs: int) -> tuple[list[rnnlab.SequenceModel], list[rnnlab.Batches]]:
    """Return the models and the batches of so many runs, which differ in their seed."""
    names = ("hidden_size", "hidden_state")
    settings = {name: DEFAULTS[name] for name in names}
    pairs = [prepare(TASK, cell=cell, seed=seed, **settings) for seed in range(runs)]
    return [model for model, _ in pairs], [batches for _, batches in pairs]


def one_by_one(cell: str, runs: int, epochs: int) -> Trained:
    """Call rnnlab.fit for each run."""
    losses = []
    with timed() as clock:
        for model, batches in zip(*begun(cell, runs), strict=True):
            history = rnnlab.fit(
                model, batches, loss_fn=TASK.loss_fn, learning_rate=LEARNING_RATE, epochs=epochs,
                clip_norm=CLIP_NORM, validation=TASK.validation_loss, device="cpu", progress=False,
            )  # fmt: skip
            losses.append(history.epochs[-1].validation_loss)
    return Trained(clock.seconds, 0, np.array(losses))


def stacked(cell: str, runs: int, epochs: int) -> Trained:
    """Iterate over rnnlab.train_stacked."""
    with timed() as clock:
        stack = rnnlab.train_stacked(
            *begun(cell, runs), loss_fn=TASK.loss_fn, learning_rate=LEARNING_RATE, epochs=epochs,
            clip_norm=CLIP_NORM, validation=TASK.validation_data(),
        )  # fmt: skip
        for _ in stack:
            pass
    losses = [history.epochs[-1].validation_loss for history in stack.histories]
    return Trained(clock.seconds, 0, np.array(losses))


def in_jax(unroll: int, cell: str, runs: int, epochs: int) -> Trained:
    """Call JAX's vmap over the runs of an epoch and its validation, compiled as a whole."""
    from tests.benchmarks.vmapped import Runs

    with timed() as clock:
        models, batches = begun(cell, runs)
    with timed() as compilation:
        all_runs = Runs(cell, unroll, models, batches, TASK.validation_data())
    with timed() as training:
        for _ in range(epochs):
            losses = all_runs.train()
        losses = np.asarray(losses)  # waits for them
    return Trained(clock.seconds + training.seconds, compilation.seconds, losses)


def ways() -> dict[str, Way]:
    """Return everybody who is installed; JAX with its loop over time as it is, and unrolled."""
    names: dict[str, Way] = {"fit one by one": one_by_one, "train_stacked": stacked}
    if installed("jax"):
        names["JAX vmap"] = partial(in_jax, 1)
        names["JAX vmap, unrolled"] = partial(in_jax, TASK.window)
    return names


def measure(small: bool) -> Costs:
    """Measure 5 rounds of 25 runs of 40 epochs, after a look at the losses.

    Small: 1 round of 3 runs of 2 epochs, of an RNN alone.
    """
    rounds, runs, epochs = (1, 3, 2) if small else (5, RUNS, EPOCHS)
    cells = CELLS[: 1 if small else None]
    for cell in cells:
        tell(f"many: a first look at everybody, {cell}")
        check_losses({name: alone(partial(way, cell, 3, 2)) for name, way in ways().items()})
    costs: Costs = {cell: {name: [] for name in ways()} for cell in cells}
    for k in range(rounds):
        for cell, by_way in costs.items():
            for name, way in ways().items():
                tell(f"many: round {k + 1} of {rounds}, {cell}, {name}")
                by_way[name].append(alone(partial(_timed, way, cell, runs, epochs)))
    return costs


def _timed(way: Way, cell: str, runs: int, epochs: int) -> Trained:
    torch.set_num_threads(1)
    one_by_one(cell, 1, 1)  # what torch loads with its first optimizer is not counted
    if way is not one_by_one:
        return way(cell, runs, epochs)
    some = min(ONE_BY_ONE, runs)
    trained = way(cell, some, epochs)
    return trained._replace(seconds=trained.seconds * runs / some)


def check_losses(trained: dict[str, Trained]) -> None:
    """Compare everybody's validation losses, of equal weights and batches, with those of fit.

    Raises:
        RuntimeError: for a loss that differs by more than `TOLERANCE` of it.
    """
    expected = trained["fit one by one"].losses
    for name, one in trained.items():
        if not np.allclose(one.losses, expected, rtol=TOLERANCE, atol=0):
            raise RuntimeError(f"{name} has the losses {one.losses}; fit has {expected}")


def times(by_way: dict[str, list[Trained]], way: str, compiled: bool = True) -> float:
    """Return how many times train_stacked is as fast as another way, the median of the rounds.

    Args:
        by_way: the rounds of each way.
        way: the other way.
        compiled: whether its compilation counts.
    """
    pairs = zip(by_way[way], by_way["train_stacked"], strict=True)
    return median(
        (other.seconds + compiled * other.compiling) / stack.seconds for other, stack in pairs
    )


def table(costs: Costs) -> str:
    """Return the table."""
    body = [
        [
            cell,
            name,
            number(median(trained.seconds for trained in rounds)),
            number(median(trained.compiling for trained in rounds)) if "JAX" in name else "0",
            f"{times(by_way, name):.2f}",
            f"{times(by_way, name, compiled=False):.2f}",
        ]
        for cell, by_way in costs.items()
        for name, rounds in by_way.items()
    ]
    title = (
        f"Many: seconds of CPU time for {RUNS} runs of sunspots, {EPOCHS} epochs, validation at "
        f"each; one by one from {ONE_BY_ONE} runs, scaled"
    )
    head = ["cell", "", "seconds", "compiling", "divided by train_stacked's", "not compiling"]
    return markdown(title, head, body)
