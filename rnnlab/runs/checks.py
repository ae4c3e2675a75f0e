"""What a run refuses of a model, its batches, predictions and losses, and in which words."""

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnlab.base.checks import check_tensor
from rnnlab.base.nested import first_tensor
from rnnlab.base.say import say
from rnnlab.base.step import Step
from rnnlab.data.series import check_all_finite
from rnnlab.loop.batch import Phase
from rnnlab.loop.losses import LossFunction, cross_entropy
from rnnlab.loop.training import Run

Pair = tuple[Any, Any]  # (inputs, targets)

_ELEMENTWISE = (nn.MSELoss, nn.L1Loss, nn.SmoothL1Loss, nn.HuberLoss)
_ELEMENTWISE_FUNCTIONS = (
    functional.mse_loss,
    functional.l1_loss,
    functional.smooth_l1_loss,
    functional.huber_loss,
)


class TrainingDiverged(ArithmeticError):
    """The loss or the gradient is no longer a finite number.

    Attributes:
        epoch, index: where, counted as in `Step`.
        history: all steps before it.
    """

    def __init__(self, what: str, epoch: int, index: int, history: Any) -> None:
        super().__init__(
            f"{what} at epoch {epoch}, step {index}: training cannot go on from here. "
            "The weights are those before this step, and the history so far is kept. "
            "Try a lower learning rate, or clip the gradient (clip_norm=1.0)"
        )
        self.epoch, self.index, self.history = epoch, index, history


def check_phase(run: Run, phase: Phase, step: Step | None, inputs: Any, targets: Any) -> None:
    """Refuse what a phase of a run has made, before the update that it is for.

    That is, at the first step, shapes that do not fit; a state that is to be carried and is not
    there; and values, a loss or a gradient that are not finite.
    """
    if phase.name == "forward":
        if run.index == 0:
            check_shapes(run.loss_fn, phase.predictions, targets)
        if run.hidden_state == "carry" and phase.state is None:
            raise ValueError(
                'hidden_state="carry" needs a model that returns (predictions, state); '
                'this one returned predictions only: return its state, or use "reset"'
            )
    elif phase.name == "backward" and step is not None:
        if not math.isfinite(step.loss):
            for name, values in (("inputs", inputs), ("targets", targets)):
                if isinstance(values, Tensor):
                    where = f"epoch {step.epoch}, step {step.index}"
                    check_all_finite(f"the {name} at {where}", values)  # no rate would help
        for what, value in (("the loss", step.loss), ("the gradient norm", step.grad_norm)):
            if not math.isfinite(value):
                raise TrainingDiverged(
                    say("{what} is {value}", what=what, value=value), step.epoch, step.index,
                    run.history,
                )  # fmt: skip


def as_pair(batch: Any, batch_first: bool = True) -> Pair:
    """Return a batch as the pair (inputs, targets), after a look at what it is.

    Inputs and targets are tensors; or inputs a tuple, list or dictionary of them or a
    `PackedSequence`, which the model takes as one argument, and targets a tuple, list or
    dictionary, which `loss_fn` takes as one.
    """
    try:
        inputs, targets = batch
    except (TypeError, ValueError):
        given = f"a batch is {type(batch).__name__}"
        expected = "expected a pair (inputs, targets) of tensors"
        if not isinstance(batch, tuple | list):
            raise TypeError(f"{given}; {expected}") from None
        raise TypeError(
            f"{given} of {len(batch)}; {expected}: lengths or a mask stand with the inputs, "
            "((inputs, lengths), targets), or with the targets, (inputs, (targets, mask)), as one "
            "argument of the model or of loss_fn"
        ) from None
    for name, value in (("inputs", inputs), ("targets", targets)):
        if first_tensor(value) is None:
            check_tensor(name, value)
    tensors = isinstance(inputs, Tensor) and isinstance(targets, Tensor)
    if tensors and (inputs.dim() == 0 or (batch_first and inputs.shape[:1] != targets.shape[:1])):
        raise ValueError(
            f"a batch has inputs of shape {tuple(inputs.shape)} and targets of shape "
            f"{tuple(targets.shape)}; expected as many examples of both, on the first axis"
        )
    return inputs, targets


def check_model(model: object) -> None:
    """Refuse what is no module."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"model is {type(model).__name__}; expected a torch.nn.Module")


def as_loss(value: Any) -> float:
    """Return what a validation function has returned, as a number."""
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(
            f"validation returned {value!r}; expected the loss as a number, or a tensor () of it"
        ) from None


def check_batches(batches: Any, name: str = "batches") -> None:
    """Refuse what gives no batches, as far as that can be seen without reading them."""
    if not isinstance(batches, Iterable):
        raise TypeError(
            f"{name} is {type(batches).__name__}; expected pairs (inputs, targets): "
            "rnnlab.Batches, a DataLoader or a list"
        )
    if count_batches(batches) == 0:
        raise ValueError(f"{name} is empty; expected at least one pair (inputs, targets)")


def count_batches(batches: Any) -> int | None:
    """Return how many batches there are, None if they do not say."""
    try:
        return len(batches)
    except TypeError:  # a generator, or a DataLoader over an IterableDataset
        return None


def check_shapes(loss_fn: LossFunction, predictions: Any, targets: Any) -> None:
    """Refuse predictions and targets that a known loss would misread or broadcast."""
    if not isinstance(predictions, Tensor) or not isinstance(targets, Tensor):
        return
    given = (
        f"predictions have shape {tuple(predictions.shape)}, "
        f"targets have shape {tuple(targets.shape)}"
    )
    if isinstance(loss_fn, _ELEMENTWISE) or loss_fn in _ELEMENTWISE_FUNCTIONS:
        if predictions.shape != targets.shape:
            raise ValueError(
                f"{given}; this loss compares them element by element, so the shapes must be "
                "equal: reshape the targets, or take the time steps you want to predict"
            )
    elif loss_fn is cross_entropy:
        _check_classes(predictions, targets, given, class_axis=-1)
    elif isinstance(loss_fn, nn.CrossEntropyLoss) or loss_fn is functional.cross_entropy:
        if targets.shape != predictions.shape:  # equal shapes: targets are class probabilities
            axis, ignored = min(1, predictions.dim() - 1), getattr(loss_fn, "ignore_index", -100)
            _check_classes(predictions, targets, given, axis, ignored)


def _check_classes(
    predictions: Tensor, targets: Tensor, given: str, class_axis: int, ignored: int = -100
) -> None:
    if targets.dtype not in (torch.int64, torch.uint8):
        raise TypeError(
            f"targets have dtype {targets.dtype}; cross-entropy expects the number of the right "
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
    numbers = targets[targets != ignored]
    if len(numbers) and not 0 <= int(numbers.min()) <= int(numbers.max()) < classes:
        raise ValueError(
            f"targets hold the class numbers {int(numbers.min())} to {int(numbers.max())}; "
            f"predictions have {classes} classes, so expected 0 to {classes - 1}: look at the "
            "labels, or enlarge output_size"
        )
