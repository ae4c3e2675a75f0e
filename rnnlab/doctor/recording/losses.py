"""Where losses are recorded: which functions of torch are one, and what there is to say of it.

A loss written by hand begins with a difference of predictions and targets.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

ELEMENTWISE = {functional.mse_loss, functional.l1_loss, functional.smooth_l1_loss,
               functional.huber_loss}  # fmt: skip
LOSSES = ELEMENTWISE | {
    functional.cross_entropy, functional.nll_loss, functional.binary_cross_entropy,
    functional.binary_cross_entropy_with_logits, functional.kl_div, functional.ctc_loss,
    functional.gaussian_nll_loss, functional.poisson_nll_loss,
}  # fmt: skip
DIFFERENCES = {Tensor.sub, Tensor.__sub__, Tensor.__rsub__, torch.sub, Tensor.subtract}


def describe_loss(
    func: Any, result: Tensor, given: Tensor, target: Tensor, look_inside: bool
) -> dict[str, Any]:
    """Return what there is to say of a loss; to look inside, at the values, takes a moment."""
    numbers: dict[str, Any] = {
        "name": func.__name__, "shape": tuple(given.shape), "target": tuple(target.shape),
        "graph": result.requires_grad, "elementwise": func in ELEMENTWISE,
        "examples": len(target) if target.dim() else 1,
    }  # fmt: skip
    if look_inside and func is functional.cross_entropy and given.dim() > 1:
        values = given.detach()
        sums = values.sum(1)
        numbers["probabilities"] = bool(
            (values >= 0).all() and torch.allclose(sums, torch.ones_like(sums), atol=1e-4)
        )
    return numbers


def describe_difference(result: Any, args: Any) -> dict[str, Any] | None:
    """Return what there is to say of a difference of tensors with unequal numbers of axes."""
    if len(args) < 2 or not (isinstance(args[0], Tensor) and isinstance(args[1], Tensor)):
        return None
    given, target = args[:2] if args[0].requires_grad else (args[1], args[0])
    if not result.requires_grad or target.requires_grad or given.dim() == target.dim():
        return None
    return {"name": "the difference", "shape": tuple(given.shape), "target": tuple(target.shape),
            "elementwise": True}  # fmt: skip
