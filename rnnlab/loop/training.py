"""The loop: epochs, the state between batches, an epoch's average loss; read `Run._epochs`."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

import torch
from torch import nn
from torch.optim import Optimizer

from rnnlab.base.checks import check_positive
from rnnlab.base.nested import count_rows
from rnnlab.base.say import say
from rnnlab.base.step import Step
from rnnlab.loop import hidden
from rnnlab.loop.batch import Phase, train_batch
from rnnlab.loop.losses import LossFunction


class Run(Iterator[Step]):
    """The updates of one training run, as `rnnlab.train` makes it; ask for the next to make one.

    It can be left between two steps and taken up again; `learning_rate`, `clip_norm` and `epochs`
    may be changed there. After an exception it raises, it never ends quietly. `process` says what
    a batch, its loss and its count are, `epoch` and `index` how many epochs and steps are done.
    """

    def __init__(
        self, model: nn.Module, batches: Iterable[Any], *, loss_fn: LossFunction,
        optimizer: Optimizer, epochs: int, clip_norm: float | None, hidden_state: str,
        validation: Any, device: torch.device, batch_first: bool, process: Any, history: Any,
    ) -> None:  # fmt: skip
        self.model, self.batches, self.loss_fn = model, batches, loss_fn
        self.optimizer, self.epochs, self.clip_norm = optimizer, epochs, clip_norm
        self.hidden_state, self.validation = hidden_state, validation
        self.device, self.batch_first = device, batch_first
        self.process, self.history = process, history
        self.restore(0, 0)

    def restore(self, epoch: int, index: int) -> None:
        """Stand at the end of an epoch; weights, optimizer and history are the caller's."""
        self.epoch, self.index = epoch, index
        self._undelivered: Step | None = None
        self._rows: int | None = None
        self._failure: BaseException | None = None
        self._steps = self._epochs()

    @property
    def learning_rate(self) -> float:
        """The learning rate of the optimizer's first group; setting it sets every group's."""
        return float(self.optimizer.param_groups[0]["lr"])

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        value = check_positive("learning_rate", value)
        for group in self.optimizer.param_groups:
            group["lr"] = value

    def __next__(self) -> Step:
        """Make one update and return it."""
        if self._undelivered is None:  # else an interrupt came before it could be returned
            with self.process.held:
                self._undelivered = self._update()
        step, self._undelivered = self._undelivered, None
        return step

    def _update(self) -> Step:
        if self._failure is not None:
            raise RuntimeError(say(
                "the run has ended in epoch {epoch} with {failure!r}: make a new one with "
                "rnnlab.train, or load a checkpoint into it",
                epoch=self.epoch + 1, failure=self._failure)) from self._failure  # fmt: skip
        try:
            step = next(self._steps)
            self.history.add(step)
            if step.train_loss is not None:
                self.epoch = step.epoch
                self.process.end_epoch(self)
        except BaseException as error:
            self._failure = None if isinstance(error, StopIteration) else error
            raise
        return step

    def _epochs(self) -> Iterator[Step]:
        self.model.train()
        self.process.begin(self)
        for epoch in range(self.epoch + 1, self.epochs + 1):
            state, total, count, step = None, 0.0, 0, cast(Any, None)
            for inputs, targets in self.process.batches(self, epoch):
                if step is not None:
                    yield step  # it was not the epoch's last
                for phase in train_batch(
                    self.model, inputs, targets, loss_fn=self.process.loss_fn(self),
                    optimizer=self.optimizer, clip_norm=self.clip_norm,
                    state=self._truncate(state, inputs),
                ):  # fmt: skip
                    step = self._step(epoch, phase) if phase.name == "backward" else step
                    self.process.check(self, phase, step, inputs, targets)
                state = hidden.detach(phase.state) if self.hidden_state == "carry" else None
                size = self.process.count(phase.count)
                total, count, self.index = total + step.loss * size, count + size, self.index + 1
            if step is None:
                text = "batches gave nothing at epoch {epoch}; expected at least one"
                raise ValueError(say(text, epoch=epoch))
            losses = {"train_loss": total / count, "validation_loss": self.process.validate(self)}
            yield step._replace(**losses)

    def _truncate(self, state: hidden.State, inputs: Any) -> hidden.State:
        """Return the state for this batch, which may have fewer rows than the one before."""
        before, self._rows = self._rows, count_rows(inputs, self.batch_first)
        return hidden.truncate_batch(state, self._rows, before)

    def _step(self, epoch: int, phase: Phase) -> Step:
        loss, grad_norm = fetch(phase.loss, phase.grad_norm)
        clipped = self.clip_norm is not None and grad_norm > self.clip_norm
        return Step(epoch, self.index, loss, grad_norm, clipped)


def fetch(*scalars: Any) -> list[float]:
    """Return the numbers of tensors (), with one wait for the device where there is one to wait."""
    if scalars[0].device.type == "cpu":
        return [scalar.item() for scalar in scalars]
    return torch.stack([scalar.detach() for scalar in scalars]).tolist()
