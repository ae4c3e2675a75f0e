"""What several tasks do alike: batches, predictions, a state that cannot be carried."""

from torch import Tensor, nn

from rnnlab.base.checks import check_count, check_policy
from rnnlab.base.modes import evaluating
from rnnlab.base.say import say
from rnnlab.data.batches import Batches
from rnnlab.loop.batch import call


def predict(model: nn.Module, inputs: Tensor) -> Tensor:
    """Return a model's predictions for inputs (B, T, D), on the CPU and without a graph."""
    with evaluating(model) as device:
        predictions, _ = call(model, inputs.to(device))
    return predictions.cpu()


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
