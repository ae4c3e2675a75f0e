"""TemporalOrderTask: classify a sequence by its two symbols, X or Y, and their order."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnlab.base.checks import check_count, check_known, check_seed
from rnnlab.base.say import say
from rnnlab.loop.losses import AtLastStep, cross_entropy
from rnnlab.tasks.common import check_reset, choose_batch_size, predict

SYMBOLS = "XYabcd"  # two to remember, four distractors
CLASSES = ("XX", "XY", "YX", "YY")
MEASURES = ("cross_entropy", "errors")
SHORTEST = 10  # time steps
AT_ONCE = 500  # sequences that a model reads side by side when it is evaluated


class FreshSequences:
    """Batches of the temporal-order problem that are made anew in each pass.

    The sequences of pass k depend on `length`, `seed` and k alone, so a run can be repeated, and
    one that was left goes on exactly.

    Args:
        length: T of each sequence, at least 10.
        batch_size: sequences in a batch.
        steps: batches in a pass.
        seed: of the sequences.

    Raises:
        ValueError: for a number that cannot work.
    """

    def __init__(self, length: int, batch_size: int = 20, steps: int = 50, seed: int = 0) -> None:
        self.length, self.seed = check_count("length", length), check_seed("seed", seed)
        if self.length < SHORTEST:
            text = (
                "length is {length}; the two places of the temporal-order problem need at least "
                "{least} time steps"
            )
            raise ValueError(say(text, length=length, least=SHORTEST))
        self.batch_size = check_count("batch_size", batch_size)
        self.steps = check_count("steps", steps)
        self._epoch = 1

    def set_epoch(self, epoch: int) -> None:
        """Make the next pass the epoch-th (the first is 1); `train` does this by itself."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield inputs (B, T, 6) and targets (B,) of each batch."""
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + self._epoch)
        self._epoch += 1
        inputs, targets = make_sequences(self.steps * self.batch_size, self.length, generator)
        return zip(inputs.split(self.batch_size), targets.split(self.batch_size), strict=True)

    def __len__(self) -> int:
        """Return the number of batches in a pass."""
        return self.steps

    def __repr__(self) -> str:
        """Say what is in a pass."""
        text = (
            "FreshSequences({steps} batches of {batch_size} sequences of {length}, made anew in "
            "each pass from seed {seed})"
        )
        sizes = {"steps": self.steps, "batch_size": self.batch_size, "length": self.length}
        return say(text, **sizes, seed=self.seed)


