"""The exercises of notebook 03: cross-entropy by hand, equal shapes, the average of an epoch."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from rnnlab.course.judging import Wrong, averages, compare, first_of
from rnnlab.loop.losses import cross_entropy


def about_number(answer: Any) -> Wrong | None:
    """Judge an answer that should be one number."""
    shape, count = tuple(getattr(answer, "shape", ())), getattr(answer, "numel", lambda: 1)()
    return first_of({"values": count != 1}, shape=shape, count=count)


def judge_1(answer: Any) -> Wrong | None:
    """Judge a function of logits and targets, on logits of the judge's own."""
    generator = torch.Generator().manual_seed(3)
    logits = 2 * torch.randn(2, 3, 5, generator=generator)  # (B, T, C)
    targets = torch.randint(0, 5, (2, 3), generator=generator)
    given = answer(logits, targets)

    def of_targets(values: Tensor) -> Tensor:
        return values.gather(-1, targets.unsqueeze(-1))  # (B, T, C) -> (B, T, 1)

    right, chances = cross_entropy(logits, targets), logits.softmax(-1)
    mistakes = {
        "sign": -right,
        "sum": right * 6,
        "sum over time": right * 3,
        "softmax over time": -of_targets(logits.softmax(1)).log().mean(),
        "no logarithm": -of_targets(chances).mean(),
        "order": -of_targets(chances).mean().log(),
        "no softmax": -of_targets(logits).mean(),
        "twice": cross_entropy(chances, targets),
    }
    if verdict := about_number(given):
        return verdict
    value = float(given)
    return compare(value, right, mistakes, value=value, right=right, off=value - right)


def judge_2(answer: Any, predictions: Tensor, targets: Tensor) -> Wrong | None:
    """Judge the loss of predictions (N, 1) and targets (N)."""
    if verdict := about_number(answer):
        return verdict
    value, differences = float(answer), predictions.flatten() - targets.flatten()
    right, count = differences.square().mean().item(), len(differences)
    mistakes = {
        "broadcast": (predictions.reshape(-1, 1) - targets.reshape(1, -1)).square().mean(),
        "sum": right * count,
        "root": right**0.5,
        "absolute": differences.abs().mean(),
    }
    shapes = {"predicted": tuple(predictions.shape), "wanted": tuple(targets.shape)}
    fields = {"square": value**2, "off": value - right, "count": count, "pairs": count**2}
    return compare(value, right, mistakes, value=value, **shapes, **fields)


def judge_3(answer: Any, losses: Sequence[float], sizes: Sequence[int]) -> Wrong | None:
    """Judge the average over examples of the batches' losses."""
    if verdict := about_number(answer):
        return verdict
    names = ("mean of means", "sum", "by batches", "no sizes", "last")
    value, (right, mistakes) = float(answer), averages(losses, sizes, *names)
    fields = {"batches": len(sizes), "windows": sum(sizes), "first": sizes[0], "last": sizes[-1]}
    return compare(value, right, mistakes, value=value, **fields)
