"""Losses and clippings: which functions of torch show one, and what there is to say of it.

A loss written by hand begins with a difference of predictions and targets.
"""

import sys
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from rnnlab.doctor.events import HERE, is_users
from rnnlab.doctor.recording.loss_inputs import DIFFERENCE

ELEMENTWISE = {functional.mse_loss, functional.l1_loss, functional.smooth_l1_loss,
               functional.huber_loss}  # fmt: skip
LOSSES = ELEMENTWISE | {
    functional.cross_entropy, functional.nll_loss, functional.binary_cross_entropy,
    functional.binary_cross_entropy_with_logits, functional.kl_div, functional.ctc_loss,
    functional.gaussian_nll_loss, functional.poisson_nll_loss,
}  # fmt: skip
TORCH = torch.__path__[0]
CLIPPING = {"clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_"}  # of torch
CALLED_BY_CLIPPING = {
    torch._foreach_norm, torch._foreach_clamp_min_, torch._foreach_clamp_max_, torch._foreach_mul_,
    torch.tensor, torch.linalg.vector_norm, Tensor.item,
}  # fmt: skip


def describe_loss(
    func: Any, result: Tensor, given: Tensor, target: Tensor, look_inside: bool
) -> dict[str, Any]:
    """Return what there is to say of a loss; to look inside, at the values, takes a moment."""
    numbers: dict[str, Any] = {
        "name": func.__name__, "shape": tuple(given.shape), "target": tuple(target.shape),
        "mean": result.dim() == 0, "value": float(result.detach()) if _is_number(result) else None,
        "graph": result.requires_grad, "elementwise": func in ELEMENTWISE,
    }  # fmt: skip
    if look_inside and func is functional.cross_entropy and given.dim() > 1:
        values = given.detach()
        sums = values.sum(1)
        numbers["probabilities"] = bool(
            (values >= 0).all() and torch.allclose(sums, torch.ones_like(sums), atol=1e-4)
        )
    return numbers


def _is_number(result: Tensor) -> bool:
    return result.dim() == 0 and result.device.type == "cpu"


def describe_difference(result: Any, args: Any) -> dict[str, Any] | None:
    """Return what there is to say of a difference of tensors with unequal numbers of axes."""
    if len(args) < 2 or not (isinstance(args[0], Tensor) and isinstance(args[1], Tensor)):
        return None
    given, target = args[:2] if args[0].requires_grad else (args[1], args[0])
    if not result.requires_grad or target.requires_grad or given.dim() == target.dim():
        return None
    return {"name": DIFFERENCE, "shape": tuple(given.shape), "target": tuple(target.shape),
            "elementwise": True}  # fmt: skip


def is_clipping(func: Any) -> bool:
    """Whether this call of one of `CALLED_BY_CLIPPING` comes from a clipping."""
    # rnnlab's own looks at the norm, by item, and may then have nothing to do
    names, where = ({"clip_gradient"}, HERE) if func is Tensor.item else (CLIPPING, TORCH)
    frame = sys._getframe(1)
    while frame is not None and not is_users(frame.f_code.co_filename):
        if frame.f_code.co_name in names and frame.f_code.co_filename.startswith(where):
            return True
        frame = frame.f_back  # type: ignore[assignment]  # None above the first
    return False
