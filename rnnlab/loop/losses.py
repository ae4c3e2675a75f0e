"""The losses that the loop knows by name, and how many values a loss averages."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from rnnlab.base.checks import check_known

LossFunction = Callable[[Any, Any], Any]


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Average cross-entropy of logits (..., C) and class numbers (...), classes last.

    Torch's own expects the classes on axis 1; here they stay where the readout puts them.
    """
    # (B, T, C) -> (B*T, C) and (B, T) -> (B*T)
    return functional.cross_entropy(logits.flatten(0, -2), targets.flatten())


LOSSES: dict[str, LossFunction] = {"mse": functional.mse_loss, "cross_entropy": cross_entropy}


def resolve_loss(loss_fn: str | LossFunction) -> LossFunction:
    """Return the loss function for a name, or the function itself."""
    if isinstance(loss_fn, str):
        check_known("loss_fn", loss_fn, LOSSES, "losses")
        return LOSSES[loss_fn]
    if not callable(loss_fn):
        raise TypeError(
            f"loss_fn is {loss_fn!r}; expected a name ({', '.join(LOSSES)}) or a function of "
            "(predictions, targets)"
        )
    return loss_fn


def with_count(result: Any, loss_fn: LossFunction, targets: Any) -> tuple[Tensor, int]:
    """Return a loss and how many target values it averages, by which an epoch's average weighs it.

    That is all of them but those that `ignore_index` leaves out; a loss of some of them only, a
    masked one, says it itself by returning (loss, count).
    """
    if isinstance(result, tuple):
        value, count = result
        return value, int(count)
    if not isinstance(targets, Tensor):
        raise TypeError(
            f"targets are a {type(targets).__name__}: let loss_fn return the pair (loss, count), "
            "for it cannot be known how many values the loss averages"
        )
    if isinstance(loss_fn, nn.CrossEntropyLoss | nn.NLLLoss) and not targets.is_floating_point():
        return result, int((targets != loss_fn.ignore_index).sum())
    return result, targets.numel()
