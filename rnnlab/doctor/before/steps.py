"""How many time steps a recurrent module sees, and other weights for a model."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnlab.doctor.before.subject import Subject


def count_steps(subject: Subject, prepare: Any) -> int | None:
    """Return how many time steps a recurrent module sees, of several the most; None: none."""
    steps: dict[int, int] = {}

    def count(module: Any, args: Any) -> None:
        given = args[0] if args else None
        if isinstance(given, PackedSequence):
            size = len(given.batch_sizes)
        elif isinstance(module, nn.RNNBase) and isinstance(given, Tensor):
            size = given.shape[1 if module.batch_first and given.dim() == 3 else 0]
        else:
            size = 1
        steps[id(module)] = steps.get(id(module), 0) + size

    def hook(model: nn.Module) -> None:
        prepare(model)
        for module in model.modules():
            if isinstance(module, nn.RNNBase | nn.RNNCellBase):
                module.register_forward_pre_hook(count)

    subject.predict(prepare=hook)
    return max(steps.values(), default=None)


def jitter(model: nn.Module) -> None:
    """Add small random numbers to the weights."""
    for parameter in model.parameters():
        if parameter.is_floating_point():
            parameter.data = parameter.data + 0.1 * torch.randn_like(parameter)
