"""Tasks whose sequences are made, not measured: names by character, recall, adding."""

from __future__ import annotations

import math
from importlib import resources

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnlab.base.checks import check_count, check_fraction, check_known, check_policy, check_seed
from rnnlab.base.modes import evaluating
from rnnlab.data.batches import Batches, Streams
from rnnlab.loop.batch import call
from rnnlab.loop.evaluation import evaluate

END = "."  # stands before and after each name
ALPHABET = END + "abcdefghijklmnopqrstuvwxyz"


class NamesTask:
    """Predict the next character of first names, written one after another with dots between.

    Inputs are one-hot, (B, T, 27); targets are the numbers (B, T) of the next characters. Names
    are shuffled by `seed`; the last part of them is held out.

    Source: first names of the 1990 US census (US Census Bureau, public domain); see
    datasets/SOURCES.md.

    Attributes:
        names, held_out_names: what is trained on, and what is not.
        input_size, output_size: 27 and 27; loss_fn: "cross_entropy"; picture: "text".

    Args:
        held_out: share of the names that is never trained on.
        window: characters in a training example.
        seed: of the order of the names.
    """

    name, title = "names", "Names"
    loss_fn, picture = "cross_entropy", "text"
    input_size = output_size = len(ALPHABET)

    def __init__(self, *, held_out: float = 0.1, window: int = 24, seed: int = 0) -> None:
        self.window, seed = check_count("window", window), check_seed("seed", seed)
        held_out = check_fraction("held_out", held_out)
        text = (resources.files("rnnlab") / "data" / "datasets" / "first_names.txt").read_text(
            "utf-8"
        )
        names = text.split()
        order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed)).tolist()
        split = len(names) - max(1, int(held_out * len(names)))
        self.names = tuple(names[k] for k in order[:split])
        self.held_out_names = tuple(names[k] for k in order[split:])

    @staticmethod
    def encode(text: str) -> Tensor:
        """Return the number of each character (N,), "." as 0, "a" as 1.

        Raises:
            ValueError: for a character that is neither a letter from a to z nor a dot.
        """
        for character in text:
            if character not in ALPHABET:
                raise ValueError(f"{character!r} is not in the alphabet {ALPHABET!r}")
        return torch.tensor([ALPHABET.index(character) for character in text])

    @staticmethod
    def decode(numbers: Tensor) -> str:
        """Return the text that the numbers (N,) stand for."""
        return "".join(ALPHABET[number] for number in numbers.tolist())

    @classmethod
    def one_hot(cls, numbers: Tensor) -> Tensor:
        """Return numbers (...) as one-hot floats (..., 27)."""
        return functional.one_hot(numbers, len(ALPHABET)).float()

    def batches(
        self, hidden_state: str = "reset", batch_size: int | None = None, seed: int = 0
    ) -> Batches | Streams:
        """Return training batches: shuffled windows, or 32 streams of text to carry a state in."""
        numbers = self.encode(END + END.join(self.names) + END)
        inputs, targets = self.one_hot(numbers[:-1]), numbers[1:]
        if check_policy(hidden_state) == "carry":
            return Streams(inputs, targets, batch_size or 32, self.window)
        count = len(targets) // self.window  # windows side by side, not overlapping
        inputs = inputs[: count * self.window].unflatten(0, (count, self.window))
        targets = targets[: count * self.window].unflatten(0, (count, self.window))
        return Batches(inputs, targets, batch_size or 32, shuffle=True, seed=seed)

    def validation_loss(self, model: nn.Module) -> float:
        """Return the cross-entropy a character on the held-out names, read as one text."""
        numbers = self.encode(END + END.join(self.held_out_names) + END)
        batch = (self.one_hot(numbers[None, :-1]), numbers[None, 1:])
        return evaluate(model, [batch], loss_fn=self.loss_fn)

    def probabilities(self, model: nn.Module, text: str) -> Tensor:
        """Return the probability of each next character after each character of a text, (N, 27)."""
        with evaluating(model) as place:
            logits, _ = call(model, self.one_hot(self.encode(text))[None].to(place))
        return logits[0].softmax(-1).cpu()  # (1, N, 27) -> (N, 27)

    def generate(self, model: nn.Module, count: int = 10, seed: int = 0) -> list[str]:
        """Return names that a model makes up, a character at a time, 20 characters at most."""
        check_count("count", count)
        generator = torch.Generator().manual_seed(seed)
        last, state = torch.zeros(count, dtype=torch.long), None  # all start from the dot
        columns = []
        with evaluating(model) as place:
            for _ in range(20):
                inputs = self.one_hot(last).unsqueeze(1).to(place)  # (count,) -> (count, 1, 27)
                logits, state = call(model, inputs, state)
                chances = logits[:, -1].softmax(-1).nan_to_num(1.0).cpu()  # -> (count, 27)
                last = torch.multinomial(chances, 1, generator=generator)[:, 0]
                columns.append(last)
        return [self.decode(row).partition(END)[0] for row in torch.stack(columns, 1)]

    def answers(self, model: nn.Module) -> tuple[str, Tensor, list[str]]:
        """Return what the task's picture shows: a held-out name, probabilities, made-up names."""
        name = max(self.held_out_names[:20], key=len)
        return name, self.probabilities(model, END + name), self.generate(model, 8)

    def words(self, model: nn.Module) -> str:
        """Return how a model does on the held-out names, in words."""
        loss = self.validation_loss(model)
        return (
            f"Held-out names: cross-entropy {loss:.3g} a character, as if choosing between "
            f"{math.exp(min(loss, 700)):.3g} letters (all alike would be 27). "
            f"Made up: {', '.join(self.generate(model, 5))}."
        )

    def __repr__(self) -> str:
        """Say what is trained on and what is held out."""
        return (
            f"NamesTask({len(self.names)} names to train on, {len(self.held_out_names)} held out)"
        )


