"""The gradients of an optimizer's parameters: their norm, and clipping it."""

import torch
from torch import Tensor
from torch.nn.utils import clip_grads_with_norm_, get_total_norm
from torch.optim import Optimizer


def trained_parameters(optimizer: Optimizer) -> list[Tensor]:
    """Return the parameters that the optimizer updates."""
    return [p for group in optimizer.param_groups for p in group["params"]]


def gradient_norm(optimizer: Optimizer) -> Tensor:
    """Return the norm () of all gradients as one vector: `get_total_norm`, to the last bit."""
    gradients = [g for p in trained_parameters(optimizer) if (g := p.grad) is not None]
    if len({gradient.device for gradient in gradients}) != 1:
        return get_total_norm(gradients)
    # the same on one device without sorting by device, which takes half of torch's time
    return torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))


def clip_gradient(optimizer: Optimizer, clip_norm: float, grad_norm: Tensor | None = None) -> None:
    """Scale all gradients so that their norm is at most `clip_norm`, as `clip_grad_norm_` does.

    To the last bit, nan included; but where nothing is to be scaled, the CPU is spared torch's
    multiplication by 1 (a GPU would have to be waited for). The norm is measured, unless given.
    """
    norm = gradient_norm(optimizer) if grad_norm is None else grad_norm
    # torch scales by clip_norm / (norm + 1e-6), and by 1 at most; a nan is not below any bound
    if norm.device.type != "cpu" or not norm.item() < 0.999 * (clip_norm - 1e-6):
        clip_grads_with_norm_(trained_parameters(optimizer), clip_norm, norm)
