"""What several tasks do alike: batches, predictions, a state that cannot be carried."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from rnnlab.base.checks import check_count, check_policy
from rnnlab.base.modes import evaluating
from rnnlab.base.say import say
from rnnlab.data.batches import Batches
from rnnlab.loop.batch import call
from rnnlab.loop.evaluation import evaluate


class ValidationData(NamedTuple):
    """What a task measures its validation loss on.

    Attributes:
        batches: pairs (inputs, targets), whose average loss counts.
        warm_up: inputs (B, T, D) that are read first, for the hidden state to start each batch
            from; None: it starts from zeros.
    """

    batches: Iterable[tuple[Any, Any]]
    warm_up: Tensor | None = None


def validation_of(task: Any) -> Any:
    """Return what a stack validates a task's models on: its data, or else its function."""
    data = getattr(task, "validation_data", None)
    return task.validation_loss if data is None else data()


def loss_on(data: ValidationData, model: nn.Module, loss_fn: Any) -> float:
    """Return a model's average loss on a task's validation data."""
    state = None
    if data.warm_up is not None:
        with evaluating(model) as device:
            _, state = call(model, data.warm_up.to(device))
    return evaluate(model, data.batches, loss_fn=loss_fn, state=state)


def predict(model: nn.Module, inputs: Tensor) -> Tensor:
    """Return a model's predictions for inputs (B, T, D), on the CPU and without a graph."""
    with evaluating(model) as device:
        predictions, _ = call(model, inputs.to(device))
    return predictions.cpu()


def draw_symbols(
    model: nn.Module, one_hot: Callable[[Tensor], Tensor], count: int, length: int, seed: int
) -> Tensor:
    """Return sequences that a model makes up: numbers (count, length), the first of each is 0.

    Each symbol after it is drawn by the probabilities that the model gives for it; `one_hot` makes
    its inputs (count, 1, C) of numbers (count, 1).
    """
    check_count("count", count)
    generator = torch.Generator().manual_seed(seed)
    columns, state = [torch.zeros(count, dtype=torch.long)], None
    with evaluating(model) as device:
        for _ in range(length - 1):
            inputs = one_hot(columns[-1].unsqueeze(1)).to(device)  # (count, 1, C)
            logits, state = call(model, inputs, state)
            chances = logits[:, -1].softmax(-1).nan_to_num(1.0).cpu()  # (count, C)
            columns.append(torch.multinomial(chances, 1, generator=generator)[:, 0])
    return torch.stack(columns, 1)


def choose_batch_size(batch_size: int | None, default: int) -> int:
    """Return the batch size, or a task's own for None."""
    return default if batch_size is None else check_count("batch_size", batch_size)


def shuffled_batches(inputs: Tensor, targets: Tensor, batch_size: int | None, seed: int) -> Batches:
    """Return batches in a new order at each pass, of 32 examples unless a size is given."""
    return Batches(inputs, targets, choose_batch_size(batch_size, 32), shuffle=True, seed=seed)


def check_reset(hidden_state: str, problem: str) -> None:
    """Refuse any policy but "reset", for a problem whose sequences have nothing to do with others.

    Raises:
        ValueError: for "carry" and for an unknown policy.
    """
    if check_policy(hidden_state) == "carry":
        text = (
            'hidden_state is "carry", but each sequence of the {problem} problem stands alone: '
            'use "reset"'
        )
        raise ValueError(say(text, problem=problem))
