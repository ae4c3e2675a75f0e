"""How much of the loss each time step adds."""

import torch
from torch import Tensor

from rnnlab.loop.losses import LossFunction, with_count


def shares_by_time(loss_fn: LossFunction, predictions: Tensor, targets: Tensor) -> Tensor | None:
    """Return how much each time step adds to the loss, (T,), which sums to the loss.

    The loss of each time step alone is measured; if it is an average, each counts as its part of
    the target values: with no padding, a T-th. None if they do not sum to the loss, as for one that
    looks at the last time step alone.

    Args:
        loss_fn: of (predictions, targets).
        predictions: (B, T, ...).
        targets: (B, T, ...).
    """
    if predictions.dim() < 2 or targets.dim() < 2 or predictions.shape[1] != targets.shape[1]:
        return None
    with torch.no_grad():
        whole = loss_fn(predictions, targets)
        by_time = zip(predictions.split(1, 1), targets.split(1, 1), strict=True)
        each = [with_count(loss_fn(*step), loss_fn, step[1]) for step in by_time]
        losses = torch.stack([loss for loss, _ in each])
        counts = losses.new_tensor([count for _, count in each])
    for shares in (losses * (counts / counts.sum()), losses):
        if torch.allclose(shares.sum(), whole, rtol=1e-4):
            return shares.cpu()
    return None
