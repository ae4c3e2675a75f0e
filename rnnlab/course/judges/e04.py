"""The exercises of notebook 04: a step back in time, the sum over time, two backward passes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnlab.course.exercises import Hints, exercise


def close(value: Tensor, other: Tensor) -> bool:
    """Whether two gradients are equal but for rounding, which is small beside their norm."""
    return bool((value - other).norm() <= 1e-4 * other.norm() + 1e-12)


def shape_hints(answer: Any, shape: Sequence[int]) -> Hints | None:
    """Return hints for an answer that is no tensor of this shape."""
    if not isinstance(answer, Tensor):
        kind = type(answer).__name__
        return (
            f"Your answer is a {kind}; a gradient is a tensor.",
            f"A {kind} cannot be a gradient of shape {tuple(shape)}. What does your line return?",
            f"Hand in the tensor of shape {tuple(shape)} itself.",
        )
    if answer.shape != torch.Size(shape):
        given = f"Your answer has shape {tuple(answer.shape)}"
        return (
            f"{given}; the gradient has the shape of what it belongs to, {tuple(shape)}.",
            f"{given}, expected {tuple(shape)}. Which axes does your product add up?",
            f"{given}; write the shapes of both factors beside the line, and make the axis that "
            f"is to vanish the inner one, so that {tuple(shape)} is left.",
        )
    return None


def norm(value: Tensor) -> str:
    """Return the norm as text."""
    return f"{value.norm().item():.3g}"


@exercise(
    "04.1",
    "one step of backpropagation through time",
    "answer = matrix.T @ (d_last * (1 - h_last**2))",
)
def judge_step_back(answer: Any, d_last: Tensor, h_last: Tensor, matrix: Tensor) -> Hints | None:
    """Judge the gradient at the hidden state before."""
    if hints := shape_hints(answer, d_last.shape):
        return hints
    answer, slope = answer.detach(), 1 - h_last**2
    d_a = d_last * slope
    right = matrix.T @ d_a
    if close(answer, right):
        return None
    got, wanted = f"Your gradient has norm {norm(answer)}", f"the right one has {norm(right)}"
    known = [
        (
            matrix.T @ d_last,
            f"{got}, {wanted}: did it pass the tanh?",
            f"{got}: that is the product alone. Equation (3) comes before it.",
            f"{got}; multiply d_last by the slope of tanh, made from h_last, before the product.",
        ),
        (
            matrix @ d_a,
            f"{got}, {wanted}: the slope is in it, but the matrix is the wrong way round.",
            f"{got}. Forward, `W_hh h` mixes the units of h_23; which way does one come back?",
            f"{got}; compare your product with equation (2), letter by letter.",
        ),
        (
            matrix.T @ (d_last * (1 - h_last)),
            f"{got}, {wanted}: look at the slope of tanh once more.",
            f"{got}: your slope is 1 - h. At h = -0.5 it would be 1.5, but tanh is never that "
            "steep.",
            f"{got}; something in your slope wants to be squared.",
        ),
        (
            slope * (matrix.T @ d_last),
            f"{got}, {wanted}: the right factors in the wrong order.",
            f"{got}. The slope belongs to a_24; is it still at a_24 after the product?",
            f"{got}; (3) first, with h_last, then the product.",
        ),
        (
            d_a,
            f"{got}, {wanted}: this is the gradient by a_24, inside the tanh of step 24.",
            f"{got}. From a_24 it is one more arrow back to h_23: which matrix lies on it?",
            f"{got}; equation (3) is done, the second term of (2) is missing.",
        ),
    ]
    for wrong, *hints_of_it in known:
        if close(answer, wrong):
            return (hints_of_it[0], hints_of_it[1], hints_of_it[2])
    return (
        f"{got}, but {wanted}, and they point in other directions or lengths.",
        f"{got}. Two factors turn d_last into the answer: a slope, and a matrix.",
        f"{got}; take equation (3) for t = 24, then the second term of (2) for t = 23.",
    )


@exercise(
    "04.2",
    "the sum over time as one product",
    "answer = d_a.T @ states[:-1]  # (H, T) @ (T, H)",
)
def judge_sum_over_time(answer: Any, d_a: Tensor, states: Tensor) -> Hints | None:
    """Judge the gradient of weight_hh, from d_a (T, H) and states (1 + T, H)."""
    steps, size = d_a.shape
    if hints := shape_hints(answer, (size, size)):
        return hints
    answer = answer.detach()
    right = d_a.T @ states[:-1]
    if close(answer, right):
        return None
    got, wanted = f"Your matrix has norm {norm(answer)}", f"the sum has {norm(right)}"
    known = [
        (
            d_a.T @ states[1:],
            f"{got}, {wanted}: d_a_t stands beside h_t, not beside the state it came from.",
            f"{got}. W_hh multiplies h_(t-1) in a_t; which rows of states are these?",
            f"{got}; `states` starts with h_0. Leave out one row, but not that one.",
        ),
        (
            right.T,
            f"{got}, as the sum has, but rows and columns are swapped.",
            f"{got}. Row i of W_hh makes a_t of unit i: along which axis must d_a run?",
            f"{got}; exchange the two factors, or transpose the other one.",
        ),
        (
            right / steps,
            f"{got}, {wanted}: {steps} times as much. Sum or mean?",
            f"{got}. Each of the {steps} uses of the matrix moves the loss by its own amount.",
            f"{got}; nothing is divided by {steps} here. The loss has its mean in it already.",
        ),
        (
            torch.outer(d_a[-1], states[-2]),
            f"{got}, {wanted}: this is the last time step alone.",
            f"{got}: one part of {steps}. Which product adds up all of them?",
            f"{got}; make T the inner axis of the product, so that it is added over.",
        ),
    ]
    for wrong, *hints_of_it in known:
        if close(answer, wrong):
            return (hints_of_it[0], hints_of_it[1], hints_of_it[2])
    return (
        f"{got}, {wanted}. Did all {steps} time steps go in, and each once?",
        f"{got}. Its entry (i, j) is the sum over t of d_a_t[i] h_(t-1)[j].",
        f"{got}; (H, T) times (T, H): the {steps} rows of d_a, and as many rows of states.",
    )


@exercise(
    "04.3",
    "a batch's gradient from its two halves",
    """
