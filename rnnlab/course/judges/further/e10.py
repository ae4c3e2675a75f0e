"""Exercises of lesson 10: when to stop, a lower temperature, a fair rival."""

from typing import Any

import torch
from torch import Tensor

from rnnlab.base.say import say, say_count
from rnnlab.course.judging import Wrong, compare, first_of, wrong
from rnnlab.tasks.forecast import SeriesTask

PATIENCE = 3
RIGHT = 2 + PATIENCE  # where a run stops whose lowest loss is that of epoch 2
RUNS = (  # losses, where to stop, and the mistakes of stopping nowhere and elsewhere
    ((1.0, 0.9, 0.8, 0.7, 0.6, 0.5), None, "", "falling"),
    ((1.0, 0.7, 0.8, 0.6, 0.5, 0.4), None, "", "bump"),
    ((1.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0), RIGHT, "never", "another epoch"),
    ((1.0, 0.5, 0.7, 0.6, 0.7, 0.6, 0.7, 0.6), RIGHT, "waves", "another epoch"),
)


def judge_1(answer: Any) -> Wrong | None:
    """Ask the function after each epoch of four made-up runs."""
    given = answer([*RUNS[0][0]], PATIENCE)
    if not isinstance(given, bool):
        return wrong("no bool", given=given)
    for losses, right, nowhere, elsewhere in RUNS:
        epochs = range(1, len(losses) + 1)
        stop = next((epoch for epoch in epochs if answer([*losses[:epoch]], PATIENCE)), None)
        if stop != right:
            shown, age = ", ".join(f"{loss:g}" for loss in losses), (stop or 0) - 2
            fields = {"patience": PATIENCE, "right": RIGHT, "stop": stop, "age": age}
            when = say("too late" if age > PATIENCE else "too early")
            mistake = nowhere if stop is None else elsewhere
            return wrong(mistake, losses=shown, when=when, **fields)
    return None


def judge_2(answer: Any, logits: Tensor) -> Wrong | None:
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
    fields = {"lowest": lowest, "highest": highest, "total": total, "before": before}
    return compare(given, (logits / 0.5).softmax(0), mistakes, **fields)


def judge_3(answer: Any, own: SeriesTask) -> Wrong | None:
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
    number = int((given != right).nonzero()[0])
    mistakes = {
        "held out": torch.equal(given, values[split:]),
        "other day": days > 0,
        "scaled": bool(given.std() < 0.1 * values.std()),
        "repeated week": torch.equal(given, week.repeat(-(-count // 7))[:count]),
        "else": True,
    }
    fields = {"days": say_count("{n} day", "{n} days", n=days), "split": split}
    fields |= {"at": split - days, "next": split + 7, "index": split + number, "number": number}
    numbers = {"yours": given[number], "theirs": right[number], "error": own.rmse(given)}
    return first_of(mistakes, lowest=given.min(), highest=given.max(), **numbers, **fields)
