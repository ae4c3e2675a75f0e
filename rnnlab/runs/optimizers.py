"""The optimizers that go by a name."""

from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from rnnlab.base.checks import check_known, check_positive
from rnnlab.loop.clipping import trained_parameters

OPTIMIZERS: dict[str, tuple[type[Optimizer], dict[str, Any]]] = {
    "adam": (torch.optim.Adam, {"fused": True}),  # fused: the whole update in one operation
    "sgd": (torch.optim.SGD, {"fused": True}),
    "rmsprop": (torch.optim.RMSprop, {}),
}


def resolve_optimizer(
    optimizer: str | Optimizer, model: nn.Module, learning_rate: float | None = None
) -> Optimizer:
    """Return the optimizer for a name, or the given one after a look at what it holds."""
    if isinstance(optimizer, str):
        check_known("optimizer", optimizer, OPTIMIZERS, "optimizers")
        rate = 0.003 if learning_rate is None else check_positive("learning_rate", learning_rate)
        parameters = list(model.parameters())
        if not parameters:
            raise ValueError(f"{type(model).__name__} has no parameters; there is nothing to train")
        kind, options = OPTIMIZERS[optimizer]
        return kind(parameters, lr=rate, **options)  # type: ignore[call-arg]  # each kind has them
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"optimizer is {type(optimizer).__name__}; expected a name "
            f"({', '.join(OPTIMIZERS)}) or a torch.optim.Optimizer"
        )
    if learning_rate is not None:
        raise ValueError(
            "learning_rate is for an optimizer given by name; yours has its own: "
            "set it there, optimizer.param_groups[0]['lr']"
        )
    own = {id(p) for p in model.parameters()}
    if not any(id(p) in own for p in trained_parameters(optimizer)):
        raise ValueError(
            "the optimizer holds no parameter of this model: make it from model.parameters()"
        )
    return optimizer
