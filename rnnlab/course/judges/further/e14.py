"""Exercises of lesson 14: the last real state, the mean over real steps."""

from typing import Any

import torch
from torch import Tensor

from rnnlab.course.judging import Wrong, about_tensor, compare, wrong
from rnnlab.data.padding import is_real, last_step

LENGTHS = (2, 5, 3)  # of the sequences of 14.1
COLUMNS = 6  # one more than the longest


def judge_1(answer: Any) -> Wrong | None:
    """Judge a function of padded states and lengths, on some of the judge's own."""
    lengths = torch.tensor(LENGTHS)
    states = torch.randn(3, COLUMNS, 2, generator=torch.Generator().manual_seed(14))
    given, right = answer(states.clone(), lengths.clone()), last_step(states, lengths)
    if isinstance(given, Tensor) and given.shape == (3, 3, 2):
        return wrong("all pairs")
    if verdict := about_tensor(given, right.shape, ", (B, H)"):
        return verdict
    real = is_real(lengths, COLUMNS).unsqueeze(2)  # (B, T, 1)
    mistakes = {
        "last column": states[:, -1],
        "one too far": last_step(states, lengths + 1),
        "one too early": last_step(states, lengths - 1),
        "longest": states[:, max(LENGTHS) - 1],
        "mean": (states * real).sum(1) / lengths.unsqueeze(1),
        "mean over columns": states.mean(1),
    }
    return compare(given, right, mistakes, columns=COLUMNS)


def judge_2(answer: Any, losses: Tensor, lengths: Tensor) -> Wrong | None:
    """Judge the mean of losses (B, T) over the real steps."""
    if getattr(answer, "numel", lambda: 1)() != 1:
        return wrong("values", shape=tuple(answer.shape))
    value, real = float(answer), is_real(lengths, losses.shape[1])
    kept, steps, sequences = (losses * real).sum(), int(lengths.sum()), len(lengths)
    right = (kept / steps).item()
    mistakes = {
        "columns": losses.mean(),
        "zeros": kept / losses.numel(),
        "sequences": ((losses * real).sum(1) / lengths).mean(),
        "sum": kept,
        "by sequences": kept / sequences,
        "no mask": losses.sum() / steps,
        "padding": losses[~real].mean() if steps < losses.numel() else False,
    }
    fields = {"steps": steps, "all": losses.numel(), "sequences": sequences}
    return compare(value, right, mistakes, value=value, off=value - right, **fields)
