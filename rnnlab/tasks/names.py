"""NamesTask: predict the next character of first names."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnlab.base.checks import check_count, check_fraction, check_policy, check_seed
from rnnlab.base.say import say
from rnnlab.data.batches import Batches, Streams
from rnnlab.data.shipped import read_names
from rnnlab.tasks.common import (
    ValidationData,
    choose_batch_size,
    draw_symbols,
    loss_on,
    predict,
    shuffled_batches,
)

END = "."  # stands before and after each name
ALPHABET = END + "abcdefghijklmnopqrstuvwxyz"
NUMBERS = {character: number for number, character in enumerate(ALPHABET)}


class NamesTask:
    """Predict the next character of first names, written one after another with dots between.

    Inputs are one-hot, (B, T, 27); targets are the numbers (B, T) of the next characters. Names
    are shuffled by `seed`; the last part of them is held out.

    Source: first names of the 1990 US census (US Census Bureau, public domain); see
    datasets/SOURCES.md.

    Attributes:
        names, held_out_names: what is trained on, and what is not.

    Args:
        held_out: fraction of the names that is never trained on.
        window: characters in a training example.
        seed: of the order of the names.
    """

    name = "names"
    loss_fn, picture = "cross_entropy", "text"
    input_size = output_size = len(ALPHABET)

    def __init__(self, *, held_out: float = 0.1, window: int = 24, seed: int = 0) -> None:
        self.window, seed = check_count("window", window), check_seed("seed", seed)
        held_out = check_fraction("held_out", held_out)
        names = sorted({*read_names("women"), *read_names("men")})
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
        for character in set(text):
            if character not in NUMBERS:
                text = "{character!r} is not in the alphabet {alphabet!r}"
                raise ValueError(say(text, character=character, alphabet=ALPHABET))
        return torch.tensor([NUMBERS[character] for character in text], dtype=torch.long)

    @staticmethod
    def decode(numbers: Tensor) -> str:
        """Return the text of the numbers (N,)."""
        return "".join(ALPHABET[number] for number in numbers.tolist())

    @classmethod
    def one_hot(cls, numbers: Tensor) -> Tensor:
        """Return numbers (...) as one-hot floats (..., 27)."""
        return functional.one_hot(numbers, len(ALPHABET)).float()

    def batches(
        self, hidden_state: str = "reset", batch_size: int | None = None, seed: int = 0
    ) -> Batches | Streams:
        """Return training batches: shuffled windows, or 32 streams of text to carry a state in."""
        inputs, targets = self._one_text(self.names)
        if check_policy(hidden_state) == "carry":
            return Streams(inputs, targets, choose_batch_size(batch_size, 32), self.window)
        count = len(targets) // self.window  # windows side by side, not overlapping
        inputs, targets = (
            tensor[: count * self.window].unflatten(0, (count, self.window))
            for tensor in (inputs, targets)
        )
        return shuffled_batches(inputs, targets, batch_size, seed)

    def validation_loss(self, model: nn.Module) -> float:
        """Return the cross-entropy per character on the held-out names, read as one text."""
        return loss_on(self.validation_data(), model, self.loss_fn)

    def validation_data(self) -> ValidationData:
        """Return the held-out names as one text."""
        inputs, targets = self._one_text(self.held_out_names)
        return ValidationData([(inputs[None], targets[None])])

    def _one_text(self, names: Sequence[str]) -> tuple[Tensor, Tensor]:
        numbers = self.encode(END + END.join(names) + END)
        return self.one_hot(numbers[:-1]), numbers[1:]  # (N, 27), (N,)

    def probabilities(self, model: nn.Module, text: str) -> Tensor:
        """Return the probability of each next character after each character of a text, (N, 27)."""
        logits = predict(model, self.one_hot(self.encode(text))[None])
        return logits[0].softmax(-1)  # (1, N, 27) -> (N, 27)

    def generate(self, model: nn.Module, count: int = 10, seed: int = 0) -> list[str]:
        """Return names that a model makes up, a character at a time, 20 characters at most."""
        rows = draw_symbols(model, self.one_hot, count, 21, seed)[:, 1:]  # all start from the dot
        return [self.decode(row).partition(END)[0] for row in rows]

    def answers(self, model: nn.Module) -> tuple[str, Tensor, list[str]]:
        """Return what the task's picture shows: a held-out name, probabilities, made-up names."""
        name = max(self.held_out_names[:20], key=len)
        return name, self.probabilities(model, END + name), self.generate(model, 8)

    @property
    def title(self) -> str:
        """The task's name, for pictures."""
        return say("Names")

    @property
    def about(self) -> str:
        """What is asked, in one line."""
        return say("the next letter of a first name, letter by letter")

    def result(self, name: str, probabilities: Tensor, *_: Any) -> tuple[str, str]:
        """Return at how many places of a name the likeliest letter is the true one."""
        true = self.encode(name + END)
        right = int((probabilities.argmax(-1) == true).sum())
        result = say(
            "{right} of the {count} letters below guessed right", right=right, count=len(true)
        )
        return result, say("by chance: {guess:.1g}", guess=len(true) / len(ALPHABET))

    def words(self, model: nn.Module) -> str:
        """Return how a model does on the held-out names, in words."""
        loss, (inputs, targets) = self.validation_loss(model), self._one_text(self.held_out_names)
        right = (predict(model, inputs[None])[0].argmax(-1) == targets).float().mean().item()
        return say(
            "Names: of 100 letters in names that it has never seen the network guesses {right:.0f} "
            "right; by chance, {chance:.0f}.\n"
            "Held-out names: cross-entropy {loss:.3g} per character, as unsure as if it guessed "
            "among {among:.3g} equally likely letters (pure guessing: {count}). Made up: {made}.",
            right=100 * right, chance=100 / len(ALPHABET), loss=loss,
            among=math.exp(min(loss, 700)), count=len(ALPHABET),
            made=", ".join(self.generate(model, 8)[:5]),  # the first that the picture shows
        )  # fmt: skip

    def __repr__(self) -> str:
        """Say what is trained on and what is held out."""
        text = "NamesTask({count} names to train on, {held_out} held out)"
        return say(text, count=len(self.names), held_out=len(self.held_out_names))


TASKS = {"names": NamesTask}
