"""RecallTask: repeat the value of some steps ago."""

import torch
from torch import Tensor, nn

from rnnlab.base.checks import check_count, check_known, check_policy, check_seed
from rnnlab.base.say import say
from rnnlab.data.batches import Batches, Streams
from rnnlab.tasks.common import (
    ValidationData,
    choose_batch_size,
    loss_on,
    predict,
    shuffled_batches,
)


class RecallTask:
    """Repeat the value of some steps ago: a task that needs the hidden state, and nothing else.

    The values are +1 or -1 by chance, in one long sequence, split into batches. With a window
    of 4 and a delay of 2, half of the targets lie in the window before: a state that is reset
    leaves a loss of 0.5, a state that is carried can reach 0.

    Args:
        delay: how many steps ago.
        window: time steps in a batch.
        length: of the training sequence; a quarter as much is held out.
        seed: of the values.
    """

    name = "recall"
    loss_fn, picture = "mse", "sequence"
    input_size = output_size = 1

    def __init__(self, *, delay: int = 2, window: int = 4, length: int = 4096, seed: int = 0):
        delay, window = check_count("delay", delay), check_count("window", window)
        length, seed = check_count("length", length), check_seed("seed", seed)
        if length < 32 * window:
            text = "length is {length}; 32 rows of windows of {window} need at least {least}"
            raise ValueError(say(text, length=length, window=window, least=32 * window))
        self.delay, self.window = delay, window
        generator = torch.Generator().manual_seed(seed)
        total = length + length // 4 + delay
        values = 2.0 * torch.randint(0, 2, (total, 1), generator=generator) - 1
        inputs, targets = values[delay:], values[:-delay]
        self.inputs, self.targets = inputs[:length], targets[:length]  # (length, 1)
        self.held_out = inputs[length:], targets[length:]

    def batches(
        self,
        hidden_state: str = "reset",
        batch_size: int | None = None,
        seed: int = 0,
        order: str | None = None,
    ) -> Batches | Streams:
        """Return training batches of windows.

        `order` is "shuffled" or "streams" (row b of a batch goes on where row b of the one before
        ended); None takes streams for a carried state and shuffled windows for a reset one.
        """
        if order is None:
            order = "streams" if check_policy(hidden_state) == "carry" else "shuffled"
        check_known("order", order, ("shuffled", "streams"), "orders")
        rows = choose_batch_size(batch_size, 32)
        streams = Streams(self.inputs, self.targets, rows, self.window)
        if order == "streams":
            return streams
        inputs, targets = (
            torch.cat([pair[k] for pair in streams if pair[k].shape[1] == self.window])
            for k in (0, 1)
        )
        return shuffled_batches(inputs, targets, batch_size, seed)

    def validation_loss(self, model: nn.Module) -> float:
        """Return the mean squared error on the held-out sequence, read as a whole."""
        return loss_on(self.validation_data(), model, self.loss_fn)

    def validation_data(self) -> ValidationData:
        """Return the held-out sequence."""
        inputs, targets = self.held_out
        return ValidationData([(inputs[None], targets[None])])

    def answers(self, model: nn.Module) -> tuple[Tensor, Tensor]:
        """Return what the task's picture shows: 40 held-out targets, and the predictions (40,)."""
        inputs, targets = self.held_out
        return targets[:40, 0], predict(model, inputs[None, :40])[0, :, 0]  # (1, 40, 1) -> (40,)

    @property
    def title(self) -> str:
        """The task's name, for pictures."""
        return say("Recall")

    @property
    def about(self) -> str:
        """What is asked, in one line."""
        return say("repeat the number of {delay} steps ago", delay=self.delay)

    def result(self, targets: Tensor, predictions: Tensor) -> tuple[str, str]:
        """Return how many predictions have the right sign, and how many a guess would."""
        right, count = int(((targets > 0) == (predictions > 0)).sum()), len(targets)
        result = say("right sign at {right} of {count}", right=right, count=count)
        return result, say("guessing: {half}", half=count // 2)

    def words(self, model: nn.Module) -> str:
        """Return how a model does on the held-out sequence, in words."""
        right, guessing = self.result(*self.answers(model))
        return say(
            "Recall: {right} numbers that it has never seen ({guessing}).\n"
            "Held out: mean squared error {error:.3g} (always answering 0 gives 1).",
            right=right, guessing=guessing, error=self.validation_loss(model),
        )  # fmt: skip

    def __repr__(self) -> str:
        """Say what is asked."""
        text = "RecallTask(the value of {delay} steps ago; {count} steps in windows of {window})"
        return say(text, delay=self.delay, count=len(self.inputs), window=self.window)


TASKS = {"recall": RecallTask}