class RecallTask:
    """Repeat the value of some steps ago: a task that needs the hidden state, and nothing else.

    The values are +1 or -1 by chance, in one long sequence that is cut into batches. With a window
    of 4 and a delay of 2, half of the targets lie in the window before: a state that is reset
    leaves a loss of 0.5, a state that is carried can reach 0.

    Attributes:
        input_size, output_size: 1 and 1; loss_fn: "mse"; picture: "sequence".

    Args:
        delay: how many steps ago.
        window: time steps in a batch.
        length: of the training sequence; a quarter as much is held out.
        seed: of the values.
    """

    name, title = "recall", "Recall"
    loss_fn, picture = "mse", "sequence"
    input_size = output_size = 1

    def __init__(self, *, delay: int = 2, window: int = 4, length: int = 4096, seed: int = 0):
        delay, window = check_count("delay", delay), check_count("window", window)
        length, seed = check_count("length", length), check_seed("seed", seed)
        if length < 32 * window:
            raise ValueError(
                f"length is {length}; 32 rows of windows of {window} need at least {32 * window}"
            )
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
        rows = batch_size or 32
        if order is None:
            order = "streams" if check_policy(hidden_state) == "carry" else "shuffled"
        check_known("order", order, ("shuffled", "streams"), "orders")
        streams = Streams(self.inputs, self.targets, rows, self.window)
        if order == "streams":
            return streams
        inputs, targets = (
            torch.cat([pair[k] for pair in streams if pair[k].shape[1] == self.window])
            for k in (0, 1)
        )
        return Batches(inputs, targets, rows, shuffle=True, seed=seed)

    def validation_loss(self, model: nn.Module) -> float:
        """Return the mean squared error on the held-out sequence, read as a whole."""
        inputs, targets = self.held_out
        return evaluate(model, [(inputs[None], targets[None])], loss_fn="mse")

    def answers(self, model: nn.Module) -> tuple[Tensor, Tensor]:
        """Return what the task's picture shows: 40 held-out targets, and the predictions (40,)."""
        inputs, targets = self.held_out
        with evaluating(model) as place:
            predictions, _ = call(model, inputs[None, :40].to(place))
        return targets[:40, 0], predictions[0, :, 0].cpu()  # (1, 40, 1) -> (40,)

    def words(self, model: nn.Module) -> str:
        """Return how a model does on the held-out sequence, in words."""
        targets, predictions = self.answers(model)
        right = ((targets > 0) == (predictions > 0)).float().mean().item()
        return (
            f"Held out: mean squared error {self.validation_loss(model):.3g} (always answering 0 "
            f"gives 1); of 40 values {right:.0%} have the right sign."
        )

    def __repr__(self) -> str:
        """Say what is asked."""
        return (
            f"RecallTask(the value of {self.delay} steps ago; {len(self.inputs)} steps in windows "
            f"of {self.window})"
        )


