"""The losses that the loop knows by name, and how many values a loss averages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from rnnlab.base.checks import check_known
from rnnlab.base.say import say

LossFunction = Callable[[Any, Any], Any]
IGNORED = -100  # the class number of a target that does not count; torch's own ignore_index


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Average cross-entropy of logits (..., C) and class numbers (...), classes last.

    Torch's own expects the classes on axis 1; here they stay where the readout puts them. Targets
    of -100, such as those of padding, do not count: the average is over all others.
    """
    # (B, T, C) -> (B*T, C) and (B, T) -> (B*T)
    return functional.cross_entropy(logits.flatten(0, -2), targets.flatten())


LOSSES: dict[str, LossFunction] = {"mse": functional.mse_loss, "cross_entropy": cross_entropy}


@dataclass(frozen=True)
class AtLastStep:
    """A loss of the prediction at the last time step alone, (B, T, ...) against targets (B, ...).

    `loss_fn` is a function of (predictions, targets), such as `torch.nn.functional.mse_loss`.
    """

    loss_fn: LossFunction

    def __call__(self, predictions: Tensor, targets: Tensor) -> Any:
        """Return the loss of predictions[:, -1]."""
        return self.loss_fn(predictions[:, -1], targets)


def resolve_loss(loss_fn: str | LossFunction) -> LossFunction:
    """Return the loss function for a name, or the function itself."""
    if isinstance(loss_fn, str):
        check_known("loss_fn", loss_fn, LOSSES, "losses")
        return LOSSES[loss_fn]
    if not callable(loss_fn):
        raise TypeError(say(
            "loss_fn is {loss_fn!r}; expected a name ({known}) or a function of (predictions, "
            "targets)", loss_fn=loss_fn, known=", ".join(LOSSES)))  # fmt: skip
    return loss_fn


def with_count(result: Any, loss_fn: LossFunction, targets: Any) -> tuple[Tensor, int]:
    """Return a loss and how many target values it averages, by which an epoch's average weighs it.

    That is all of them but those that cross-entropy leaves out, by its `ignore_index` or as
    `IGNORED`; another loss of some of them only says it itself by returning (loss, count).
    """
    if isinstance(result, tuple):
        value, count = result
        return value, int(count)
    if not isinstance(targets, Tensor):
        raise TypeError(say(
            "targets are a {kind}: let loss_fn return the pair (loss, count), for it cannot be "
            "known how many values the loss averages", kind=type(targets).__name__))  # fmt: skip
    return result, count_values(loss_fn, targets)


def count_values(loss_fn: LossFunction, targets: Tensor) -> int:
    """Return how many targets a loss averages: all but those that cross-entropy leaves out."""
    if targets.is_floating_point():
        return targets.numel()
    if isinstance(loss_fn, nn.CrossEntropyLoss | nn.NLLLoss):
        return int((targets != loss_fn.ignore_index).sum())
    if loss_fn in (cross_entropy, functional.cross_entropy, functional.nll_loss):
        return int((targets != IGNORED).sum())
    return targets.numel()
