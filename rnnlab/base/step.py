"""What a training run yields: a `Step` for each update. It needs no torch."""

from typing import NamedTuple


class Step(NamedTuple):
    """One update of the weights.

    Attributes:
        epoch: the pass over the data it belongs to; the first is 1.
        index: how many updates the run made before this one; the first is 0.
        loss: the batch's loss, before the update.
        grad_norm: Euclidean norm of all gradients together, before clipping.
        clipped: whether the gradients were scaled down.
        train_loss: on an epoch's last step, the epoch's average loss; otherwise None.
        validation_loss: on an epoch's last step, if validation was asked for; otherwise None.
    """

    epoch: int
    index: int  # type: ignore[assignment]  # tuples have a method of this name
    loss: float
    grad_norm: float
    clipped: bool = False
    train_loss: float | None = None
    validation_loss: float | None = None