class TemporalOrderTask:
    """Say at the end of a sequence which two symbols it had, and in which order.

    A sequence has T time steps, counted from 0. One symbol, X or Y, stands at one of the steps
    T // 10 to 2 * (T // 10) - 1, a second one at one of the steps T // 2 to T // 2 + T // 10 - 1;
    at all others stands one of the distractors a, b, c, d. All choices are by chance and equally
    likely. Inputs (B, T, 6) are one-hot in the order X, Y, a, b, c, d; the target (B,) is the
    number of the class XX, XY, YX or YY, and the logits of the last time step alone count.
    Guessing is wrong in 75 % of the sequences and costs a cross-entropy of log 4 = 1.386.

    Training sequences are made as they are needed: an epoch is a number of batches, not a pass
    over data that are there. The held-out ones are made once.

    Source: S. Hochreiter and J. Schmidhuber, Long Short-Term Memory, Neural Computation 9 (1997),
    experiment 6, without its symbols for start and end, and in the form of R. Pascanu, T. Mikolov
    and Y. Bengio, On the difficulty of training recurrent neural networks, ICML 2013. The steps
    are those of the code that the latter have published.

    Attributes:
        held_out: inputs (held_out, T, 6) and targets (held_out,) that are never trained on.

    Args:
        length: T of each sequence, at least 10.
        steps: batches in an epoch.
        held_out: sequences to measure on.
        measure: what `validation_loss` returns: "cross_entropy", or "errors", the fraction
            of sequences that are classified wrongly.
        seed: of the held-out sequences; those to train on are of the seed given to `batches`.

    Raises:
        ValueError: for a number that cannot work or an unknown measure.
    """

    name = "temporal_order"
    loss_fn, picture = AtLastStep(cross_entropy), "scatter"
    input_size, output_size = len(SYMBOLS), len(CLASSES)

    def __init__(
        self,
        *,
        length: int = 20,
        steps: int = 50,
        held_out: int = 1000,
        measure: str = "cross_entropy",
        seed: int = 0,
    ) -> None:
        check_known("measure", measure, MEASURES, "measures")
        held_out = check_count("held_out", held_out)
        self.measure, self.steps = measure, check_count("steps", steps)
        fresh = FreshSequences(length, held_out, steps=1, seed=seed)
        fresh.set_epoch(0)  # those to train on begin at 1
        self.length, (self.held_out,) = fresh.length, fresh

    def batches(
        self, hidden_state: str = "reset", batch_size: int | None = None, seed: int = 0
    ) -> FreshSequences:
        """Return training batches, of 20 sequences by default; there is no state to carry.

        Raises:
            ValueError: for "carry".
        """
        check_reset(hidden_state, "temporal-order")
        return FreshSequences(self.length, choose_batch_size(batch_size, 20), self.steps, seed)

    def validation_loss(self, model: nn.Module) -> float:
        """Return the cross-entropy or the fraction of errors on the held-out sequences."""
        if self.measure == "errors":
            return self.errors(model)
        inputs, targets = self.held_out
        return functional.cross_entropy(last_logits(model, inputs), targets).item()

    def errors(self, model: nn.Module) -> float:
        """Return the fraction of held-out sequences that a model classifies wrongly."""
        inputs, targets = self.held_out
        logits = last_logits(model, inputs)
        right = (logits.argmax(1) == targets) & logits.isfinite().all(1)
        return int((~right).sum()) / len(targets)

    @staticmethod
    def decode(inputs: Tensor) -> str:
        """Return the symbols that one-hot inputs (T, 6) stand for, as a text of T letters."""
        return "".join(SYMBOLS[number] for number in inputs.argmax(1).tolist())

    def answers(self, model: nn.Module) -> tuple[Tensor, Tensor]:
        """Return what the task's picture shows: 200 class numbers, and the model's mean of them.

        The classes XX, XY, YX, YY are 0, 1, 2, 3. The mean weighs each number with the model's
        probability, so a model that knows nothing answers about 1.5. Both are (200,).
        """
        inputs, targets = self.held_out
        chances = last_logits(model, inputs[:200]).softmax(1)  # (200, 4)
        return targets[:200].float(), chances @ torch.arange(4.0)

    @property
    def title(self) -> str:
        """The task's name, for pictures."""
        return say("Temporal order")

    @property
    def about(self) -> str:
        """What is asked, in one line."""
        return say("say which two symbols came, and in which order")

    def result(self, targets: Tensor, means: Tensor) -> tuple[str, str]:
        """Return how many class numbers are nearest to the true one, and how many by chance."""
        right, count = int((means.round() == targets).sum()), len(targets)
        result = say("right for {right} of {count} sequences", right=right, count=count)
        return result, say("guessing: {fourth}", fourth=count // 4)

    def words(self, model: nn.Module) -> str:
        """Return how a model does on the held-out sequences, in words."""
        count = len(self.held_out[1])
        text = (
            "Held out: {wrong} of {count} sequences classified wrongly (guessing: about "
            "{guess:.0f})."
        )
        return say(text, wrong=round(self.errors(model) * count), count=count, guess=0.75 * count)

    def __repr__(self) -> str:
        """Say what is asked."""
        text = (
            "TemporalOrderTask(sequences of {length}, {steps} batches in an epoch, {held_out} "
            "sequences held out)"
        )
        return say(text, length=self.length, steps=self.steps, held_out=len(self.held_out[1]))


def make_sequences(count: int, length: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return sequences (count, T, 6), one-hot in `SYMBOLS`, and the numbers of their `CLASSES`."""
    symbols = torch.randint(2, 6, (count, length), generator=generator)  # distractors everywhere
    chosen = torch.randint(0, 2, (count, 2), generator=generator)  # X or Y, twice
    steps = torch.randint(0, length // 10, (count, 2), generator=generator)
    steps += torch.tensor([length // 10, length // 2])
    symbols.scatter_(1, steps, chosen)
    inputs = functional.one_hot(symbols, len(SYMBOLS)).float()  # (count, T) -> (count, T, 6)
    return inputs, 2 * chosen[:, 0] + chosen[:, 1]


def last_logits(model: nn.Module, inputs: Tensor) -> Tensor:
    """Return the logits (B, C) of a model after the last step of inputs (B, T, D), no graph."""
    parts = [predict(model, part)[:, -1] for part in inputs.split(AT_ONCE)]
    return torch.cat(parts)  # (B, T, C) -> (B, C)
