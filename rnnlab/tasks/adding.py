"""AddingTask: add the two marked values of a sequence."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnlab.base.checks import check_count, check_seed
from rnnlab.base.say import say, short
from rnnlab.data.batches import Batches
from rnnlab.loop.losses import AtLastStep
from rnnlab.tasks.common import ValidationData, check_reset, loss_on, predict, shuffled_batches


class AddingTask:
    """Add the two marked values of a sequence: the answer counts at its last time step alone.

    Inputs (B, T, 2) hold values from 0 to 1 and two marks, one in each half; the target (B, 1) is
    the sum of the marked values. Always answering 1 gives a mean squared error of 1/6.

    Source: S. Hochreiter and J. Schmidhuber, Long Short-Term Memory, Neural Computation 9 (1997),
    section 5.4, in the form with values from 0 to 1.

    Args:
        length: T of each sequence, at least 2.
        examples: to train on; a quarter as many are held out.
        seed: of the values and marks.
    """

    name = "adding"
    loss_fn, picture = AtLastStep(functional.mse_loss), "scatter"
    input_size, output_size = 2, 1

    def __init__(self, *, length: int = 20, examples: int = 2000, seed: int = 0) -> None:
        length, seed = check_count("length", length), check_seed("seed", seed)
        examples = check_count("examples", examples)
        if length < 2:
            text = "length is {length}; two marks need at least 2 time steps"
            raise ValueError(say(text, length=length))
        self.length = length
        generator = torch.Generator().manual_seed(seed)
        self.inputs, self.targets = self._make(examples, generator)
        self.held_out = self._make(max(1, examples // 4), generator)

    def _make(self, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        values = torch.rand(count, self.length, generator=generator)
        marks, half = torch.zeros(count, self.length), self.length // 2
        for low, high in ((0, half), (half, self.length)):
            step = torch.randint(low, high, (count, 1), generator=generator)
            marks.scatter_(1, step, 1.0)
        return torch.stack([values, marks], 2), (values * marks).sum(1, keepdim=True)

    def batches(
        self, hidden_state: str = "reset", batch_size: int | None = None, seed: int = 0
    ) -> Batches:
        """Return shuffled batches; each sequence stands alone, so there is no state to carry.

        Raises:
            ValueError: for "carry".
        """
        check_reset(hidden_state, "adding")
        return shuffled_batches(self.inputs, self.targets, batch_size, seed)

    def validation_loss(self, model: nn.Module) -> float:
        """Return the mean squared error on the held-out sequences."""
        return loss_on(self.validation_data(), model, self.loss_fn)

    def validation_data(self) -> ValidationData:
        """Return the held-out sequences."""
        return ValidationData([self.held_out])

    def answers(self, model: nn.Module) -> tuple[Tensor, Tensor]:
        """Return what the task's picture shows: 200 true sums and the model's, each (200,)."""
        inputs, targets = self.held_out
        return targets[:200, 0], predict(model, inputs[:200])[:, -1, 0]  # (200, T, 1) -> (200,)

    @property
    def title(self) -> str:
        """The task's name, for pictures."""
        return say("Adding")

    @property
    def about(self) -> str:
        """What is asked, in one line."""
        return say("add the two marked numbers of a sequence")

    def result(self, targets: Tensor, predictions: Tensor) -> tuple[str, str]:
        """Return how far off the sums typically are, and how far always saying 1 is."""
        error = short((predictions - targets).square().mean().sqrt().item())
        guess = short((targets - 1).square().mean().sqrt().item())
        off = say("typically off by {error}", error=error)
        return off, say("always saying 1: {guess}", guess=guess)

    def words(self, model: nn.Module) -> str:
        """Return how a model does on the held-out sequences, in words."""
        off, guess = self.result(*self.answers(model))
        return say(
            "Adding: the network is {off} on sums that it has never seen ({guess}).\n"
            "Held out: mean squared error {error:.3g}; always answering 1 gives {one:.3g}.",
            off=off, guess=guess, error=self.validation_loss(model),
            one=(self.held_out[1] - 1).square().mean().item(),
        )  # fmt: skip

    def __repr__(self) -> str:
        """Say what is asked."""
        text = "AddingTask({count} sequences of {length} to train on)"
        return say(text, count=len(self.inputs), length=self.length)


TASKS = {"adding": AddingTask}
