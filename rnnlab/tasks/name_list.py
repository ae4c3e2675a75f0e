"""NameListTask: say at the end of a first name in which list of the census it stands."""

from collections import Counter

import torch
from torch import Tensor, nn

from rnnlab.base.checks import check_fraction, check_seed
from rnnlab.base.modes import evaluating
from rnnlab.base.say import say
from rnnlab.data.padding import PaddedBatches
from rnnlab.data.shipped import read_names
from rnnlab.loop.batch import call
from rnnlab.loop.evaluation import evaluate
from rnnlab.tasks.common import check_reset, choose_batch_size
from rnnlab.tasks.names import ALPHABET, NamesTask

LISTS = ("women", "men")


class NameListTask:
    """Say whether a first name stands in the census' list of women's or of men's names.

    The names that stand in one list only, as many of each: all 888 of the men's list, and 888 of
    the women's, drawn by `seed`. So guessing is right in half of the cases. A batch is the pair
    (inputs, lengths) and targets (B,), 0 for the women's list and 1 for the men's; inputs are
    one-hot letters (B, T, 27), or their numbers (B, T) for a model with an embedding.

    Source: as for `NamesTask`, the 1990 US census (US Census Bureau, public domain).

    Attributes:
        names, labels: what is trained on, and the number (N,) of each name's list.
        held_out_names, held_out_labels: what is not trained on.

    Args:
        held_out: fraction of the names that is never trained on.
        embedding: give letters by their numbers.
        seed: of the names and of their order.
    """

    name = "name_list"
    loss_fn, picture = "cross_entropy", "scatter"
    input_size, output_size = len(ALPHABET), len(LISTS)

    def __init__(self, *, held_out: float = 0.2, embedding: bool = False, seed: int = 0) -> None:
        held_out, self.embedding = check_fraction("held_out", held_out), embedding
        generator = torch.Generator().manual_seed(check_seed("seed", seed))
        women, men = map(read_names, LISTS)
        alone = [sorted({*women} - {*men}), sorted({*men} - {*women})]
        count = min(map(len, alone))
        pairs = [
            (names[k], label)
            for label, names in enumerate(alone)
            for k in torch.randperm(len(names), generator=generator)[:count].tolist()
        ]
        order = torch.randperm(len(pairs), generator=generator).tolist()
        names, labels = zip(*(pairs[k] for k in order), strict=True)
        split = len(names) - max(1, int(held_out * len(names)))
        self.names, self.held_out_names = names[:split], names[split:]
        self.labels, self.held_out_labels = torch.tensor(labels).split([split, len(names) - split])

    def _padded(
        self, names: tuple[str, ...], labels: Tensor, size: int, seed: int | None = None
    ) -> PaddedBatches:
        inputs = [NamesTask.encode(name) for name in names]  # (T,) each
        if not self.embedding:
            inputs = [NamesTask.one_hot(numbers) for numbers in inputs]  # (T,) -> (T, 27)
        return PaddedBatches(inputs, labels, size, shuffle=seed is not None, seed=seed or 0)

    def batches(
        self, hidden_state: str = "reset", batch_size: int | None = None, seed: int = 0
    ) -> PaddedBatches:
        """Return shuffled batches ((inputs, lengths), targets); there is no state to carry.

        Raises:
            ValueError: for "carry".
        """
        check_reset(hidden_state, "name-list")
        return self._padded(self.names, self.labels, choose_batch_size(batch_size, 32), seed)

    def held_out(self) -> PaddedBatches:
        """Return one batch of all held-out names, in order."""
        return self._padded(self.held_out_names, self.held_out_labels, len(self.held_out_names))

    def validation_loss(self, model: nn.Module) -> float:
        """Return the cross-entropy on the held-out names."""
        return evaluate(model, self.held_out(), loss_fn=self.loss_fn)

    def answers(self, model: nn.Module) -> tuple[Tensor, Tensor]:
        """Return what the task's picture shows of each held-out name, both (N,).

        That is its list, 0 or 1, and the probability that a model gives to 1, the men's.
        """
        ((inputs, lengths), targets) = next(iter(self.held_out()))
        with evaluating(model) as device:
            logits, _ = call(model, (inputs.to(device), lengths))
        return targets.float(), logits.softmax(-1)[:, 1].cpu()  # (N, 2) -> (N,)

    @property
    def title(self) -> str:
        """The task's name, for pictures."""
        return say("Women's or men's names")

    @property
    def about(self) -> str:
        """What is asked, in one line."""
        return say("in which list of the census a first name stands, women's or men's")

    def result(self, targets: Tensor, chances: Tensor) -> tuple[str, str]:
        """Return how many names are put into the right list, and how many by the last letter."""
        right, count = int(((chances > 0.5) == (targets > 0.5)).sum()), len(targets)
        result = say("right for {right} of {count} names", right=right, count=count)
        return result, say("by the last letter alone: {rule}", rule=self.by_last_letter())

    def by_last_letter(self) -> int:
        """Return how many held-out names the best rule about the last letter puts right."""
        seen = Counter(zip((name[-1] for name in self.names), self.labels.tolist(), strict=True))
        held_out = zip(self.held_out_names, self.held_out_labels.tolist(), strict=True)
        return sum((seen[n[-1], 1] > seen[n[-1], 0]) == bool(label) for n, label in held_out)

    def words(self, model: nn.Module) -> str:
        """Return how a model does on the held-out names, in words."""
        right, rule = self.result(*self.answers(model))
        return say(
            "Women's or men's names: {right} that it has never seen ({rule}).\n"
            "Held out: cross-entropy {loss:.3g} (guessing: 0.693).",
            right=right, rule=rule, loss=self.validation_loss(model),
        )  # fmt: skip

    def __repr__(self) -> str:
        """Say what is trained on and what is held out."""
        text = "NameListTask({count} names to train on, {held_out} held out)"
        return say(text, count=len(self.names), held_out=len(self.held_out_names))
