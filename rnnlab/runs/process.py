"""What a run asks of the process it trains in: its batches, its losses, and what it keeps."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from rnnlab.base.nested import to_device
from rnnlab.loop.losses import LossFunction
from rnnlab.loop.training import Run
from rnnlab.runs.checks import Pair, as_loss, as_pair, check_phase
from rnnlab.runs.interrupts import InterruptHeld
from rnnlab.runs.random_states import RandomState, set_random_state
from rnnlab.runs.saved_states import copy_state, unwrap

T = TypeVar("T")


class Process:
    """One process that trains alone."""

    rank, size = 0, 1  # its number, from 0, and how many processes there are
    first = True  # whether it is the one that writes and shows progress
    check = staticmethod(check_phase)  # raises to end the run after a phase, before its update

    def __init__(self) -> None:
        self.held = InterruptHeld()  # around an update; an interrupt waits until it is done
        self.keeps = True  # whether the state is copied at the end of each epoch, for checkpoints
        self.saved: dict[str, Any] | None = None  # that copy
        self.random: RandomState | None = None  # to be set when the run goes on

    def begin(self, run: Run) -> None:
        """The first batch is about to be asked for."""
        if self.random is not None:
            set_random_state(self.random, run.batches)
            self.random = None
        elif self.keeps:
            self.saved = copy_state(run)

    def end_epoch(self, run: Run) -> None:
        """An epoch is over, its validation included."""
        self.saved = copy_state(run) if self.keeps else None

    def batches(self, run: Run, epoch: int) -> Iterator[Pair]:
        """Yield the batches of an epoch."""
        begin_epoch(run.batches, epoch)  # same seed and epoch, same order
        for batch in run.batches:
            yield to_device(as_pair(batch, run.batch_first), run.device)

    def loss_fn(self, run: Run) -> LossFunction:
        """Return the function of (predictions, targets) whose value is the loss of a batch."""
        return run.loss_fn

    def count(self, count: int) -> int:
        """Return how many target values the loss of the whole batch averages; here are `count`."""
        return count

    def validate(self, run: Run) -> float | None:
        """Return the validation loss at the end of an epoch."""
        return None if run.validation is None else as_loss(run.validation(unwrap(run.model)))

    def from_first(self, call: Callable[[], T]) -> T:
        """Return what a call returns in the first process."""
        return call()

    def gather(self, value: T) -> list[T]:
        """Return the value of each process."""
        return [value]


def begin_epoch(batches: Any, epoch: int) -> None:
    """Tell batches, or the sampler of a DataLoader, which epoch it is: same epoch, same order."""
    for part in (batches, getattr(batches, "sampler", None)):
        set_epoch = getattr(part, "set_epoch", None)
        if set_epoch is not None:
            set_epoch(epoch)