model.zero_grad()
for half_inputs, half_targets in zip(first, second, strict=True):
    predictions, _ = model(half_inputs)
    half_loss = functional.mse_loss(predictions, half_targets)
    (half_loss / 2).backward()
answer = model.readout.bias.grad
""",
)
def judge_two_halves(
    answer: Any, model: nn.Module, inputs: Tensor, targets: Tensor
) -> Hints | None:
    """Judge the gradient of the readout's bias over the whole batch."""
    bias = model.get_parameter("readout.bias")
    if answer is None:
        return (
            "Your answer is None: .grad is empty.",
            "None is what zero_grad leaves. Was .grad read before a backward, or after a clearing?",
            "Clear once at the start, then two backward passes, then read .grad.",
        )
    if hints := shape_hints(answer, bias.shape):
        return hints

    def gradient(rows: slice) -> Tensor:
        loss = functional.mse_loss(model(inputs[rows])[0], targets[rows])
        return torch.autograd.grad(loss, bias)[0]

    answer, middle = answer.detach(), len(inputs) // 2
    right = gradient(slice(None))
    if close(answer, right):
        return None
    value, wanted = (
        f"Your gradient is {answer.item():.4f}",
        f"the whole batch's is {right.item():.4f}",
    )
    halves = gradient(slice(middle)), gradient(slice(middle, None))
    if close(answer, 2 * right):
        return (
            f"{value}, {wanted}: twice as much. Two means do not add up to one mean.",
            f"{value}. Each half's loss is a mean over {middle}; the batch's is one over "
            f"{len(inputs)}.",
            f"{value}; each half should count for half: scale its loss before backward.",
        )
    for which, half in zip(("first", "second"), halves, strict=True):
        for scale, word in ((1.0, ""), (0.5, "half of ")):
            if close(answer, scale * half):
                return (
                    f"{value}, {wanted}: that is {word}the {which} half's alone.",
                    f"{value}. Was .grad cleared or read between the two backward passes?",
                    f"{value}; clear before the first pass, read after the second.",
                )
    left_over = answer - right
    return (
        f"{value}, {wanted}: {left_over.item():+.4f} is left over. What was in .grad before?",
        f"{value}. backward adds to what is there, and something was there.",
        f"{value}; before the first of the two passes, clear the gradients, and scale both losses.",
    )
