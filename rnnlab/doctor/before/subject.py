"""What is looked at: a model, one batch and a loss, always called on copies and from one seed."""

import copy
import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import PackedSequence
from torch.optim import Optimizer

from rnnlab.base.checks import check_known
from rnnlab.base.nested import map_tensors, to_device
from rnnlab.base.say import say

Loss = Callable[[Any, Any], Any]
SEED = 0


class Copies:
    """Deep copies that belong together: the optimizer's copy holds the parameters of the model's.

    Attributes:
        model, loss_fn, optimizer: the copies.
    """

    def __init__(self, model: nn.Module, loss_fn: Loss, optimizer: Optimizer | None = None) -> None:
        memo = _without_graph(model)
        self.model: nn.Module = copy.deepcopy(model, memo)
        self.loss_fn: Loss = copy.deepcopy(loss_fn, memo)
        self.optimizer = None if optimizer is None else _copy_optimizer(optimizer, memo)


class Subject:
    """A model with one batch of its data.

    Attributes:
        model, loss_fn, optimizer: the user's own, which nobody calls.
        inputs, targets: the batch, on the model's device.
        predictions: of the untrained model in training mode, without a graph.
    """

    def __init__(
        self, model: nn.Module, batch: tuple[Any, Any], loss_fn: Loss,
        optimizer: Optimizer | None, end: float,
    ) -> None:  # fmt: skip
        device = next((p.device for p in model.parameters()), torch.device("cpu"))
        self.model, self.loss_fn, self.optimizer, self.end = model, loss_fn, optimizer, end
        self.inputs, self.targets = map_tensors(_detach, to_device(batch, device))
        self.predictions = torch.zeros(0)
        self.call_seconds = 0.0

    def is_time_for(self, calls: float) -> bool:
        """Whether so many calls of the model are likely to end in time."""
        return time.monotonic() + calls * self.call_seconds < self.end

    @torch.no_grad()
    def predict(
        self, inputs: Any = None, *, training: bool = False,
        prepare: Callable[[nn.Module], object] = lambda model: None,
    ) -> Tensor:  # fmt: skip
        """Return what a copy of the model predicts, for the batch's inputs or others.

        Every call draws the same random numbers and begins from the same state of the model, so
        that two results differ by the inputs alone. `prepare` is called with the copy first.
        """
        start = time.monotonic()
        model = copy.deepcopy(self.model, _shared(self.model)).train(training)
        prepare(model)
        inputs = map_tensors(_clone, self.inputs if inputs is None else inputs)
        seed()
        predictions = as_predictions(model(inputs)).clone()
        taken = time.monotonic() - start
        # of the fastest: the first takes longer, and so does one that a busy machine holds up
        self.call_seconds = min(taken, self.call_seconds or taken)
        return predictions

    @torch.no_grad()
    def loss(self, predictions: Tensor) -> float:
        """Return the loss of predictions for the batch's targets."""
        seed()
        return self.loss_with_graph(predictions).item()

    def loss_with_graph(self, predictions: Tensor) -> Tensor:
        """Return the loss as a tensor; a loss function may write into what it is given."""
        return as_loss(self.loss_fn(predictions.clone(), map_tensors(_clone, self.targets)))


def _detach(tensor: Any) -> Any:
    if isinstance(tensor, PackedSequence):
        return tensor._replace(data=tensor.data.detach())
    return tensor.detach()


def _clone(tensor: Any) -> Any:
    return tensor.clone() if isinstance(tensor, Tensor) else tensor  # of packed ones none writes


def seed() -> None:
    """Start every random generator anew."""
    torch.manual_seed(SEED)
    np.random.seed(SEED)
    random.seed(SEED)


def as_predictions(output: Any) -> Tensor:
    """Return the predictions of what a model has returned: a tensor, or (predictions, state)."""
    if isinstance(output, tuple) and output and isinstance(output[0], Tensor):
        return output[0]
    if isinstance(output, Tensor):
        return output
    text = (
        "the model returned {given}; expected predictions as a tensor, or the pair (predictions, "
        "state)"
    )
    raise TypeError(say(text, given=type(output).__name__))


def as_loss(result: Any) -> Tensor:
    """Return the loss of what a loss function has returned: a tensor (), or (loss, count)."""
    loss = result[0] if isinstance(result, tuple) else result
    if not isinstance(loss, Tensor) or loss.numel() != 1:
        shape = tuple(loss.shape) if isinstance(loss, Tensor) else type(loss).__name__
        text = "loss_fn returned {shape}; expected one number, a tensor of shape ()"
        raise TypeError(say(text, shape=shape))
    return loss.reshape(())


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Average cross-entropy of logits (..., C), classes last, as `rnnlab.train` means it."""
    return functional.cross_entropy(logits.flatten(0, -2), targets.flatten())


def resolve_loss(loss_fn: Any) -> Loss:
    """Return the loss function for a name, or the function itself."""
    known: dict[str, Loss] = {"mse": functional.mse_loss, "cross_entropy": cross_entropy}
    if isinstance(loss_fn, str):
        check_known("loss_fn", loss_fn, known, "losses")
        return known[loss_fn]
    if not callable(loss_fn):
        text = (
            "loss_fn is {loss_fn!r}; expected a name ({known}) or a function of (predictions, "
            "targets)"
        )
        raise TypeError(say(text, loss_fn=loss_fn, known=", ".join(known)))
    return loss_fn


def _without_graph(model: nn.Module) -> dict[int, Any]:
    """Return for `deepcopy` the copies of tensors with a graph, which it refuses to make."""
    memo: dict[int, Any] = {}

    def detach(tensor: Any) -> Any:
        if isinstance(tensor, Tensor) and not tensor.is_leaf:
            memo[id(tensor)] = tensor.detach().clone()
        return tensor

    for module in model.modules():
        map_tensors(detach, vars(module))
    return memo


def _shared(model: nn.Module) -> dict[int, Any]:
    """Return for `deepcopy` new parameters on the same memory: quick for a large model."""
    memo = _without_graph(model)
    for parameter in model.parameters():
        if type(parameter) is nn.Parameter:  # one that is not yet initialized gets its values
            memo[id(parameter)] = nn.Parameter(parameter.detach(), parameter.requires_grad)
    return memo


def _copy_optimizer(optimizer: Optimizer, memo: dict[int, Any]) -> Optimizer:
    """Return a copy with class, settings and state."""
    new: Optimizer = object.__new__(type(optimizer))
    memo[id(optimizer)] = new
    own = {k: value for k, value in vars(optimizer).items() if k != "step"}  # a scheduler's wrapper
    new.__dict__.update(copy.deepcopy(own, memo))
    return new
