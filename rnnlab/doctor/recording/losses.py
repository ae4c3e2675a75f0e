"""Which functions of torch matter to a loop, and what there is to say of a call of one."""

from __future__ import annotations

from types import FrameType
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from rnnlab.loop.optimizers import clip_gradient

ELEMENTWISE = {functional.mse_loss, functional.l1_loss, functional.smooth_l1_loss,
               functional.huber_loss}  # fmt: skip
LOSSES = ELEMENTWISE | {
    functional.cross_entropy, functional.nll_loss, functional.binary_cross_entropy,
    functional.binary_cross_entropy_with_logits, functional.kl_div, functional.ctc_loss,
    functional.gaussian_nll_loss, functional.poisson_nll_loss,
}  # fmt: skip
CLIPPING = ("clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_")
USED_BY_CLIPPING = {torch._foreach_norm, torch._foreach_clamp_min_, torch._foreach_clamp_max_,
                    torch._foreach_mul_, torch.tensor, torch.linalg.vector_norm}  # fmt: skip
DIFFERENCES = {Tensor.sub, Tensor.__sub__, Tensor.__rsub__, torch.sub, Tensor.subtract}
_TORCH = torch.__path__[0]
_OURS = clip_gradient.__code__


def tell_loss(
    func: Any, result: Any, args: Any, kwargs: Any, look_inside: bool
) -> dict[str, Any] | None:
    """Return what there is to say of a call of a loss function; None if it has no target.

    To look inside, at the values too, takes a moment.
    """
    given = kwargs.get("input", args[0] if args else None)
    target = kwargs.get("target", args[1] if len(args) > 1 else None)
    if not isinstance(given, Tensor) or not isinstance(target, Tensor):
        return None
    numbers: dict[str, Any] = {
        "name": func.__name__, "shape": tuple(given.shape), "target": tuple(target.shape),
        "graph": result.requires_grad, "elementwise": func in ELEMENTWISE, "given": id(given),
        "examples": len(target) if target.dim() else 1,
        "mean": kwargs.get("reduction", "mean") == "mean",
    }  # fmt: skip
    if look_inside and func is functional.cross_entropy and given.dim() > 1:
        values = given.detach()
        sums = values.sum(1)
        numbers["probabilities"] = bool(
            (values >= 0).all() and torch.allclose(sums, torch.ones_like(sums), atol=1e-4)
        )
    return numbers


def tell_difference(result: Any, args: Any) -> dict[str, Any] | None:
    """Return what there is to say of the difference with which a loss written by hand begins."""
    if len(args) < 2 or not (isinstance(args[0], Tensor) and isinstance(args[1], Tensor)):
        return None
    given, target = args[:2] if args[0].requires_grad else (args[1], args[0])
    if not result.requires_grad or target.requires_grad or given.dim() == target.dim():
        return None
    return {"name": "the difference", "shape": tuple(given.shape), "target": tuple(target.shape),
            "elementwise": True}  # fmt: skip


def is_our_clipping(func: Any, frame: FrameType) -> bool:
    """Whether a call is rnnlab's clipping, which asks for the norm, and may have nothing to do."""
    return func is Tensor.item and frame.f_code is _OURS


def is_clipping(frame: FrameType | None) -> bool:
    """Whether a call from this frame is part of one of torch's clippings."""
    while frame is not None and frame.f_code.co_filename.startswith(_TORCH):
        if frame.f_code.co_name in CLIPPING:
            return True
        frame = frame.f_back
    return False
