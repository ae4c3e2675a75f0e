"""What happened in a training run, as plain rows: one `Step` an update, one `Epoch` a pass."""

from __future__ import annotations

from typing import NamedTuple


class Step(NamedTuple):
    """One update of the weights.

    Attributes:
        epoch: the pass over the data it belongs to; the first is 1.
        index: how many updates the run made before this one; the first is 0.
        loss: the batch's loss, before the update.
        grad_norm: Euclidean norm of all gradients together, before clipping.
        clipped: whether the gradients were scaled down.
        train_loss: on the last step of an epoch, the epoch's average loss; otherwise None.
        validation_loss: on the last step of an epoch, if validation was asked for; otherwise None.
    """

    epoch: int
    index: int  # type: ignore[assignment]  # tuples have a method of this name
    loss: float
    grad_norm: float
    clipped: bool = False
    train_loss: float | None = None
    validation_loss: float | None = None


class Epoch(NamedTuple):
    """One pass over the data: its number (from 1) and its average losses."""

    epoch: int
    train_loss: float
    validation_loss: float | None = None


class History:
    """All steps and epochs of a run, in order. Two runs that did the same compare equal."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.epochs: list[Epoch] = []

    def add(self, step: Step) -> None:
        """Append a step, and its epoch when the step is the epoch's last."""
        self.steps.append(step)
        if step.train_loss is not None:
            self.epochs.append(Epoch(step.epoch, step.train_loss, step.validation_loss))

    @property
    def loss(self) -> list[float]:
        """The loss of each step."""
        return [step.loss for step in self.steps]

    @property
    def grad_norm(self) -> list[float]:
        """The gradient norm of each step, before clipping."""
        return [step.grad_norm for step in self.steps]

    @property
    def train_loss(self) -> list[float]:
        """The average training loss of each whole epoch."""
        return [epoch.train_loss for epoch in self.epochs]

    @property
    def validation_loss(self) -> list[float]:
        """The validation loss of each whole epoch; empty where none was measured."""
        return [e.validation_loss for e in self.epochs if e.validation_loss is not None]

    def __len__(self) -> int:
        """Return the number of steps."""
        return len(self.steps)

    def __eq__(self, other: object) -> bool:
        """Return whether both hold the same steps, number for number."""
        if not isinstance(other, History):
            return NotImplemented
        return self.steps == other.steps

    def __repr__(self) -> str:
        """Say how much was done and where the losses stand."""
        losses = ""
        if self.epochs:
            last = self.epochs[-1]
            losses = f", train loss {last.train_loss:.4g}"
            if last.validation_loss is not None:
                losses += f", validation loss {last.validation_loss:.4g}"
        return f"History({len(self.epochs)} whole epochs, {len(self.steps)} steps{losses})"
