"""The states of the first batches of a run, and how far back a gradient goes from the last one."""

import copy
from itertools import islice
from typing import NamedTuple

import torch
from torch import Tensor

from rnnlab.microscope.carrying import NO_DETACH, ROWS, batches_of, first_model, next_state
from rnnlab.probes.calling import call_unrolled
from rnnlab.runs.checks import Pair
from rnnlab.tasks.recall import RecallTask


class FirstBatches(NamedTuple):
    """Row 0 of the first batches of a run, one after the other, before any update.

    Attributes:
        states: (T, H), the hidden states of all time steps of these batches.
        gradient: (T,), the norms of the gradient of the last batch's loss with respect to each.
        reached: time steps that this gradient goes back.
        steps: the first and the last time step of the sequence that each batch reads, from 0 on.
    """

    states: Tensor
    gradient: Tensor
    reached: int
    steps: list[tuple[int, int]]


def first_batches(
    task: RecallTask, way: str, *, hidden_size: int = 16, seed: int = 0, count: int = 3
) -> FirstBatches:
    """Follow so many batches through the network at its first weights.

    Takes what `rnnlab.microscope.carrying.carry_through` takes.
    """
    rows = _first_rows(task, way, seed, count)
    if way == NO_DETACH:  # one graph, as if all were read at once
        inputs, targets = zip(*rows, strict=True)
        rows = [(torch.cat(inputs, 1), torch.cat(targets, 1))]
    model, state, states = first_model(hidden_size, seed), None, []
    for inputs, _ in rows:
        predictions, layers, *_ = call_unrolled(model, inputs, state, None)
        hidden = layers[-1].hidden[1:]  # T of (1, H)
        states.append(torch.cat([h.detach() for h in hidden]))  # (T, H)
        state = next_state(way, states[-1][None, -1:])  # (T, H) -> (layers, 1, H)
    misses = (predictions - rows[-1][1])[:, -task.window :]  # in the last batch
    d_states = torch.autograd.grad(misses.square().mean() / ROWS, hidden)  # a batch has ROWS rows
    # squares leave the range of a float32 long before the gradient does
    last = torch.stack([torch.linalg.vector_norm(d_h, dtype=torch.float64) for d_h in d_states])
    before = last.new_zeros(count * task.window - len(last))  # cut off by a detach, or by the reset
    steps = steps_read(task, way, count, seed)
    return FirstBatches(torch.cat(states), torch.cat([before, last]), len(last), steps)


def steps_read(task: RecallTask, way: str, count: int, seed: int = 0) -> list[tuple[int, int]]:
    """Return the first and the last time step that row 0 of each of the first batches reads."""
    clock = copy.copy(task)  # the same windows and the same shuffling, of the time itself
    clock.inputs = torch.arange(len(task.inputs), dtype=torch.float64).unsqueeze(1)
    read = [inputs[0, :, 0] for inputs, _ in _first_rows(clock, way, seed, count)]
    return [(int(steps[0]), int(steps[-1])) for steps in read]


def _first_rows(task: RecallTask, way: str, seed: int, count: int) -> list[Pair]:
    """Return row 0 of so many batches as inputs and targets, (1, T, 1) each."""
    first = islice(batches_of(task, way, seed), count)
    return [(inputs[:1], targets[:1]) for inputs, targets in first]
