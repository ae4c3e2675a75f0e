"""One batch, phase by phase: what the whole project is about stands in the six functions below."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from torch import Tensor, nn
from torch.optim import Optimizer

from rnnlab.base.say import say
from rnnlab.loop.clipping import clip_gradient, gradient_norm
from rnnlab.loop.hidden import State
from rnnlab.loop.losses import LossFunction, resolve_loss, with_count


@dataclass(slots=True)
class Batch:
    """What the loop holds while it trains on one batch; what is not there yet is None."""

    model: nn.Module
    inputs: Any  # (B, T, D), or what the model takes
    targets: Any
    loss_fn: LossFunction
    optimizer: Optimizer
    clip_norm: Any = None
    state: State = None  # to start from; after the forward pass the one that it ended with
    predictions: Any = None
    loss: Any = None  # a tensor ()
    count: Any = None  # of target values that the loss averages
    grad_norm: Any = None  # a tensor (), of all gradients together, before clipping


def zero_grad(batch: Batch) -> None:
    """Clear the gradients of the step before: backward adds to what it finds."""
    batch.optimizer.zero_grad()


def forward(batch: Batch) -> None:
    """Predict, from the inputs and the hidden state."""
    batch.predictions, batch.state = call(batch.model, batch.inputs, batch.state)


def loss(batch: Batch) -> None:
    """Compare the predictions with the targets."""
    result = batch.loss_fn(batch.predictions, batch.targets)
    batch.loss, batch.count = with_count(result, batch.loss_fn, batch.targets)


def backward(batch: Batch) -> None:
    """Backpropagate through time, and measure how long the gradient is."""
    batch.loss.backward()
    batch.grad_norm = gradient_norm(batch.optimizer)


def clip(batch: Batch) -> None:
    """Scale the gradient down if it is longer than the bound."""
    clip_gradient(batch.optimizer, batch.clip_norm, batch.grad_norm)


def step(batch: Batch) -> None:
    """Update the weights."""
    batch.optimizer.step()


PhaseFunction = Callable[[Batch], None]
PHASES: tuple[PhaseFunction, ...] = (zero_grad, forward, loss, backward, clip, step)


class Phase(NamedTuple):
    """What one phase of a batch leaves behind; what is not there yet is None.

    `name` is that of the phase, such as "forward"; values are as in `Batch`, with their graph.
    """

    name: str
    predictions: Any = None
    state: State = None
    loss: Tensor | None = None
    grad_norm: Tensor | None = None
    count: int | None = None  # type: ignore[assignment]  # tuples have a method of this name


def train_batch(
    model: nn.Module,
    inputs: Any,
    targets: Any,
    *,
    loss_fn: str | LossFunction,
    optimizer: Optimizer,
    clip_norm: float | None = None,
    state: State = None,
    phases: tuple[PhaseFunction, ...] = PHASES,
) -> Iterator[Phase]:
    """Train on one batch, stopping after each phase.

    Args:
        model: returns predictions, or (predictions, state).
        inputs: (B, T, D), or what the model takes.
        targets: what `loss_fn` compares the predictions with.
        loss_fn: "mse", "cross_entropy" or a function of (predictions, targets).
        optimizer: the optimizer itself; it outlives the batch.
        clip_norm: upper bound on the norm of all gradients together; None: no clipping.
        state: the hidden state to start from; None: the model's own start, zeros.
        phases: what is done, in this order; `clip` only if there is a `clip_norm`.

    Yields:
        a `Phase` after each of zero_grad, forward, loss, backward, clip and step.
    """
    batch = Batch(model, inputs, targets, resolve_loss(loss_fn), optimizer, clip_norm, state)
    for phase in phases:
        if phase is not clip or clip_norm is not None:
            phase(batch)
            done = (batch.predictions, batch.state, batch.loss, batch.grad_norm, batch.count)
            yield Phase(phase.__name__, *done)


def call(model: nn.Module, inputs: Any, state: State = None) -> tuple[Any, State]:
    """Call a model and return (predictions, state); a model without state has None."""
    output = model(inputs) if state is None else model(inputs, state)
    if isinstance(output, Tensor):
        return output, None
    if isinstance(output, tuple) and len(output) == 2 and isinstance(output[0], Tensor):
        return output
    kind, many = type(output).__name__, isinstance(output, tuple | list | dict)
    given = say("{kind} of {count}", kind=kind, count=len(output)) if many else kind
    raise TypeError(say(
        "the model returned {given}; expected predictions as a tensor, or the pair (predictions, "
        "state): wrap it in a module whose forward returns these", given=given))  # fmt: skip
