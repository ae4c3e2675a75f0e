"""Promises the same network and updates in JAX: a step or an epoch, each compiled as a whole.

Parameters are a list in torch's order and layout. x is (T, B, 1), with the time in front. One input
projection for all time steps, then `lax.scan` over them, a number of steps unrolled in each of its
rounds: the more, the faster the code and the longer its compilation.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import torch
from jax import lax

from tests.benchmarks.case import CLIP_NORM, LEARNING_RATE, Case, Loop, Took, timed

UNROLL = 8  # time steps in a round, where compilation does not count
Arrays = Any  # JAX's arrays, or a list or tuple of them


class Training(NamedTuple):
    """What lasts from one update to the next; Adam's means are lists as the parameters."""

    parameters: Arrays
    mean: Arrays
    square: Arrays
    count: Arrays


def begin(parameters: Any) -> Training:
    """Return the start of a training from a module's parameters."""
    arrays = [jnp.array(p.detach().numpy()) for p in parameters]
    zeros = [jnp.zeros_like(array) for array in arrays]
    # copies: what is given to a compiled function may be written over
    return Training(arrays, zeros, [jnp.copy(zero) for zero in zeros], jnp.zeros(()))


def _rnn(w_hh: Arrays, b_hh: Arrays, h: Arrays, a: Arrays) -> tuple[Arrays, Arrays]:
    h = jnp.tanh(a + h @ w_hh.T + b_hh)
    return h, h


def _gru(w_hh: Arrays, b_hh: Arrays, h: Arrays, a: Arrays) -> tuple[Arrays, Arrays]:
    size, m = h.shape[-1], h @ w_hh.T + b_hh  # (B, 3H)
    r, z = jnp.split(jax.nn.sigmoid(a[:, : 2 * size] + m[:, : 2 * size]), 2, -1)
    n = jnp.tanh(a[:, 2 * size :] + r * m[:, 2 * size :])
    h = n + z * (h - n)
    return h, h


def _lstm(w_hh: Arrays, b_hh: Arrays, state: Arrays, a: Arrays) -> tuple[Arrays, Arrays]:
    h, c = state
    i, f, g, o = jnp.split(a + h @ w_hh.T + b_hh, 4, -1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


STEPS = {"rnn": _rnn, "gru": _gru, "lstm": _lstm}


def forward(
    cell: str, unroll: int, parameters: Arrays, x: Arrays, state: Arrays = None
) -> tuple[Arrays, Arrays]:
    """Return predictions (T, B, 1) and the state; None: it starts from zeros."""
    w_ih, w_hh, b_ih, b_hh, w_out, b_out = parameters
    if state is None:
        h = jnp.zeros((x.shape[1], w_hh.shape[1]))
        state = (h, h) if cell == "lstm" else h
    step = partial(STEPS[cell], w_hh, b_hh)
    state, h = lax.scan(step, state, x @ w_ih.T + b_ih, unroll=unroll)
    return h @ w_out.T + b_out, state


def mse(predictions: Arrays, targets: Arrays) -> Arrays:
    """Return the mean squared error."""
    return jnp.mean((predictions - targets) ** 2)


def update(cell: str, unroll: int, training: Training, batch: Arrays) -> tuple[Training, Arrays]:
    """Make one update on a batch (x, targets), and return the loss before it."""
    x, targets = batch

    def loss_of(parameters: Arrays) -> Arrays:
        return mse(forward(cell, unroll, parameters, x)[0], targets)

    loss, gradients = jax.value_and_grad(loss_of)(training.parameters)
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in gradients))
    factor = jnp.minimum(1, CLIP_NORM / (norm + 1e-6))
    return _adam(training, [g * factor for g in gradients]), loss


def _adam(training: Training, gradients: Arrays) -> Training:
    parameters, mean, square, count = training
    count = count + 1
    mean = [0.9 * m + 0.1 * g for m, g in zip(mean, gradients, strict=True)]
    square = [0.999 * s + 0.001 * g * g for s, g in zip(square, gradients, strict=True)]
    rate, root = LEARNING_RATE / (1 - 0.9**count), jnp.sqrt(1 - 0.999**count)
    parameters = [
        p - rate * m / (jnp.sqrt(s) / root + 1e-8)
        for p, m, s in zip(parameters, mean, square, strict=True)
    ]
    return Training(parameters, mean, square, count)


def epoch(
    cell: str, unroll: int, batch_size: int, training: Training, data: Arrays, order: Arrays
) -> tuple[Training, Arrays]:
    """Make a pass over data (T, N, 1) in an order (N,), N a multiple of the batch size.

    Returns the losses of the updates too.
    """

    def cut(part: Arrays) -> Arrays:  # (T, N, 1) -> (batches, T, B, 1)
        return part[:, order].reshape(len(part), -1, batch_size, 1).swapaxes(0, 1)

    return lax.scan(partial(update, cell, unroll), training, tuple(map(cut, data)))


def time_first(part: Any) -> Arrays:
    """Return a tensor (B, T, 1) as JAX's array (T, B, 1)."""
    return jnp.asarray(part.transpose(0, 1).contiguous().numpy())


def step_by_step(case: Case) -> Loop:
    """Call a compiled step for each batch."""
    training = begin(case.torch_model().parameters())
    step = jax.jit(partial(update, case.cell, UNROLL), donate_argnums=0)

    def run(steps: int, epochs: int) -> Took:
        nonlocal training
        batches = case.batches(steps)
        with timed() as clock:
            for _ in range(epochs):
                for pair in batches:
                    training, loss = step(training, tuple(map(time_first, pair)))
                    last = float(loss)
        return Took(clock.seconds, last)

    return run


def epoch_by_epoch(case: Case) -> Loop:
    """Call a compiled epoch."""
    training = begin(case.torch_model().parameters())
    one_epoch = jax.jit(partial(epoch, case.cell, UNROLL, case.batch), donate_argnums=0)

    def run(steps: int, epochs: int) -> Took:
        nonlocal training
        data = tuple(map(time_first, case.data(steps)))
        count = data[0].shape[1]
        compiled = one_epoch.lower(training, data, torch.arange(count).numpy()).compile()
        with timed() as clock:
            for _ in range(epochs):
                training, losses = compiled(training, data, torch.randperm(count).numpy())
                last = float(np.asarray(losses)[-1])
        return Took(clock.seconds, last)

    return run
