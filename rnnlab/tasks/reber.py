"""ReberTask: predict the next symbol of the embedded Reber grammar; strings differ in length."""

import math
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnlab.base.checks import check_count, check_seed
from rnnlab.base.say import say
from rnnlab.data.padding import PaddedBatches
from rnnlab.loop.evaluation import evaluate
from rnnlab.tasks.common import check_reset, choose_batch_size, draw_symbols, predict

SYMBOLS = "BTPSXVE"
LONGEST = 40  # symbols of a string that a model makes up
# Reber's grammar: at each place the symbols that may come, and the place that each leads to.
INNER = ({"B": 1}, {"T": 2, "P": 3}, {"S": 2, "X": 4}, {"T": 3, "V": 5}, {"X": 3, "S": 6},
         {"P": 4, "V": 6}, {"E": 7})  # fmt: skip


def embedded() -> dict[int, dict[str, int]]:
    """Return the embedded grammar: B, then T or P, a string of Reber's, the same T or P, and E."""
    grammar = {0: {"B": 1}, 1: {"T": 2, "P": 10}, 18: {"E": 19}, 19: {}}
    for symbol, first in grammar[1].items():
        for place, arcs in enumerate(INNER):
            grammar[first + place] = {name: first + to for name, to in arcs.items()}
        grammar[first + len(INNER)] = {symbol: 18}
    return grammar


GRAMMAR = embedded()  # by place; it begins at 0 and ends where nothing may come


