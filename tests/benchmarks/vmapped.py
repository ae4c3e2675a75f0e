"""Promises many runs at once in JAX: vmap over the runs of an epoch and its validation."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch

from tests.benchmarks.in_jax import Arrays, Training, begin, epoch, forward, mse, time_first


class Runs:
    """Runs that differ in their weights and in the order of their batches; made, it is compiled.

    Args:
        cell: "rnn" or "gru".
        unroll: time steps in a round of JAX's loop over time.
        models: give the initial weights.
        batches: the data, the same for all, and for each run the orders of its passes.
        validation: what the validation loss is measured on, one batch.
    """

    def __init__(
        self, cell: str, unroll: int, models: list[Any], batches: list[Any], validation: Any
    ) -> None:
        # what is compiled is not looked up among what was compiled before
        jax.config.update("jax_enable_compilation_cache", False)
        starts = [begin(model.parameters()) for model in models]
        self.training = jax.tree.map(lambda *parts: jnp.stack(parts), *starts)
        self.batches = batches
        self.data = time_first(batches[0].inputs), time_first(batches[0].targets)
        (pair,) = validation.batches
        held_out = tuple(map(time_first, (*pair, validation.warm_up)))
        size = batches[0].batch_size
        one = partial(_epoch_and_loss, cell, unroll, size, self.data, held_out)
        epoch_of_all = jax.jit(jax.vmap(one), donate_argnums=0)
        every = np.stack([np.arange(len(batches.inputs)) for batches in self.batches])
        self.epoch = epoch_of_all.lower(self.training, every).compile()

    def train(self) -> Arrays:
        """Make an epoch of each run, and return their validation losses, (R,)."""
        orders = torch.stack([batches._next_order() for batches in self.batches])
        self.training, losses = self.epoch(self.training, orders.numpy())
        return losses


def _epoch_and_loss(
    cell: str, unroll: int, batch_size: int, data: Arrays, held_out: Arrays,
    training: Training, order: Arrays,
) -> tuple[Training, Arrays]:  # fmt: skip
    training, _ = epoch(cell, unroll, batch_size, training, data, order)
    x, targets, warm_up = held_out
    _, state = forward(cell, unroll, training.parameters, warm_up)
    predictions, _ = forward(cell, unroll, training.parameters, x, state)
    return training, mse(predictions, targets)
