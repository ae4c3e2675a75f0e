"""train_stacked: the training loop for many runs at once, that differ in seed, rate and clipping.

It is the loop of `rnnlab.loop`, with arrays (R, ...) in place of tensors: as many operations for R
runs as for one, which is what makes them fast.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from rnnlab.base.checks import check_count, check_known, check_policy, check_positive
from rnnlab.base.say import say
from rnnlab.base.step import Step
from rnnlab.loop.hidden import truncate_batch
from rnnlab.loop.losses import AtLastStep, LossFunction, resolve_loss
from rnnlab.model.fast import Array
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.runs.checks import TrainingDiverged, as_loss, as_pair, check_shapes
from rnnlab.runs.history import History
from rnnlab.runs.process import begin_epoch
from rnnlab.runs.stacks.losses import LOSSES_OF_EACH
from rnnlab.runs.stacks.network import Network, with_one
from rnnlab.runs.stacks.updates import UPDATES, clip, norms
from rnnlab.tasks.common import ValidationData

CELLS = ("rnn", "gru")  # torch's own LSTM is faster than one by hand, one or many
MOST_RUNS = 16  # that are worth a stack; more are hardly faster, and take more memory
Validation = ValidationData | Callable[[nn.Module], Any]
Steps = dict[int, Step]


def train_stacked(
    models: Sequence[SequenceModel],
    batches: Sequence[Iterable[Any]],
    *,
    loss_fn: str | LossFunction,
    optimizer: str = "adam",
    learning_rate: float | Sequence[float] = 0.003,
    epochs: int = 10,
    clip_norm: float | Sequence[float | None] | None = None,
    hidden_state: str = "reset",
    validation: Validation | None = None,
) -> "Stack":
    """Train many models side by side, an update of each at a time, on one core.

    Each is trained as `rnnlab.train` would train it alone, up to the last digits: a sum in another
    order differs in its last bit, and in training that is chaotic such a bit grows. A run has the
    same bits in whatever stack it stands. One that diverges ends alone.

    Args:
        models: R models with one layer of an "rnn" or a "gru", of equal sizes, on the CPU.
        batches: for each model its own, as for `train`; all give batches of the same shapes.
        loss_fn: "mse", "cross_entropy", or one of these `AtLastStep`.
        optimizer: "adam", "sgd" or "rmsprop".
        learning_rate: one for all, or one for each model.
        epochs: passes over the batches.
        clip_norm: as for `train`, one for all or one for each model.
        hidden_state: "reset" or "carry", as for `train`.
        validation: the `ValidationData` of a task, or a function of a model that returns a loss;
            measured at the end of each epoch.

    Returns:
        a `Stack`, an iterator.

    Raises:
        ValueError: for what cannot be trained so: train these one by one.

    Example:
        stack = rnnlab.train_stacked(models, batches, loss_fn="mse", learning_rate=[0.001, 0.01])
        for steps in stack:
            print({number: step.loss for number, step in steps.items()})
    """
    models, batches, loss_fn = list(models), list(batches), resolve_loss(loss_fn)
    check_known("optimizer", optimizer, UPDATES, "optimizers")
    check_policy(hidden_state)
    if not models or len(batches) != len(models):
        text = "there are {models} models and {batches} batches; expected as many, one or more"
        raise ValueError(say(text, models=len(models), batches=len(batches)))
    if (reason := why_not_stacked(models, loss_fn)) is not None:
        raise ValueError(say("{reason}: train them one by one", reason=reason))
    rates = _each("learning_rate", learning_rate, len(models))
    bounds = _each("clip_norm", clip_norm, len(models), optional=True)
    return Stack(
        models, batches, loss_fn, optimizer, rates, check_count("epochs", epochs), bounds,
        hidden_state, validation,
    )  # fmt: skip


def why_not_stacked(models: Sequence[nn.Module], loss_fn: Any) -> str | None:
    """Return why models cannot be trained in a stack, None if they can."""
    loss_fn = resolve_loss(loss_fn)
    loss_fn = loss_fn.loss_fn if isinstance(loss_fn, AtLastStep) else loss_fn
    if loss_fn not in LOSSES_OF_EACH:
        return say("the loss is none of mse and cross_entropy")
    first: Any = models[0]
    for model in models:
        if not isinstance(model, SequenceModel) or model.cell not in CELLS:
            return say("a stack takes a SequenceModel with the cell rnn or gru")
        if model.recurrence.num_layers > 1 or model.embedding is not None:
            return say("a stack takes models with one layer and without an embedding")
        if any(p.device.type != "cpu" for p in model.parameters()):
            return say("a stack trains on the CPU")
        kinds = [[(p.shape, p.dtype) for p in m.parameters()] for m in (first, model)]
        if model.cell != first.cell or kinds[0] != kinds[1]:
            return say("the models differ in cell or sizes")
    return None


def _each(name: str, values: Any, count: int, optional: bool = False) -> list[float | None]:
    """Return a value for each of some runs, from one for all of them or a sequence."""
    each = [values] * count if np.ndim(values) == 0 else list(values)
    if len(each) != count:
        text = "{name} has {given} values; expected one, or one for each of the {count} models"
        raise ValueError(say(text, name=name, given=len(each), count=count))
    return [None if optional and v is None else check_positive(name, v) for v in each]


class Stack(Iterator[Steps]):
    """Runs that make their updates together, as `train_stacked` makes it; ask for the next.

    Each item is a dictionary: of each run that goes on, by its number from 0, its `Step`.

    Attributes:
        models: of all runs; what is learned is there at once.
        histories: a `History` for each run.
        errors: for each run the `TrainingDiverged` that ended it, or None.
        going: the numbers of the runs that go on.
        epoch, index: how many epochs and steps are done.
    """

    def __init__(
        self, models: list[SequenceModel], batches: list[Iterable[Any]], loss_fn: Any,
        optimizer: str, rates: list[Any], epochs: int, bounds: list[float | None],
        hidden_state: str, validation: Validation | None,
    ) -> None:  # fmt: skip
        self.models, self.batches, self.loss_fn = models, batches, loss_fn
        self.epochs, self.hidden_state, self.validation = epochs, hidden_state, validation
        self.histories = [History() for _ in models]
        self.errors: list[TrainingDiverged | None] = [None] * len(models)
        self.going = list(range(len(models)))
        self.network = Network(models)
        self.updates = UPDATES[optimizer](self.network.weights, np.array(rates)[:, None])
        self.bounds = np.array([np.inf if bound is None else bound for bound in bounds])
        self.at_last_step = isinstance(loss_fn, AtLastStep)
        self.plain_loss = loss_fn.loss_fn if self.at_last_step else loss_fn
        self.loss_of_each = LOSSES_OF_EACH[self.plain_loss]
        self.epoch = self.index = 0
        self.state: Array | None = None  # (R, B, H), to start the next batch from
        self._steps = self._epochs()

    def __next__(self) -> Steps:
        """Make one update of each run and return their steps."""
        steps = next(self._steps)
        for number, step in steps.items():
            self.histories[number].add(step)
            self.epoch = step.epoch if step.train_loss is not None else self.epoch
        return steps

    def end(self, number: int) -> None:
        """End a run; the others go on."""
        if number in self.going:
            self._keep(np.array([other != number for other in self.going]))

    def change(self, learning_rate: float, clip_norm: float | None) -> None:
        """Go on with another learning rate and bound, the same for all runs."""
        self.updates.learning_rates[:] = check_positive("learning_rate", learning_rate)
        self.bounds[:] = np.inf if clip_norm is None else check_positive("clip_norm", clip_norm)

    def _keep(self, which: Array) -> None:
        """Go on with some of the runs alone, those of a mask (R,)."""
        self.going = [k for k, stays in zip(self.going, which, strict=True) if stays]
        self.network.keep(which, [self.models[k] for k in self.going])
        self.updates.keep(which)
        self.bounds = self.bounds[which]
        self.state = None if self.state is None else self.state[which]

    def _epochs(self) -> Iterator[Steps]:
        for epoch in range(1, self.epochs + 1):
            if not self.going:  # the last has ended with the epoch before
                return
            total, count = (dict.fromkeys(self.going, 0.0) for _ in range(2))
            self.state, steps = None, None
            for pairs in self._batches(epoch):
                if steps is not None:
                    yield steps  # they were not the epoch's last
                if not self.going:
                    return
                steps, sizes = self._update(epoch, pairs)
                if not self.going:  # all have diverged
                    return
                for (k, step), size in zip(steps.items(), sizes, strict=True):
                    total[k], count[k] = total[k] + step.loss * size, count[k] + size
                self.index += 1
            if steps is None:
                text = "batches gave nothing at epoch {epoch}; expected at least one"
                raise ValueError(say(text, epoch=epoch))
            validation = self._validate()
            yield {
                k: step._replace(train_loss=total[k] / count[k], validation_loss=validation.get(k))
                for k, step in steps.items()
            }

    def _batches(self, epoch: int) -> Iterator[dict[int, Any]]:
        """Yield of each run that goes on its batch (inputs, targets), until there is none."""
        for number in self.going:
            begin_epoch(self.batches[number], epoch)
        iterators = {number: iter(self.batches[number]) for number in self.going}
        while pairs := {k: next(iterators[k], None) for k in self.going}:
            some = {k: as_pair(pair) for k, pair in pairs.items() if pair is not None}
            if not some:
                return
            if len(some) < len(pairs):
                text = "the batches of run {some} go on, those of others have ended in epoch {n}"
                raise ValueError(say(text, some=min(some), n=epoch))
            yield some

    def _update(self, epoch: int, pairs: dict[int, Any]) -> tuple[Steps, list[int]]:
        """Make one update; return the steps of the runs that go on, and what their losses count."""
        x, targets = stacked_batch([pairs[k] for k in self.going], self.at_last_step)
        with np.errstate(all="ignore"):  # a run that diverges is seen below
            predictions = self._predict(x)
            if self.index == 0:
                self._check(predictions, targets)
            losses, d_predictions, counts = self.loss_of_each(predictions, targets)
            self.network.backward(d_predictions)
            lengths = norms(self.network.gradients)
        self.state = self.network.states[-1].copy() if self.hidden_state == "carry" else None
        finite = np.isfinite(losses) & np.isfinite(lengths)
        if not finite.all():
            for k in np.flatnonzero(~finite):
                self._diverge(self.going[k], losses[k], lengths[k], epoch)
            losses, lengths, counts = losses[finite], lengths[finite], counts[finite]
            self._keep(finite)
        clip(self.network.gradients, self.bounds, lengths)
        self.updates.update(self.network.weights, self.network.gradients)
        clipped = lengths > self.bounds
        values = zip(losses.tolist(), lengths.tolist(), clipped.tolist(), strict=True)
        steps = [Step(epoch, self.index, *value) for value in values]
        return dict(zip(self.going, steps, strict=True)), counts.tolist()

    def _predict(self, x: Array) -> Array:
        """Return the predictions (T, R, B, O), or those of the last time step if these count."""
        state = self.state
        if state is not None:
            state = truncate_batch(torch.from_numpy(state), x.shape[2]).numpy()
        return self.network.forward(x, state, slice(-1, None) if self.at_last_step else slice(None))

    def _check(self, predictions: Array, targets: Array) -> None:
        one, other = (
            torch.from_numpy(part[:, 0]).transpose(0, 1) for part in (predictions, targets)
        )
        if self.at_last_step:
            one, other = one[:, 0], other[:, 0]  # (B, 1, O) -> (B, O)
        check_shapes(self.plain_loss, one, other)

    def _diverge(self, number: int, loss: float, norm: float, epoch: int) -> None:
        what = say("the loss is {value}", value=float(loss))
        if np.isfinite(loss):
            what = say("the gradient norm is {value}", value=float(norm))
        error = TrainingDiverged(what, epoch, self.index, self.histories[number])
        self.errors[number] = error

    def _validate(self) -> dict[int, float]:
        if self.validation is None:
            return {}
        if not isinstance(self.validation, ValidationData):
            return {k: as_loss(self.validation(self.models[k])) for k in self.going}
        with np.errstate(all="ignore"):
            return dict(zip(self.going, self._validate_all(self.validation).tolist(), strict=True))

    def _validate_all(self, data: ValidationData) -> Array:
        """Return the validation loss of each run that goes on, (R,)."""
        forward = partial(self.network.forward, h_0=None)
        if data.warm_up is not None:
            forward(with_one([data.warm_up]))
            forward = partial(self.network.forward, h_0=self.network.states[-1].copy())
        steps = slice(-1, None) if self.at_last_step else slice(None)
        total, count = np.zeros(len(self.going)), np.zeros(len(self.going))
        for pair in data.batches:
            x, targets = stacked_batch([pair], self.at_last_step)
            losses, _, counts = self.loss_of_each(forward(x, steps=steps), targets)
            total, count = total + losses * counts, count + counts
        return total / count


def stacked_batch(pairs: Sequence[Any], at_last_step: bool) -> tuple[Array, Array]:
    """Return the batches of R runs as inputs (T, R, B, D + 1) and targets (T, R, B, ...)."""
    if len({(inputs.shape, targets.shape) for inputs, targets in pairs}) > 1:
        raise ValueError(say("the batches of the runs differ in shape"))
    targets = np.stack([targets.cpu().numpy() for _, targets in pairs])
    if at_last_step:  # (R, B, ...) -> (1, R, B, ...)
        return with_one([inputs for inputs, _ in pairs]), targets[None]
    return with_one([inputs for inputs, _ in pairs]), np.moveaxis(targets, 2, 0)