class ReberTask:
    """Predict the next symbol of strings of the embedded Reber grammar.

    A string is B, then T or P, then a string of Reber's grammar, then *the same* T or P again, and
    E: the last symbol but one has to be remembered from the second one. Where the grammar allows
    two symbols, both are equally likely. Strings have 9 symbols or more.

    Inputs are one-hot in the order B, T, P, S, X, V, E, padded to (B, T, 7) with zeros; targets
    are the numbers (B, T) of the next symbols, -100 at padding, which cross-entropy leaves out.

    Source: S. Hochreiter and J. Schmidhuber, Long Short-Term Memory, Neural Computation 9 (1997),
    section 5.1; the grammar is A. S. Reber's, Implicit learning of artificial grammars (1967).

    Attributes:
        strings, held_out_strings: what is trained on, and what is not; no string is in both, so
            that those held out are the rarer ones, and longer.

    Args:
        examples: strings to train on; some come more than once.
        held_out: strings to measure on, each once.
        seed: of the strings.
    """

    name = "reber"
    loss_fn, picture, end = "cross_entropy", "grammar", "E"
    input_size = output_size = len(SYMBOLS)

    def __init__(self, *, examples: int = 512, held_out: int = 256, seed: int = 0) -> None:
        examples, held_out = check_count("examples", examples), check_count("held_out", held_out)
        make = partial(make_string, torch.Generator().manual_seed(check_seed("seed", seed)))
        self.strings = tuple(make() for _ in range(examples))
        known, others = {*self.strings}, dict[str, None]()  # in the order in which they came
        while len(others) < held_out:
            string = make()
            if string not in known:
                others[string] = None
        self.held_out_strings = tuple(others)

    @staticmethod
    def encode(text: str) -> Tensor:
        """Return the number of each symbol (T,), "B" as 0, "E" as 6.

        Raises:
            ValueError: for a character that is none of BTPSXVE.
        """
        for character in text:
            if character not in SYMBOLS:
                refusal = "{character!r} is not one of the symbols {known}"
                raise ValueError(say(refusal, character=character, known=SYMBOLS))
        return torch.tensor([SYMBOLS.index(character) for character in text])

    @staticmethod
    def decode(numbers: Tensor) -> str:
        """Return the text of the numbers (T,)."""
        return "".join(SYMBOLS[number] for number in numbers.tolist())

    @classmethod
    def one_hot(cls, numbers: Tensor) -> Tensor:
        """Return numbers (...) as one-hot floats (..., 7)."""
        return functional.one_hot(numbers, len(SYMBOLS)).float()

    @staticmethod
    def allowed(string: str) -> list[str]:
        """Return the symbols that may come after each symbol of a string.

        It ends at the first symbol that the grammar does not allow.
        """
        found, place = [], 0
        for symbol in string:
            if symbol not in GRAMMAR[place]:
                break
            place = GRAMMAR[place][symbol]
            found.append("".join(GRAMMAR[place]))
        return found

    def follows(self, string: str) -> bool:
        """Return whether a string is one of the grammar's, from its B to its last E."""
        found = self.allowed(string)
        return len(found) == len(string) > 0 and not found[-1]

    def batches(
        self, hidden_state: str = "reset", batch_size: int | None = None, seed: int = 0
    ) -> PaddedBatches:
        """Return shuffled batches of strings, padded; there is no state to carry.

        Raises:
            ValueError: for "carry".
        """
        check_reset(hidden_state, "reber")
        return self._padded(self.strings, choose_batch_size(batch_size, 32), seed)

    def _padded(
        self, strings: tuple[str, ...], size: int, seed: int | None = None
    ) -> PaddedBatches:
        numbers = [self.encode(string) for string in strings]
        inputs = [self.one_hot(number[:-1]) for number in numbers]  # (T,) -> (T - 1, 7)
        targets = [number[1:] for number in numbers]
        return PaddedBatches(inputs, targets, size, shuffle=seed is not None, seed=seed or 0)

    def validation_loss(self, model: nn.Module) -> float:
        """Return the cross-entropy per symbol on the held-out strings, padding left out."""
        batches = self._padded(self.held_out_strings, len(self.held_out_strings))
        return evaluate(model, batches, loss_fn=self.loss_fn)

    def floor(self) -> float:
        """Return the cross-entropy per symbol of one who knows the grammar, on the same strings."""
        counts = [len(may) for s in self.held_out_strings for may in self.allowed(s)[:-1]]
        return sum(map(math.log, counts)) / len(counts)

    def probabilities(self, model: nn.Module, text: str) -> Tensor:
        """Return the probability of each next symbol after each symbol of a text, (T, 7)."""
        return predict(model, self.one_hot(self.encode(text))[None])[0].softmax(-1)

    def right_places(self, string: str, probabilities: Tensor) -> list[bool]:
        """Return at which places all allowed symbols are likelier than all others.

        `probabilities` (T - 1, 7) are those after each symbol but the last.
        """
        right = []
        for may, chances in zip(self.allowed(string)[:-1], probabilities.tolist(), strict=True):
            low = min(chances[SYMBOLS.index(symbol)] for symbol in may)
            right.append(
                all(low > p for p, s in zip(chances, SYMBOLS, strict=True) if s not in may)
            )
        return right

    def scores(self, model: nn.Module) -> tuple[float, float]:
        """Return two fractions of the held-out strings.

        First those that a model gets right: at each place all allowed symbols are likelier than
        all others. Then those in whose last symbol but one it tells T from P: for that it has to
        remember the second one, and guessing gives a half.
        """
        whole = remembered = 0
        for inputs, targets in self._padded(self.held_out_strings, 1):
            chances, string = predict(model, inputs)[0].softmax(-1), "B" + self.decode(targets[0])
            whole += all(self.right_places(string, chances))
            t, p = chances[-2, 1].item(), chances[-2, 2].item()
            remembered += t > p if string[-2] == "T" else p > t
        return whole / len(self.held_out_strings), remembered / len(self.held_out_strings)

    def generate(self, model: nn.Module, count: int = 10, seed: int = 0) -> list[str]:
        """Return strings that a model makes up, to their second E or to 40 symbols."""
        rows = draw_symbols(model, self.one_hot, count, LONGEST, seed)  # all start from B
        return [_to_second_end(self.decode(row)) for row in rows]

    def answers(self, model: nn.Module) -> tuple[str, Tensor, list[str]]:
        """Return what the task's picture shows: a held-out string, probabilities, made-up ones.

        The string is without its first symbol and its last, which the picture adds.
        """
        string = min(self.held_out_strings[:20], key=lambda string: abs(len(string) - 13))
        return string[1:-1], self.probabilities(model, string[:-1]), self.generate(model, 8)

    @property
    def title(self) -> str:
        """The task's name, for pictures."""
        return say("Reber grammar")

    @property
    def about(self) -> str:
        """What is asked, in one line."""
        return say("the next symbol of a string, by the embedded Reber grammar")

    def result(self, string: str, probabilities: Tensor, *_: Any) -> tuple[str, str]:
        """Return at how many places the allowed symbols come first, and at how many by chance."""
        whole = f"B{string}E"
        right = self.right_places(whole, probabilities)
        chance = sum(1 / math.comb(7, len(may)) for may in self.allowed(whole)[:-1])
        result = say("right at {right} of {count} places", right=sum(right), count=len(right))
        return result, say("by chance: {chance:.1g}", chance=chance)

    def words(self, model: nn.Module) -> str:
        """Return how a model does on the held-out strings, in words."""
        whole, remembered = self.scores(model)
        made = self.generate(model, 100)
        return say(
            "Reber grammar: of 100 strings that it has never seen the network gets {whole:.0f} "
            "right at every place. The last symbol but one, which it must remember from the "
            "second, it tells in {remembered:.0f} of 100; guessing: 50.\n"
            "Held-out strings: cross-entropy {loss:.3g} per symbol (who knows the grammar: "
            "{floor:.3g}). Of 100 strings that it makes up, {made} follow the grammar.",
            whole=100 * whole, remembered=100 * remembered, loss=self.validation_loss(model),
            floor=self.floor(), made=sum(map(self.follows, made)),
        )  # fmt: skip

    def __repr__(self) -> str:
        """Say what is trained on and what is held out."""
        text = "ReberTask({count} strings to train on, {held_out} held out)"
        return say(text, count=len(self.strings), held_out=len(self.held_out_strings))


def make_string(generator: torch.Generator) -> str:
    """Return a string of the embedded grammar; where two symbols may come, both are as likely."""
    string, place = "", 0
    while arcs := GRAMMAR[place]:
        number = int(torch.randint(len(arcs), (), generator=generator))
        symbol = [*arcs][number]
        string, place = string + symbol, arcs[symbol]
    return string


def _to_second_end(text: str) -> str:
    first, second, _ = (*text.split("E", 2), "", "")[:3]
    return text if text.count("E") < 2 else f"{first}E{second}E"


TASKS = {"reber": ReberTask}
