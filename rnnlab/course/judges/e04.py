"""The exercises of notebook 04: a step back in time, the sum over time, two backward passes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnlab.course.exercises import exercise
from rnnlab.course.judging import Wrong, about_tensor, compare, near, wrong


@exercise("04.1")
def judge_step_back(answer: Any, d_last: Tensor, h_last: Tensor, matrix: Tensor) -> Wrong | None:
    """Judge the gradient with respect to the hidden state before."""
    slope = 1 - h_last**2
    d_a = d_last * slope
    right = matrix.T @ d_a
    mistakes = {
        "no slope": matrix.T @ d_last,
        "not transposed": matrix @ d_a,
        "no square": matrix.T @ (d_last * (1 - h_last)),
        "order": slope * (matrix.T @ d_last),
        "inside tanh": d_a,
    }
    return about_tensor(answer, d_last.shape) or compare(
        answer, right, mistakes, norm=_norm(answer), right=_norm(right)
    )


@exercise("04.2")
def judge_sum_over_time(answer: Any, d_a: Tensor, states: Tensor) -> Wrong | None:
    """Judge the gradient of weight_hh, from d_a (T, H) and states (1 + T, H)."""
    right = d_a.T @ states[:-1]
    mistakes = {
        "own state": d_a.T @ states[1:],
        "transposed": right.T,
        "mean": right / len(d_a),
        "last": torch.outer(d_a[-1], states[-2]),
    }
    return about_tensor(answer, right.shape) or compare(
        answer, right, mistakes, norm=_norm(answer), right=_norm(right), steps=len(d_a)
    )


@exercise("04.3")
def judge_two_halves(
    answer: Any, model: nn.Module, inputs: Tensor, targets: Tensor
) -> Wrong | None:
    """Judge the gradient of the readout's bias over the whole batch."""
    bias = model.get_parameter("readout.bias")
    if answer is None:
        return wrong("none")
    if verdict := about_tensor(answer, bias.shape):
        return verdict

    def gradient(rows: slice) -> Tensor:
        loss = functional.mse_loss(model(inputs[rows])[0], targets[rows])
        return torch.autograd.grad(loss, bias)[0]

    middle = len(inputs) // 2
    right, first, second = (
        gradient(rows) for rows in (slice(None), slice(middle), slice(middle, None))
    )
    parts = {"the first": first, "half of the first": first / 2}
    parts |= {"the second": second, "half of the second": second / 2}
    found = [which for which, part in parts.items() if near(answer, part, 1e-4)]
    fields = {"value": answer.item(), "right": right.item(), "left_over": (answer - right).item()}
    fields |= {"half": middle, "batch": len(inputs), "which": found[0] if found else ""}
    return compare(answer, right, {"twice": 2 * right, "one half": bool(found)}, **fields)


def _norm(value: Any) -> str:
    """Return the norm of a tensor as text."""
    return f"{value.norm().item():.3g}"
