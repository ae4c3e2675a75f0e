"""The training loop of a recurrent network. Read `train_batch` first, then `Run._updates`.

Everything is an iterator: `train_batch` stops after each phase of one batch, `train` after each
update. Pausing, stepping, drawing and stopping are all "not asking for the next one".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from rnnlab.base.checks import check_count, check_positive, resolve_device
from rnnlab.loop import hidden
from rnnlab.loop.checks import (
    Batch,
    as_loss,
    check_batch,
    check_batches,
    check_model,
    on_device,
)
from rnnlab.loop.hidden import State
from rnnlab.loop.history import History, Step
from rnnlab.loop.losses import LossFunction, check_shapes, resolve_loss
from rnnlab.loop.optimizers import clip_gradient, gradient_norm, resolve_optimizer
from rnnlab.runs.interrupts import InterruptHeld
from rnnlab.runs.random_states import RandomState, random_state, set_random_state
from rnnlab.runs.ranks import bare, check_shard, move, ranks_of
from rnnlab.runs.shards import begin_epoch, counted, over_ranks

Validation = Iterable[Batch] | Callable[[nn.Module], float]

PHASES = ("zero_grad", "forward", "loss", "backward", "clip", "step")


class Phase(NamedTuple):
    """What one phase of a batch leaves behind; what is not there yet is None.

    Attributes:
        name: one of `PHASES`.
        predictions: what the model answered, with its graph.
        state: the hidden state after the batch, with its graph.
        loss: the loss as a tensor (), with its graph.
        grad_norm: Euclidean norm of all gradients before clipping, a tensor ().
    """

    name: str
    predictions: Tensor | None = None
    state: State = None
    loss: Tensor | None = None
    grad_norm: Tensor | None = None


class Position(NamedTuple):
    """Where a run stands, between two updates.

    Attributes:
        epoch: of the next update; the first is 1.
        batch: how many batches of that epoch are done.
        index: how many updates are done.
        state: the hidden state that the next batch starts from.
        total, count: sum of the epoch's losses so far, over so many target values.
    """

    epoch: int = 1
    batch: int = 0
    index: int = 0  # type: ignore[assignment]  # tuples have a method of this name
    state: State = None
    total: float = 0.0
    count: int = 0  # type: ignore[assignment]  # and of this


class TrainingDiverged(ArithmeticError):
    """The loss or the gradient is no longer a finite number.

    Attributes:
        epoch, index: where, counted as in `Step`.
        history: all steps before it.
    """

    def __init__(self, what: str, epoch: int, index: int, history: History) -> None:
        super().__init__(
            f"{what} at epoch {epoch}, step {index}: training cannot go on from here. "
            "The weights are those before this step, and the history so far is kept. "
            "Try a lower learning rate, or clip the gradient (clip_norm=1.0)"
        )
        self.epoch, self.index, self.history = epoch, index, history


def train_batch(
    model: nn.Module,
    inputs: Tensor,
    targets: Tensor,
    *,
    loss_fn: str | LossFunction,
    optimizer: Optimizer,
    clip_norm: float | None = None,
    state: State = None,
) -> Iterator[Phase]:
    """Train on one batch, stopping after each phase.

    Args:
        model: returns predictions, or (predictions, state).
        inputs: (B, T, D) or what the model takes.
        targets: what `loss_fn` compares the predictions with.
        loss_fn: "mse", "cross_entropy" or a function of (predictions, targets).
        optimizer: the optimizer itself; it lives longer than a batch.
        clip_norm: scale the gradients down to this norm if they exceed it; None: leave them.
        state: the hidden state to start from; None: the model's own start, zeros.

    Yields:
        a `Phase` after each of zero_grad, forward, loss, backward, clip (only if asked), step.
    """
    loss_fn = resolve_loss(loss_fn)
    optimizer.zero_grad()
    yield Phase("zero_grad")
    predictions, state = forward(model, inputs, state)
    yield Phase("forward", predictions, state)
    loss = loss_fn(predictions, targets)
    yield Phase("loss", predictions, state, loss)
    loss.backward()
    grad_norm = gradient_norm(optimizer)
    yield Phase("backward", predictions, state, loss, grad_norm)
    if clip_norm is not None:
        clip_gradient(optimizer, clip_norm, grad_norm)
        yield Phase("clip", predictions, state, loss, grad_norm)
    optimizer.step()
    yield Phase("step", predictions, state, loss, grad_norm)


def fetch(*scalars: Tensor) -> list[float]:
    """Return the numbers of tensors (), with one wait for the device where there is one to wait."""
    if scalars[0].device.type == "cpu":
        return [scalar.item() for scalar in scalars]
    return torch.stack([scalar.detach() for scalar in scalars]).tolist()


def forward(model: nn.Module, inputs: Tensor, state: State = None) -> tuple[Tensor, State]:
    """Call any model and return (predictions, state), with state None if the model has none."""
    output = model(inputs) if state is None else model(inputs, state)
    if isinstance(output, Tensor):
        return output, None
    if isinstance(output, tuple) and len(output) == 2 and isinstance(output[0], Tensor):
        return output
    raise TypeError(
        f"the model returned {type(output).__name__}; expected predictions as a tensor, "
        "or the pair (predictions, state)"
    )


class Run(Iterator[Step]):
    """The updates of one training run, made by `train`; ask for the next to train one batch.

    It can be left and taken up again at any point: an interrupt falls between two updates, and
    going on gives exactly the run that was not interrupted. `learning_rate` and `clip_norm` may
    be changed between two updates; `history` holds all steps so far, `position` says where it
    stands. `ranks` are the processes that train the model together, None if it is this one alone.
    """

    def __init__(
        self,
        model: nn.Module,
        batches: Iterable[Batch],
        *,
        loss_fn: LossFunction,
        optimizer: Optimizer,
        epochs: int,
        clip_norm: float | None,
        hidden_state: str,
        validation: Validation | None,
        device: torch.device,
        history: History,
    ) -> None:
        self.model, self.batches, self.loss_fn = model, batches, loss_fn
        self.optimizer, self.epochs, self.clip_norm = optimizer, epochs, clip_norm
        self.hidden_state, self.validation = hidden_state, validation
        self.device, self.history = device, history
        self.ranks = ranks_of(model, device)
        self._interrupt_held = InterruptHeld()
        self.go_on_from(Position())

    @property
    def learning_rate(self) -> float:
        """The learning rate of the optimizer's first group; setting it sets every group's."""
        return float(self.optimizer.param_groups[0]["lr"])

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        check_positive("learning_rate", value)
        for group in self.optimizer.param_groups:
            group["lr"] = value

    def go_on_from(self, position: Position, random: tuple[RandomState, ...] = ()) -> None:
        """Stand somewhere else. What the run has changed, weights above all, is the caller's.

        Args:
            position: where to go on.
            random: the random numbers at the start of that epoch, and where the run goes on, as
                `random_states` found them; without them, those of the moment.
        """
        self.position, self._given = position, random
        self._at_start = random[0] if random else None
        self._generator = self._updates()
        self._undelivered: Step | None = None

    def random_states(self) -> tuple[RandomState, ...]:
        """Return the random numbers at the start of the present epoch, and those of the moment."""
        if self._given:
            return self._given
        now = random_state(self.batches)
        return (now if self._at_start is None else self._at_start), now

    def __iter__(self) -> Run:
        """Go on where the run stands."""
        return self

    def __next__(self) -> Step:
        """Make one update and return it."""
        if self._undelivered is None:
            with self._interrupt_held:  # a step that an interrupt kept back is delivered next time
                self._undelivered = next(self._generator)
                self.history.add(self._undelivered)
        step, self._undelivered = self._undelivered, None
        return step

    def _updates(self) -> Iterator[Step]:
        self.model.train()
        for epoch in range(self.position.epoch, self.epochs + 1):
            _, done, index, state, total, count = self.position
            batches = self._to_come(epoch, done)
            batch = next(batches, None)
            if batch is None:
                raise ValueError(f"batches gave nothing at epoch {epoch}; expected at least one")
            while batch is not None:
                inputs, targets = on_device(batch, self.device)
                loss, grad_norm, state = self._update(inputs, targets, state, epoch, index)
                size = targets.numel() if self.ranks is None else self.ranks.count
                total, count = total + loss * size, count + size
                step = Step(epoch, index, loss, grad_norm, self._clips(grad_norm))
                done, index = done + 1, index + 1
                batch = next(batches, None)
                self.position = Position(epoch, done, index, state, total, count)
                if batch is None:  # the average is over examples: the last batch may be smaller
                    step = step._replace(train_loss=total / count, validation_loss=self._validate())
                    self.position, self._at_start = Position(epoch + 1, index=index), None
                yield step
        if self._given:  # it was finished when it was saved
            set_random_state(self._given[1], self.batches)

    def _to_come(self, epoch: int, done: int) -> Iterator[Batch]:
        """Yield the batches of an epoch that are not done; a loader may draw random numbers."""
        given, self._given = self._given, ()
        if given:
            set_random_state(given[0], self.batches)
        self._at_start = random_state(self.batches)
        begin_epoch(self.batches, epoch)  # same seed and epoch, same order
        batches: Iterator[Batch] = islice(self.batches, done, None)
        if self.ranks is not None:
            batches = self.ranks.in_step(batches, self.hidden_state == "carry")
        first = next(batches, None)
        if given and done:
            set_random_state(given[1], self.batches)
        if first is not None:
            yield first
            yield from batches

    def _update(
        self, inputs: Tensor, targets: Tensor, state: State, epoch: int, index: int
    ) -> tuple[float, float, State]:
        loss = grad_norm = math.nan
        phase = Phase("start")
        for phase in train_batch(
            self.model,
            inputs,
            targets,
            loss_fn=self.loss_fn if self.ranks is None else self.ranks.whole(self.loss_fn),
            optimizer=self.optimizer,
            clip_norm=self.clip_norm,
            state=hidden.fit(state, inputs.shape[0]),
        ):
            if phase.name == "forward" and index == 0 and phase.predictions is not None:
                check_shapes(self.loss_fn, phase.predictions, targets)
            elif (
                phase.loss is not None and phase.grad_norm is not None and phase.name == "backward"
            ):
                loss, grad_norm = fetch(phase.loss, phase.grad_norm)
                if not math.isfinite(loss):
                    check_batch(inputs, targets, epoch, index)
                self._check_finite(loss, grad_norm, epoch, index)
        if self.hidden_state == "reset":
            return loss, grad_norm, None
        if phase.state is None:
            raise ValueError(
                'hidden_state="carry" needs a model that returns (predictions, state); '
                'this one returned predictions only: return its state, or use "reset"'
            )
        return loss, grad_norm, hidden.detach(phase.state)

    def _check_finite(self, loss: float, grad_norm: float, epoch: int, index: int) -> None:
        for what, value in (("the loss", loss), ("the gradient norm", grad_norm)):
            if not math.isfinite(value):
                raise TrainingDiverged(f"{what} is {value}", epoch, index, self.history)

    def _clips(self, grad_norm: float) -> bool:
        return self.clip_norm is not None and grad_norm > self.clip_norm

    def _validate(self) -> float | None:
        if self.validation is None:
            return None
        if self.ranks is not None:
            self.ranks.share_buffers()
        if callable(self.validation):
            loss = as_loss(self.validation(bare(self.model)))
        else:
            loss = evaluate(
                self.model,
                self.validation,
                loss_fn=self.loss_fn,
                hidden_state=self.hidden_state,
                device=self.device,
            )
        return loss if self.ranks is None else self.ranks.mean(loss)


def train(
    model: nn.Module,
    batches: Iterable[Batch],
    *,
    loss_fn: str | LossFunction,
    optimizer: str | Optimizer = "adam",
    learning_rate: float | None = None,
    epochs: int = 10,
    clip_norm: float | None = None,
    hidden_state: str = "reset",
    validation: Validation | None = None,
    device: str | torch.device = "auto",
    history: History | None = None,
) -> Run:
    """Train a model, one `Step` at a time: the returned iterator makes an update when asked.

    In processes started by `torchrun`, with a model in `DistributedDataParallel` and batches in a
    `Shard`, all of them together make the run that one process would make with the whole batches:
    losses, gradient norms and clipping are those of the whole batch, on every rank. Each rank has
    to take all steps. `loss_fn` has to be an average over target values.

    Args:
        model: any module that returns predictions, or (predictions, state). It is moved to
            `device`; in `DistributedDataParallel` it stays where it was when it was wrapped.
        batches: pairs (inputs, targets), iterated once an epoch: `Batches`, `Streams`, a
            `DataLoader`, a list. With a `set_epoch` method, their own or their sampler's, that is
            called before each epoch.
        loss_fn: "mse", "cross_entropy" (classes last) or a function of (predictions, targets).
        optimizer: "adam", "sgd", "rmsprop", or an optimizer made from the model's parameters.
        learning_rate: for an optimizer given by name; 0.003 when None.
        epochs: passes over the batches.
        clip_norm: bound on the norm of all gradients together; None: no clipping.
        hidden_state: "reset" starts each batch from zeros; "carry" starts it from the state of
            the batch before, detached, and from zeros at the start of each epoch.
        validation: batches, or a function of the model that returns a loss; measured at the end
            of each epoch. Several ranks take the average of what each has measured.
        device: "auto" (cuda, else mps, else cpu), a name, or a `torch.device`.
        history: where to write the steps; a new `History` when None.

    Returns:
        a `Run`, an iterator over steps.

    Raises:
        ValueError, TypeError: for settings that cannot work, before anything is trained.
        TrainingDiverged: while iterating, when loss or gradient is nan or infinite.
    """
    check_model(model)
    check_count("epochs", epochs)
    if clip_norm is not None:
        check_positive("clip_norm", clip_norm)
    check_batches(batches)
    if validation is not None and not callable(validation):
        check_batches(validation, "validation")
    if history is not None and not isinstance(history, History):
        raise TypeError(f"history is {history!r}; expected a rnnlab.History, or None for a new one")
    if isinstance(batches, Iterator) and epochs > 1:
        raise TypeError(
            f"batches is a {type(batches).__name__} that can be read only once, and epochs is "
            f"{epochs}; give a list, a DataLoader or rnnlab.Batches"
        )
    check_shard(model, batches)
    place = move(model, device)
    return Run(
        model,
        batches,
        loss_fn=resolve_loss(loss_fn),
        optimizer=resolve_optimizer(optimizer, model, learning_rate),
        epochs=epochs,
        clip_norm=clip_norm,
        hidden_state=hidden.check_policy(hidden_state),
        validation=validation,
        device=place,
        history=History() if history is None else history,
    )


@contextmanager
def evaluating(model: nn.Module) -> Iterator[torch.device]:
    """Put a model in evaluation mode for a block, with no graph; yields where it computes."""
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield next((p.device for p in model.parameters()), torch.device("cpu"))
    finally:
        model.train(was_training)


def evaluate(
    model: nn.Module,
    batches: Iterable[Batch],
    *,
    loss_fn: str | LossFunction,
    hidden_state: str = "reset",
    state: State = None,
    device: str | torch.device | None = None,
) -> float:
    """Return the average loss over all target values, with no graph and in evaluation mode.

    That of a `Shard` is over the target values of all ranks, each of which has to ask for it.

    Args:
        model: as for `train`.
        batches: as for `train`.
        loss_fn: as for `train`.
        hidden_state: as for `train`.
        state: the hidden state to start from; None: zeros.
        device: where to compute; None: where the model's parameters are.

    Raises:
        ValueError: if there is no batch, or shapes do not fit.
    """
    check_model(model)
    check_batches(batches)
    loss_fn = resolve_loss(loss_fn)
    hidden.check_policy(hidden_state)
    total, count, start = 0.0, 0, state
    model = bare(model)
    with evaluating(model) as own:
        place = own if device is None else resolve_device(device)
        for batch in counted(batches):
            inputs, targets = on_device(batch, place)
            predictions, end = forward(model, inputs, hidden.fit(start, len(inputs)))
            check_shapes(loss_fn, predictions, targets)
            total += loss_fn(predictions, targets).item() * targets.numel()
            count += targets.numel()
            start = end if hidden_state == "carry" else state
    total, count = over_ranks(batches, total, count, place)
    if count == 0:
        raise ValueError("batches is empty; expected at least one pair (inputs, targets)")
    return total / count
