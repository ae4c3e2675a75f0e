"""The optimizers that the loop knows by name, and what an optimizer holds."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grads_with_norm_, get_total_norm
from torch.optim import Optimizer

from rnnlab.base.checks import check_known, check_positive

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
        rate = 0.003 if learning_rate is None else learning_rate
        check_positive("learning_rate", rate)
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


def trained_parameters(optimizer: Optimizer) -> list[Tensor]:
    """Return the parameters that the optimizer will move."""
    return [p for group in optimizer.param_groups for p in group["params"]]


def gradient_norm(optimizer: Optimizer) -> Tensor:
    """Return the Euclidean norm () of all gradients that the optimizer will use, as one vector.

    It is `torch.nn.utils.get_total_norm` to the last bit.
    """
    gradients = [g for p in trained_parameters(optimizer) if (g := p.grad) is not None]
    if len({gradient.device for gradient in gradients}) != 1:
        return get_total_norm(gradients)
    # the same on one device, without the sorting by device that takes half of its time
    return torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))


def clip_gradient(optimizer: Optimizer, clip_norm: float, grad_norm: Tensor) -> None:
    """Scale all gradients down to `clip_norm` if their norm is above it.

    It is `torch.nn.utils.clip_grad_norm_` to the last bit, but where nothing is to be scaled, a
    CPU is spared the multiplication by 1. (On another device the look at the norm would have to
    wait for it.)
    """
    if grad_norm.device.type != "cpu" or grad_norm.item() > 0.999 * clip_norm:
        clip_grads_with_norm_(trained_parameters(optimizer), clip_norm, grad_norm)
