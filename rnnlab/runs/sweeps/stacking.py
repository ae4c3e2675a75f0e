"""Which runs of a sweep train together, and how: stacks of runs, on one core each."""

import math
import pickle
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from rnnlab.runs.stacks.stack import MOST_RUNS, Stack, train_stacked, why_not_stacked
from rnnlab.runs.sweeps.trial import (
    Row,
    Subject,
    ending,
    prepared,
    run_packed,
)
from rnnlab.tasks.catalogue import Task
from rnnlab.tasks.common import validation_of

DIFFERENT = ("seed", "learning_rate", "clip_norm", "stop_at")  # within a stack
# Updates of all runs together: so many are done here before another process has loaded torch.
FEW = 2**14


class Piece(NamedTuple):
    """Runs that are done together: their numbers, and whether in a stack."""

    numbers: list[int]
    stacked: bool


def pieces_of(
    subject: Subject, task: Task, trials: dict[int, Row], stacked: bool, cores: int
) -> tuple[list[Piece], bool]:
    """Return the pieces of a sweep, and whether they are so few that they are best done here.

    `task` is that of the first run: what holds of it is taken to hold of all.
    """
    if not stacked:
        return [Piece([number], False) for number in trials], False
    alike: dict[tuple[Any, ...], list[int]] = {}
    for number, trial in trials.items():
        key = tuple(str(value) for name, value in trial.items() if name not in DIFFERENT)
        alike.setdefault(key, []).append(number)
    groups = [(numbers, _updates(subject, task, trials[numbers[0]])) for numbers in alike.values()]
    updates = sum(len(numbers) * (each or math.inf) for numbers, each in groups)
    few = updates <= FEW and subject.model is None  # a function may end its process
    most = min(MOST_RUNS, math.ceil(len(trials) / (1 if few else cores)))
    pieces = []
    for numbers, each in groups:
        size = 1 if each is None else most
        parts = (numbers[start : start + size] for start in range(0, len(numbers), size))
        pieces += [Piece(part, each is not None) for part in parts]
    return pieces, few


def _updates(subject: Subject, task: Task, settings: Row) -> int | None:
    """Return how many updates a run makes; None if it cannot stand in a stack.

    What a function makes is seen where the runs are done.
    """
    try:
        plain = subject._replace(model=None)
        model, batches = prepared(plain, task, settings)
        inputs, targets = next(iter(batches))
        tensors = isinstance(inputs, Tensor) and isinstance(targets, Tensor)
        if not tensors or why_not_stacked([model], task.loss_fn) is not None:
            return None
        return int(settings["epochs"]) * len(batches)
    except KeyboardInterrupt:
        raise
    except BaseException:  # of the user's own task, also sys.exit: the run itself will say so
        return None


def run_piece(subject: bytes, trials: Sequence[Row], stacked: bool) -> list[Row]:
    """Train the runs of a piece, as a worker does, and return the `RESULTS` of each.

    If anything goes wrong with a stack itself, its runs are trained one by one.
    """
    if stacked:
        try:
            return _run_stack(pickle.loads(subject), trials)
        except KeyboardInterrupt:
            raise
        except BaseException:  # as above
            pass
    return [run_packed(subject, trial) for trial in trials]


def _run_stack(subject: Subject, trials: Sequence[Row]) -> list[Row]:
    torch.set_num_threads(1)
    first, stops = trials[0], [trial["stop_at"] for trial in trials]
    task = subject.make_task(first)  # of the same options for all
    models, batches = zip(*(prepared(subject, task, trial) for trial in trials), strict=True)
    stack = train_stacked(
        models, batches, loss_fn=task.loss_fn, optimizer=first["optimizer"],
        learning_rate=[trial["learning_rate"] for trial in trials], epochs=first["epochs"],
        clip_norm=[trial["clip_norm"] for trial in trials], hidden_state=first["hidden_state"],
        validation=None if all(stop_at is None for stop_at in stops) else validation_of(task),
    )  # fmt: skip
    solved = _to_the_end(stack, stops)
    return [
        ending(task, model, history, "solved" if k in solved else "finished", error)
        for k, (model, history, error) in enumerate(
            zip(models, stack.histories, stack.errors, strict=True)
        )
    ]


def _to_the_end(stack: Stack, stops: Sequence[float | None]) -> set[int]:
    """Iterate over a stack to its end and return which runs were stopped as solved."""
    solved = set()
    for steps in stack:
        for number, step in steps.items():
            stop_at, loss = stops[number], step.validation_loss
            if stop_at is not None and loss is not None and loss <= stop_at:
                solved.add(number)
                stack.end(number)
    return solved
