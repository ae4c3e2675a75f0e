"""The exercises of notebook 03: cross-entropy by hand, equal shapes, the average of an epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from rnnlab.course.exercises import Hints, exercise


def close(value: float, other: float) -> bool:
    """Whether two numbers are equal but for rounding."""
    return abs(value - other) <= 1e-4 * max(1e-3, abs(other))


def number(answer: Any) -> float | Hints:
    """Return the answer as a number, or the hints for one that is none."""
    if isinstance(answer, Tensor) and answer.numel() != 1:
        shape = tuple(answer.shape)
        return (
            f"Your answer has shape {shape}; a loss is one number.",
            f"Your answer has shape {shape}: {answer.numel()} values. What is still to be done "
            "with them?",
            f"All {answer.numel()} values of shape {shape} must become one: their mean.",
        )
    return float(answer)


@exercise(
    "03.1",
    "cross-entropy by hand",
    """
def my_cross_entropy(logits, targets):
    exp = logits.exp()
    p = exp / exp.sum(-1, keepdim=True)  # (B, T, C)
    p_right = p.gather(-1, targets.unsqueeze(-1))  # (B, T, C) -> (B, T, 1)
    return -p_right.log().mean()
""",
)
def judge_cross_entropy(answer: Any) -> Hints | None:
    """Judge a function of logits and targets, on logits of the judge's own."""
    if not callable(answer):
        kind = type(answer).__name__
        return (
            f"Your answer is a {kind}, not a function.",
            f"A {kind} holds for one batch only; the check calls your function with logits of "
            "its own.",
            "Write `my_cross_entropy = lambda logits, targets: ...`, or a `def` of that name.",
        )
    generator = torch.Generator().manual_seed(3)
    logits = 2 * torch.randn(2, 3, 5, generator=generator)  # (B, T, C)
    targets = torch.randint(0, 5, (2, 3), generator=generator)
    value = number(answer(logits, targets))
    if isinstance(value, tuple):
        return value
    right = functional.cross_entropy(logits.flatten(0, 1), targets.flatten()).item()
    if close(value, right):
        return None
    got = f"On logits (2, 3, 5) your function gives {value:.3f}"
    place = targets.unsqueeze(-1)
    known = {
        -right: (
            f"{got}: the sign is wrong, a cost is above 0.",
            f"{got}. The logarithm of a probability is below 0; what must stand before it?",
            f"{got}; the cost of an answer is -ln p, so it needs a minus.",
        ),
        right * 6: (
            f"{got}, six times too much: there are six answers in it.",
            f"{got}. B * T is 6 here. Did you take a sum?",
            f"{got}; the loss is the mean over batch and time.",
        ),
        right * 3: (
            f"{got}, three times too much: as many as there are time steps.",
            f"{got}. Which axis did you add up instead of averaging?",
            f"{got}; the mean goes over batch and time alike.",
        ),
        logits.softmax(1).gather(-1, place).log().mean().neg().item(): (
            f"{got}: over which axis do your probabilities add up to 1?",
            f"{got}. That is what a softmax over the time steps gives.",
            f"{got}; the classes are the last axis, -1, and each time step has its own sum.",
        ),
        logits.softmax(-1).gather(-1, place).mean().neg().item(): (
            f"{got}: that is a mean of probabilities, with no logarithm.",
            f"{got}, and a loss below 0: -p instead of -ln p.",
            f"{got}; take the logarithm of each right class' probability before the mean.",
        ),
        logits.softmax(-1).gather(-1, place).mean().log().neg().item(): (
            f"{got}: the order of logarithm and mean matters.",
            f"{got}, the logarithm of a mean; asked is the mean of logarithms.",
            f"{got}; first the logarithm of each probability, then the mean of all six.",
        ),
        logits.gather(-1, place).mean().neg().item(): (
            f"{got}: the logits have not become probabilities.",
            f"{got}, minus the mean logit of the right classes. What does softmax do to them?",
            f"{got}; divide exp(logit) by the sum of exp over the classes first.",
        ),
        functional.cross_entropy(logits.softmax(-1).flatten(0, 1), targets.flatten()).item(): (
            f"{got}: softmax has been applied twice.",
            f"{got}. Do you exponentiate something that is a probability already?",
            f"{got}; go from logits to probabilities once, then take the logarithm.",
        ),
    }
    for wrong, hints in known.items():
        if close(value, wrong):
            return hints
    return (
        f"{got}; the right value is {right:.3f}.",
        f"{got}, off by {value - right:+.3f}. Try it with a single answer: B = T = 1.",
        f"{got}. Three steps: probabilities over the last axis, -ln of the right one, the mean.",
    )


