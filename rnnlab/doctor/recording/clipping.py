"""Where clipping is noticed: by the functions of torch that a clipping calls."""

from __future__ import annotations

import sys
from typing import Any

import torch
from torch import Tensor

from rnnlab.doctor.events import HERE, is_users

TORCH = torch.__path__[0]
CLIPPING = {"clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_"}  # of torch
CALLED_BY_CLIPPING = {
    torch._foreach_norm, torch._foreach_clamp_min_, torch._foreach_clamp_max_, torch._foreach_mul_,
    torch.tensor, torch.linalg.vector_norm, Tensor.item,
}  # fmt: skip


def is_clipping(func: Any) -> bool:
    """Whether this call of one of these functions comes from a clipping."""
    # rnnlab's own looks at the norm, by item, and may then have nothing to do
    names, where = ({"clip_gradient"}, HERE) if func is Tensor.item else (CLIPPING, TORCH)
    frame = sys._getframe(1)
    while frame is not None and not is_users(frame.f_code.co_filename):
        if frame.f_code.co_name in names and frame.f_code.co_filename.startswith(where):
            return True
        frame = frame.f_back  # type: ignore[assignment]  # None above the first
    return False
