"""The losses that the loop knows by name, and the shapes each of them wants."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnlab.base.checks import check_known

LossFunction = Callable[[Tensor, Tensor], Tensor]

_ELEMENTWISE = (nn.MSELoss, nn.L1Loss, nn.SmoothL1Loss, nn.HuberLoss)
_ELEMENTWISE_FUNCTIONS = (
    functional.mse_loss,
    functional.l1_loss,
    functional.smooth_l1_loss,
    functional.huber_loss,
)


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Average cross-entropy of logits (..., C) against class numbers (...), classes last.

    `torch.nn.functional.cross_entropy` wants the classes on axis 1; here they stay where the
    readout puts them, on the last axis.
    """
    # (B, T, C) -> (B*T, C) and (B, T) -> (B*T)
    return functional.cross_entropy(logits.flatten(0, -2), targets.flatten())


LOSSES: dict[str, LossFunction] = {"mse": functional.mse_loss, "cross_entropy": cross_entropy}


def resolve_loss(loss_fn: str | LossFunction) -> LossFunction:
    """Return the loss function for a name, or the function itself.

    Raises:
        ValueError: for an unknown name, with the known ones.
        TypeError: for what is neither a name nor callable.
    """
    if isinstance(loss_fn, str):
        check_known("loss_fn", loss_fn, LOSSES, "losses")
        return LOSSES[loss_fn]
    if not callable(loss_fn):
        raise TypeError(
            f"loss_fn is {loss_fn!r}; expected a name ({', '.join(LOSSES)}) or a function of "
            "(predictions, targets)"
        )
    return loss_fn


def check_shapes(loss_fn: LossFunction, predictions: Tensor, targets: Tensor) -> None:
    """Refuse predictions and targets that a known loss would misread or broadcast.

    Raises:
        ValueError: for shapes that do not fit, with both shapes, or classes out of range.
        TypeError: for class numbers that are not whole numbers.
    """
    given = (
        f"predictions have shape {tuple(predictions.shape)}, "
        f"targets have shape {tuple(targets.shape)}"
    )
    elementwise = isinstance(loss_fn, _ELEMENTWISE) or loss_fn in _ELEMENTWISE_FUNCTIONS
    if elementwise:
        if predictions.shape != targets.shape:
            raise ValueError(
                f"{given}; this loss compares them element by element, so the shapes must be "
                "equal: reshape the targets, or take the time steps you want to predict"
            )
    elif loss_fn is cross_entropy:
        _check_classes(predictions, targets, given, class_axis=-1)
    elif isinstance(loss_fn, nn.CrossEntropyLoss) or loss_fn is functional.cross_entropy:
        if targets.shape != predictions.shape:  # equal shapes: targets are class probabilities
            _check_classes(predictions, targets, given, class_axis=min(1, predictions.dim() - 1))


def _check_classes(predictions: Tensor, targets: Tensor, given: str, class_axis: int) -> None:
    if targets.dtype not in (torch.int64, torch.uint8):
        raise TypeError(
            f"targets have dtype {targets.dtype}; cross-entropy wants the number of the right "
            "class as torch.int64: use targets.long()"
        )
    expected = list(predictions.shape)
    classes = expected.pop(class_axis)
    if list(targets.shape) != expected:
        where = "last" if class_axis == -1 else f"on axis {class_axis}"
        raise ValueError(
            f"{given}; with the {classes} classes {where}, expected targets of shape "
            f"{tuple(expected)}"
        )
    low, high = int(targets.min()), int(targets.max())
    if low < 0 or high >= classes:
        raise ValueError(
            f"targets hold the class numbers {low} to {high}; predictions have {classes} classes, "
            f"so expected 0 to {classes - 1}: look at the labels, or enlarge output_size"
        )


def shares_by_time(loss_fn: LossFunction, predictions: Tensor, targets: Tensor) -> Tensor | None:
    """Return how much each time step adds to the loss, (T,), which sums to the loss.

    The loss of each time step alone is measured; if it is an average these are divided by T. None
    if the two do not sum to the loss, as for one that looks at the last time step alone.

    Args:
        loss_fn: of (predictions, targets).
        predictions: (B, T, ...).
        targets: (B, T, ...).
    """
    if predictions.dim() < 2 or targets.dim() < 2 or predictions.shape[1] != targets.shape[1]:
        return None
    with torch.no_grad():
        whole = loss_fn(predictions, targets)
        steps = range(predictions.shape[1])
        each = torch.stack(
            [loss_fn(predictions[:, t : t + 1], targets[:, t : t + 1]) for t in steps]
        )
    for shares in (each / len(each), each):
        if torch.allclose(shares.sum(), whole, rtol=1e-4):
            return shares.cpu()
    return None
