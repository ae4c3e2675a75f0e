"""The exercises of notebook 04: a step back in time, the sum over time, two backward passes."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from rnnlab.base.say import say
from rnnlab.course.judging import Wrong, about_tensor, compare, near, wrong


def judge_1(answer: Any, d_last: Tensor, h_last: Tensor, matrix: Tensor) -> Wrong | None:
    """Judge the gradient with respect to the hidden state before."""
    slope = 1 - h_last**2
    d_a = d_last * slope
    mistakes = {
        "no slope": matrix.T @ d_last,
        "not transposed": matrix @ d_a,
        "no square": matrix.T @ (d_last * (1 - h_last)),
        "order": slope * (matrix.T @ d_last),
        "inside tanh": d_a,
    }
    return _about_gradient(answer, matrix.T @ d_a, mistakes)


def judge_2(answer: Any, d_a: Tensor, states: Tensor) -> Wrong | None:
    """Judge the gradient of weight_hh, from d_a (T, H) and states (1 + T, H)."""
    right = d_a.T @ states[:-1]
    mistakes = {
        "own state": d_a.T @ states[1:],
        "transposed": right.T,
        "mean": right / len(d_a),
        "last": torch.outer(d_a[-1], states[-2]),
    }
    return _about_gradient(answer, right, mistakes, steps=len(d_a))


def _about_gradient(
    answer: Any, right: Tensor, mistakes: dict[str, Tensor], **fields: Any
) -> Wrong | None:
    if verdict := about_tensor(answer, right.shape):
        return verdict
    norms = {"norm": f"{answer.norm().item():.3g}", "right": f"{right.norm().item():.3g}"}
    return compare(answer, right, mistakes, **norms, **fields)


def judge_3(answer: Any, model: nn.Module, inputs: Tensor, targets: Tensor) -> Wrong | None:
    """Judge the gradient of the readout's bias over the whole batch."""
    bias, half = model.get_parameter("readout.bias"), len(inputs) // 2
    if answer is None:
        return wrong("none")
    if verdict := about_tensor(answer, bias.shape):
        return verdict
    right, first, second = (
        torch.autograd.grad(mse_loss(model(inputs[rows])[0], targets[rows]), bias)[0]
        for rows in (slice(None), slice(half), slice(half, None))
    )
    parts = (
        (say("the first half's"), first),
        (say("half of the first half's"), first / 2),
        (say("the second half's"), second),
        (say("half of the second half's"), second / 2),
    )
    which = [name for name, part in parts if near(answer, part)]
    mistakes = {"twice": 2 * right, "one half": bool(which)}
    fields = {"value": answer.item(), "right": right.item(), "left_over": (answer - right).item()}
    return compare(
        answer, right, mistakes, half=half, batch=len(inputs), which=", ".join(which[:1]), **fields
    )
