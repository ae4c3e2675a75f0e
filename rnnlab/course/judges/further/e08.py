"""Exercises of notebook 08: the hidden state between batches."""

from typing import Any

import torch
from torch import Tensor

from rnnlab.course.judging import Wrong, compare, first_of, near, wrong
from rnnlab.data.batches import Streams
from rnnlab.tasks.recall import RecallTask

BATCH, ROW, TIME = 3, 5, 2  # what 08.1 asks for


def judge_1(answer: Any, streams: Streams) -> Wrong | None:
    """Judge the position of batch 3, row 5, time step 2."""
    rows, each, _ = streams.inputs.shape  # (B, N // B, D)
    position, length = int(answer), streams.length
    right = ROW * each + BATCH * length + TIME
    in_row, rest = divmod(position, each)
    in_batch, in_time = divmod(rest, length)
    mistakes = {
        "by batches": BATCH * rows * length + ROW * length + TIME,
        "within row": right - ROW * each,
        "first batch": right - BATCH * length,
        "time step": (in_row, in_batch) == (ROW, BATCH),
        "outside": not 0 <= position < rows * each,
    }
    fields = {"row": ROW, "batch": BATCH, "next": BATCH + 1, "time": TIME, "position": position}
    fields |= {"rows": rows, "each": each, "values": rows * each, "last": rows * each - 1}
    fields |= {"in_row": in_row, "in_batch": in_batch, "in_time": in_time, "length": length}
    return compare(position, right, mistakes, **fields)


def judge_2(answer: Any, task: RecallTask) -> Wrong | None:
    """Judge the lowest loss of a state that is reset at each window."""
    loss, delay, window = float(answer), task.delay, task.window
    mistakes = {
        "known": 1 - delay / window,
        "one less": (delay - 1) / window,
        "counted": delay,
        "zero": 0.0,
        "half": 0.5,
        "too high": loss >= 1,
    }
    fields = {"loss": loss, "delay": delay, "window": window, "less": delay - 1}
    return compare(loss, delay / window, mistakes, 0.01, targets=loss * window, **fields)


def judge_3(answer: Any, state: tuple[Tensor, Tensor], rows: int) -> Wrong | None:
    """Judge a state (h, c) that is detached and truncated to fewer rows."""
    if isinstance(answer, Tensor):
        return wrong("one tensor", shape=tuple(answer.shape), rows=rows)
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        return wrong("no pair", kind=type(answer).__name__, answer=answer, rows=rows)
    parts = dict(zip("hc", answer, strict=True))
    if attached := [name for name, part in parts.items() if part.requires_grad]:
        mistake = "attached" if len(attached) == 2 else "one attached"
        return wrong(mistake, name=attached[0], rows=rows)
    layers, batch, size = state[0].shape
    for name, part in parts.items():
        if part.shape != (layers, rows, size):
            mistake = "rows" if part.shape == (layers, batch, size) else "axis"
            return wrong(mistake, name=name, shape=tuple(part.shape), all=batch, rows=rows)
    right = [part.detach()[:, :rows] for part in state]
    if all(map(torch.equal, answer, right)):
        return None
    last = dict(zip("hc", (part[:, -rows:] for part in state), strict=True))
    zeros = [name for name, part in parts.items() if not part.any()]
    others = [name for name, part in parts.items() if near(part, last[name])]
    swapped = all(map(torch.equal, answer, right[::-1]))
    mistakes = {"swapped": swapped, "reset": zeros, "other rows": others, "else": True}
    return first_of(mistakes, name=[*zeros, *others, ""][0], first=batch - rows, rows=rows)