class AddingTask:
    """Add the two marked values of a sequence: the answer counts at its last time step alone.

    Inputs (B, T, 2) hold values from 0 to 1 and two marks, one in each half; the target (B, 1) is
    the sum of the marked values. Always answering 1 gives a mean squared error of 1/6.

    Source: S. Hochreiter and J. Schmidhuber, Long Short-Term Memory, Neural Computation 9 (1997),
    section 5.4, in the form with values from 0 to 1.

    Attributes:
        input_size, output_size: 2 and 1; loss_fn: `last_step_mse`; picture: "scatter".

    Args:
        length: T of each sequence, at least 2.
        examples: to train on; a quarter as many are held out.
        seed: of the values and marks.
    """

    name, title = "adding", "Adding"
    picture = "scatter"
    input_size, output_size = 2, 1

    def __init__(self, *, length: int = 20, examples: int = 2000, seed: int = 0) -> None:
        length, seed = check_count("length", length), check_seed("seed", seed)
        examples = check_count("examples", examples)
        if length < 2:
            raise ValueError(f"length is {length}; two marks need at least 2 time steps")
        self.length = length
        generator = torch.Generator().manual_seed(seed)
        self.inputs, self.targets = self._make(examples, generator)
        self.held_out = self._make(max(1, examples // 4), generator)

    @staticmethod
    def loss_fn(predictions: Tensor, targets: Tensor) -> Tensor:
        """Return the mean squared error of the last prediction, (B, T, 1) against (B, 1)."""
        return functional.mse_loss(predictions[:, -1], targets)

    def _make(self, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        values = torch.rand(count, self.length, generator=generator)
        marks, half = torch.zeros(count, self.length), self.length // 2
        for low, high in ((0, half), (half, self.length)):
            place = torch.randint(low, high, (count, 1), generator=generator)
            marks.scatter_(1, place, 1.0)
        return torch.stack([values, marks], 2), (values * marks).sum(1, keepdim=True)

    def batches(
        self, hidden_state: str = "reset", batch_size: int | None = None, seed: int = 0
    ) -> Batches:
        """Return shuffled batches; each sequence stands alone, so there is no state to carry.

        Raises:
            ValueError: for "carry".
        """
        if check_policy(hidden_state) == "carry":
            raise ValueError(
                'hidden_state is "carry", but each sequence of the adding problem stands alone: '
                'use "reset"'
            )
        return Batches(self.inputs, self.targets, batch_size or 32, shuffle=True, seed=seed)

    def validation_loss(self, model: nn.Module) -> float:
        """Return the mean squared error on the held-out sequences."""
        return evaluate(model, [self.held_out], loss_fn=self.loss_fn)

    def answers(self, model: nn.Module) -> tuple[Tensor, Tensor]:
        """Return what the task's picture shows: 200 true sums and the model's, each (200,)."""
        inputs, targets = self.held_out
        with evaluating(model) as place:
            predictions, _ = call(model, inputs[:200].to(place))
        return targets[:200, 0], predictions[:, -1, 0].cpu()  # (200, T, 1) -> (200,)

    def words(self, model: nn.Module) -> str:
        """Return how a model does on the held-out sequences, in words."""
        return (
            f"Held out: mean squared error {self.validation_loss(model):.3g}; always answering 1 "
            f"gives {(self.held_out[1] - 1).square().mean().item():.3g}."
        )

    def __repr__(self) -> str:
        """Say what is asked."""
        return f"AddingTask({len(self.inputs)} sequences of {self.length} to train on)"
