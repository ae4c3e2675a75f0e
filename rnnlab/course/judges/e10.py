"""Exercises of lesson 10: when to stop, a lower temperature, a fair rival."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from rnnlab.course.exercises import exercise
from rnnlab.course.judging import Wrong, compare, wrong
from rnnlab.tasks.forecast import SeriesTask

PATIENCE = 3
FALLING = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
BUMP = (1.0, 0.7, 0.8, 0.6, 0.5, 0.4)  # worse for one epoch, then better again
RISING = (1.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
WAVES = (1.0, 0.5, 0.7, 0.6, 0.7, 0.6, 0.7, 0.6)  # never below 0.5 again
RIGHT = 2 + PATIENCE  # where RISING and WAVES stop: the lowest is that of epoch 2


@exercise("10.1")
def judge_should_stop(answer: Any) -> Wrong | None:
    """Ask the function after each epoch of four made-up runs."""
    given = answer(list(FALLING), PATIENCE)
    if not isinstance(given, bool):
        return wrong("no bool", given=given)
    cases: list[tuple[str, tuple[float, ...], Callable[[int | None], bool]]] = [
        ("falling", FALLING, lambda stop: stop is not None),
        ("bump", BUMP, lambda stop: stop is not None),
        ("waves", WAVES, lambda stop: stop is None),
        ("never", RISING, lambda stop: stop is None),
        ("another epoch", RISING, lambda stop: stop != RIGHT),
        ("another epoch", WAVES, lambda stop: stop != RIGHT),
    ]
    for mistake, losses, is_wrong in cases:
        stop = _stop(answer, losses)
        if is_wrong(stop):
            shown, age = ", ".join(f"{loss:g}" for loss in losses), (stop or 0) - 2
            fields = {"patience": PATIENCE, "right": RIGHT, "stop": stop, "age": age}
            when = "late" if age > PATIENCE else "early"
            return wrong(mistake, losses=shown, when=when, **fields)
    return None


def _stop(answer: Any, losses: tuple[float, ...]) -> int | None:
    for epoch in range(1, len(losses) + 1):
        if answer(list(losses[:epoch]), PATIENCE):
            return epoch
    return None


@exercise("10.2")
def judge_temperature(answer: Any, logits: Tensor) -> Wrong | None:
    """Compare with the softmax of the logits divided by 0.5."""
    given = torch.as_tensor(answer, dtype=torch.float32)
    if given.shape != logits.shape:
        return wrong("shape", given=tuple(given.shape), wanted=tuple(logits.shape))
    lowest, highest, total = given.min().item(), given.max().item(), given.sum().item()
    before = logits.softmax(0).max().item()
    mistakes = {
        "negative": lowest < 0,
        "sum": abs(total - 1) > 1e-3,
        "no effect": abs(highest - before) < 1e-4,
        "higher temperature": highest < before,
    }
    fields: dict[str, Any] = {
        "lowest": lowest,
        "highest": highest,
        "total": total,
        "before": before,
    }
    return compare(given, (logits / 0.5).softmax(0), mistakes, **fields)


@exercise("10.3")
def judge_last_week(answer: Any, own: SeriesTask) -> Wrong | None:
    """Compare with the values of seven days before, and find how many days it was instead."""
    values, split = own.series.values, own.split
    count, week = len(values) - split, values[split - 7 : split]
    given = torch.as_tensor(answer, dtype=values.dtype)
    if given.shape != (count,):
        places = {"split": split, "last": len(values) - 1, "first": split - 7}
        return wrong("shape", given=tuple(given.shape), count=count, **places)
    right = values[split - 7 : -7]
    if torch.equal(given, right):
        return None
    days = next((d for d in range(split + 1) if torch.equal(given, values[split - d :][:count])), 0)
    fields: dict[str, Any] = {
        "days": days,
        "day": "day" if days == 1 else "days",
        "at": split - days,
    }
    fields |= {"split": split, "next": split + 7, "error": own.rmse(given)}
    number = int((given != right).nonzero()[0])
    fields |= {"number": number, "yours": given[number], "theirs": right[number]}
    mistakes = {
        "held out": torch.equal(given, values[split:]),
        "other day": days > 0,
        "scaled": bool(given.std() < 0.1 * values.std()),
        "repeated week": torch.equal(given, week.repeat(-(-count // 7))[:count]),
        "else": True,
    }
    mistake = next(name for name, made in mistakes.items() if made)
    return wrong(mistake, lowest=given.min(), highest=given.max(), index=split + number, **fields)
