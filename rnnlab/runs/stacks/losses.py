"""The losses of many runs at once, and their gradients: of each run its own average.

Predictions are (T, R, B, O), targets have the same axes in front.
"""

import numpy as np
from torch.nn import functional

from rnnlab.loop.losses import IGNORED, cross_entropy
from rnnlab.model.fast import Array


def mse_of_each(predictions: Array, targets: Array) -> tuple[Array, Array, Array]:
    """Return the mean squared error, its gradient and the number of values it averages."""
    difference = predictions - targets
    count = np.full(predictions.shape[1], difference[:, 0].size)
    loss = over_runs(np.square(difference)) / count
    difference *= 2 / count[0]
    return loss, difference, count


def cross_entropy_of_each(logits: Array, targets: Array) -> tuple[Array, Array, Array]:
    """Return the cross-entropy, its gradient and the number of values that it averages."""
    real = targets != IGNORED  # (T, R, B)
    count = over_runs(real)
    right = np.where(real, targets, 0)[..., None]
    shifted = logits - logits.max(-1, keepdims=True)  # exp cannot overflow
    d_logits = np.exp(shifted)
    total = d_logits.sum(-1, keepdims=True)
    log_p = np.take_along_axis(shifted, right, -1) - np.log(total)  # (T, R, B, 1)
    loss = -over_runs(log_p[..., 0] * real) / count
    d_logits /= total
    d_right = np.take_along_axis(d_logits, right, -1) - 1
    np.put_along_axis(d_logits, right, d_right, -1)
    d_logits *= (real / count[:, None])[..., None].astype(logits.dtype)
    return loss, d_logits, count


def over_runs(values: Array) -> Array:
    """Return the sum of values (T, R, ...) for each run, (R,).

    Of a copy with the runs first: NumPy adds up what lies side by side, so in any stack a run's
    values are added in the same order, to the same bits.
    """
    by_run = np.ascontiguousarray(values.swapaxes(0, 1)).reshape(values.shape[1], -1)
    return by_run.sum(1, dtype=np.float64)


LOSSES_OF_EACH = {functional.mse_loss: mse_of_each, cross_entropy: cross_entropy_of_each}