@exercise(
    "03.2",
    "mean squared error with shapes that fit",
    "answer = functional.mse_loss(last_predictions, last_targets.unsqueeze(1))",
)
def judge_equal_shapes(answer: Any, predictions: Tensor, targets: Tensor) -> Hints | None:
    """Judge the loss of predictions (N, 1) and targets (N)."""
    value = number(answer)
    if isinstance(value, tuple):
        return value
    differences = predictions.flatten() - targets.flatten()
    right = differences.square().mean().item()
    if close(value, right):
        return None
    count = len(differences)
    every_pair = (predictions.reshape(-1, 1) - targets.reshape(1, -1)).square()
    if close(value, every_pair.mean().item()):
        return (
            f"{value:.4f} compares every prediction with every target: {count} x {count} pairs.",
            f"{value:.4f} is the mean of {count**2} squares. What is the shape of the difference?",
            f"The shapes are {tuple(predictions.shape)} and {tuple(targets.shape)}: give the "
            "targets a second axis, or take the predictions' away.",
        )
    if close(value, right * count):
        return (
            f"{value:.4f} is {count} times too much: a sum over the {count} windows.",
            f"{value:.4f}: the shapes fit, but sum and mean differ by the factor {count}.",
            f"Divide by the {count} windows, or take the mean.",
        )
    if close(value, right**0.5):
        return (
            f"{value:.4f} is the root of the mean squared error.",
            f"{value:.4f} squared is {value**2:.4f}. Which of the two was asked for?",
            "Mean squared error has no root; the RMSE has.",
        )
    if close(value, differences.abs().mean().item()):
        return (
            f"{value:.4f} is the mean absolute difference.",
            f"{value:.4f}: the shapes fit, but nothing is squared.",
            "Square the differences before the mean.",
        )
    return (
        f"{value:.4f} is not it: {count} squared differences, and their mean, were asked for.",
        f"{value:.4f} is off by {value - right:+.4f}: did both tensors go into it, in one shape?",
        f"Make both shapes ({count}, 1) or both ({count},), then average the squared differences.",
    )


@exercise(
    "03.3",
    "the average loss of an epoch",
    """
total = sum(loss * size for loss, size in zip(losses, sizes, strict=True))
answer = total / sum(sizes)
""",
)
def judge_epoch_average(answer: Any, losses: Sequence[float], sizes: Sequence[int]) -> Hints | None:
    """Judge the average over examples of the batches' losses."""
    value = number(answer)
    if isinstance(value, tuple):
        return value
    total = sum(loss * size for loss, size in zip(losses, sizes, strict=True))
    batches, windows = len(sizes), sum(sizes)
    if close(value, total / windows):
        return None
    if close(value, sum(losses) / batches):
        return (
            f"{value:.3f} is the average of the {batches} batch averages.",
            f"In {value:.3f} the last batch, {sizes[-1]} windows, counts as much as one of "
            f"{sizes[0]}.",
            "Multiply each batch's loss by its size before adding up, and divide by all windows.",
        )
    if close(value, total):
        return (
            f"{value:.3f} is the sum over all windows, not yet divided.",
            f"{value:.3f} belongs to {windows} windows; what does one of them cost?",
            f"Divide the sum by the number of windows, {windows}.",
        )
    if close(value, total / batches):
        return (
            f"{value:.3f} is a sum over windows, divided by the {batches} batches.",
            f"{value:.3f}: the weights are right; is {batches} their sum?",
            f"The weights add up to {windows}: divide by that.",
        )
    if close(value, sum(losses) / windows):
        return (
            f"{value:.3f} is too small: the {batches} losses are added without their sizes.",
            f"{value:.3f}: each loss is an average of its batch. How much did the batch cost?",
            f"Multiply each loss by its size first; then the division by {windows} is right.",
        )
    if close(value, losses[-1]):
        return (
            f"{value:.3f} is the loss of the last batch alone.",
            f"{value:.3f} stands for {sizes[-1]} of {windows} windows; where are the others?",
            "Add up loss times size over all batches, and divide by the number of windows.",
        )
    return (
        f"{value:.3f} is not it: every one of the {windows} windows should count once.",
        f"{value:.3f}: check it with equal sizes, where it must be the plain mean of the losses.",
        f"A weighted mean: loss times size, added up, divided by {windows}.",
    )
