"""What several tasks do alike: read held-out sequences, refuse to carry a state."""

from __future__ import annotations

from torch import Tensor, nn

from rnnlab.base.checks import check_policy
from rnnlab.base.modes import evaluating
from rnnlab.base.say import say
from rnnlab.loop.batch import call


def predict(model: nn.Module, inputs: Tensor) -> Tensor:
    """Return a model's predictions for inputs (B, T, D), on the CPU and without a graph."""
    with evaluating(model) as device:
        predictions, _ = call(model, inputs.to(device))
    return predictions.cpu()


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
