"""The optimizers that go by a name."""

from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from rnnlab.base.checks import check_known, check_positive
from rnnlab.base.say import say
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
            text = "{kind} has no parameters; there is nothing to train"
            raise ValueError(say(text, kind=type(model).__name__))
        kind, options = OPTIMIZERS[optimizer]
        return kind(parameters, lr=rate, **options)  # type: ignore[call-arg]  # each kind has them
    if not isinstance(optimizer, Optimizer):
        text = "optimizer is {kind}; expected a name ({known}) or a torch.optim.Optimizer"
        known = ", ".join(OPTIMIZERS)
        raise TypeError(say(text, kind=type(optimizer).__name__, known=known))
    if learning_rate is not None:
        text = (
            "learning_rate is for an optimizer given by name; yours has its own: "
            "set it there, optimizer.param_groups[0]['lr']"
        )
        raise ValueError(say(text))
    own = {id(p) for p in model.parameters()}
    if not any(id(p) in own for p in trained_parameters(optimizer)):
        text = "the optimizer holds no parameter of this model: make it from model.parameters()"
        raise ValueError(say(text))
    return optimizer
