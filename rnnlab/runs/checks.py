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
        text = (
            "{what} at epoch {epoch}, step {index}: training cannot go on from here. "
            "The weights are those before this step, and the history so far is kept. "
            "Try a lower learning rate, or clip the gradient (clip_norm=1.0)"
        )
        super().__init__(say(text, what=what, epoch=epoch, index=index))
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
            text = (
                'hidden_state="carry" needs a model that returns (predictions, state); '
                'this one returned predictions only: return its state, or use "reset"'
            )
            raise ValueError(say(text))
    elif phase.name == "backward" and step is not None:
        if not math.isfinite(step.loss):
            place = {"epoch": step.epoch, "index": step.index}
            if isinstance(inputs, Tensor):  # no rate would help
                name = say("the inputs at epoch {epoch}, step {index}", **place)
                check_all_finite(name, inputs)
            if isinstance(targets, Tensor):
                name = say("the targets at epoch {epoch}, step {index}", **place)
                check_all_finite(name, targets)
            loss = say("the loss is {value}", value=step.loss)
            raise TrainingDiverged(loss, step.epoch, step.index, run.history)
        if not math.isfinite(step.grad_norm):
            norm = say("the gradient norm is {value}", value=step.grad_norm)
            raise TrainingDiverged(norm, step.epoch, step.index, run.history)


def as_pair(batch: Any, batch_first: bool = True) -> Pair:
    """Return a batch as the pair (inputs, targets), after a look at what it is.

    Inputs and targets are tensors; or inputs a tuple, list or dictionary of them or a
    `PackedSequence`, which the model takes as one argument, and targets a tuple, list or
    dictionary, which `loss_fn` takes as one.
    """
    try:
        inputs, targets = batch
    except (TypeError, ValueError):
        kind = type(batch).__name__
        if not isinstance(batch, tuple | list):
            text = "a batch is {kind}; expected a pair (inputs, targets) of tensors"
            raise TypeError(say(text, kind=kind)) from None
        text = (
            "a batch is {kind} of {length}; expected a pair (inputs, targets) of tensors: lengths "
            "or a mask stand with the inputs, ((inputs, lengths), targets), or with the targets, "
            "(inputs, (targets, mask)), as one argument of the model or of loss_fn"
        )
        raise TypeError(say(text, kind=kind, length=len(batch))) from None
    for name, value in (("inputs", inputs), ("targets", targets)):
        if first_tensor(value) is None:
            check_tensor(name, value)
    tensors = isinstance(inputs, Tensor) and isinstance(targets, Tensor)
    if tensors and (inputs.dim() == 0 or (batch_first and inputs.shape[:1] != targets.shape[:1])):
        text = (
            "a batch has inputs of shape {inputs} and targets of shape {targets}; expected as many "
            "examples of both, on the first axis"
        )
        raise ValueError(say(text, inputs=tuple(inputs.shape), targets=tuple(targets.shape)))
    return inputs, targets


def check_model(model: object) -> None:
    """Refuse what is no module."""
    if not isinstance(model, nn.Module):
        text = "model is {kind}; expected a torch.nn.Module"
        raise TypeError(say(text, kind=type(model).__name__))


def as_loss(value: Any) -> float:
    """Return what a validation function has returned, as a number."""
    try:
        return float(value)
    except (TypeError, ValueError):
        text = "validation returned {value!r}; expected the loss as a number, or a tensor () of it"
        raise TypeError(say(text, value=value)) from None


def check_batches(batches: Any, name: str = "batches") -> None:
    """Refuse what gives no batches, as far as that can be seen without reading them."""
    if not isinstance(batches, Iterable):
        text = (
            "{name} is {kind}; expected pairs (inputs, targets): rnnlab.Batches, a DataLoader or a "
            "list"
        )
        raise TypeError(say(text, name=name, kind=type(batches).__name__))
    if count_batches(batches) == 0:
        text = "{name} is empty; expected at least one pair (inputs, targets)"
        raise ValueError(say(text, name=name))


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
    if isinstance(loss_fn, _ELEMENTWISE) or loss_fn in _ELEMENTWISE_FUNCTIONS:
        if predictions.shape != targets.shape:
            text = (
                "predictions have shape {predictions}, targets have shape {targets}; this loss "
                "compares them element by element, so the shapes must be equal: reshape the "
                "targets, or take the time steps you want to predict"
            )
            shapes = {"predictions": tuple(predictions.shape), "targets": tuple(targets.shape)}
            raise ValueError(say(text, **shapes))
    elif loss_fn is cross_entropy:
        _check_classes(predictions, targets, class_axis=-1)
    elif isinstance(loss_fn, nn.CrossEntropyLoss) or loss_fn is functional.cross_entropy:
        if targets.shape != predictions.shape:  # equal shapes: targets are class probabilities
            axis, ignored = min(1, predictions.dim() - 1), getattr(loss_fn, "ignore_index", -100)
            _check_classes(predictions, targets, axis, ignored)


def _check_classes(
    predictions: Tensor, targets: Tensor, class_axis: int, ignored: int = -100
) -> None:
    if targets.dtype not in (torch.int64, torch.uint8):
        text = (
            "targets have dtype {dtype}; cross-entropy expects the number of the right class as "
            "torch.int64: use targets.long()"
        )
        raise TypeError(say(text, dtype=targets.dtype))
    expected = list(predictions.shape)
    classes = expected.pop(class_axis)
    if list(targets.shape) != expected:
        text = (
            "predictions have shape {predictions}, targets have shape {targets}; with the "
            "{classes} classes on axis {axis}, expected targets of shape {expected}"
        )
        if class_axis == -1:
            text = (
                "predictions have shape {predictions}, targets have shape {targets}; with the "
                "{classes} classes last, expected targets of shape {expected}"
            )
        shapes = {"predictions": tuple(predictions.shape), "targets": tuple(targets.shape)}
        given = {**shapes, "classes": classes, "axis": class_axis, "expected": tuple(expected)}
        raise ValueError(say(text, **given))
    numbers = targets[targets != ignored]
    if len(numbers) and not 0 <= int(numbers.min()) <= int(numbers.max()) < classes:
        text = (
            "targets hold the class numbers {low} to {high}; predictions have {classes} classes, "
            "so expected 0 to {last}: look at the labels, or enlarge output_size"
        )
        low, high = int(numbers.min()), int(numbers.max())
        raise ValueError(say(text, low=low, high=high, classes=classes, last=classes - 1))
