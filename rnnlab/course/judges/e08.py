"""Exercises of notebook 08: the hidden state between batches."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from rnnlab.course.exercises import Hints, exercise
from rnnlab.data.batches import Streams
from rnnlab.loop.hidden import detach, truncate_batch
from rnnlab.tasks.recall import RecallTask

BATCH, ROW, TIME = 3, 5, 2  # what 08.1 asks for


@exercise(
    "08.1",
    "where in the series a value of a stream's batch stands",
    "position = 5 * 128 + 3 * 4 + 2",
)
def judge_position(answer: Any, streams: Streams) -> Hints | None:
    """Judge the position of batch 3, row 5, time step 2."""
    rows, each, _ = streams.inputs.shape  # (B, N // B, D)
    length = streams.length
    position = int(answer)
    right = ROW * each + BATCH * length + TIME
    if position == right:
        return None
    pieces = f"Each of the {rows} rows is a piece of {each} values of its own"
    row, in_row = divmod(position, each)
    if position == BATCH * rows * length + ROW * length + TIME:
        first = (
            f"{position} counts as if the series were dealt out batch by batch. Then row {ROW} of "
            f"batch {BATCH + 1} would not go on with row {ROW} of batch {BATCH}"
        )
    elif position == right - ROW * each:
        first = f"{position} is the place within the row; which values stand in the rows before it?"
    elif position == right - BATCH * length:
        first = f"{position} stands in batch 0 of row {ROW}; {BATCH} batches were read before"
    elif (row, in_row // length) == (ROW, BATCH):
        first = f"{position} is in the right batch and row: count the time steps from 0"
    elif position >= rows * each or position < 0:
        first = f"The series has {rows * each} values, from 0 to {rows * each - 1}; got {position}"
    else:
        first = (
            f"{position} stands in row {row}, batch {in_row // length}, time step "
            f"{in_row % length}; asked are row {ROW}, batch {BATCH}, time step {TIME}"
        )
    return (
        first,
        f"{first}. {pieces}, and row {ROW} has {ROW} such pieces before it",
        f"{pieces}: row {ROW} starts at {ROW} times {each}. Within it, a batch is {length} steps "
        f"long: add the {BATCH} batches before, then the time step",
    )


@exercise("08.2", "the lowest loss that a reset state can reach", "lowest_loss = 3 / 8")
def judge_lowest_loss(answer: Any, task: RecallTask) -> Hints | None:
    """Judge the lowest loss of a state that is reset at each window."""
    loss, delay, window = float(answer), task.delay, task.window
    right = delay / window
    if abs(loss - right) < 0.005:
        return None
    known = window - delay
    if abs(loss - known / window) < 0.005:
        first = f"{loss:g} is the share of the targets that can be known: what do those cost?"
    elif abs(loss - (delay - 1) / window) < 0.005:
        first = (
            f"{loss:g} would be {delay - 1} unknown targets of {window}: which is the first time "
            f"step at which the value {delay} back is in the window?"
        )
    elif loss == delay:
        first = f"{loss:g} counts targets; the loss is their mean over the window"
    elif loss == 0:
        first = "A loss of 0 needs every target to be known, also those of the window's first steps"
    elif abs(loss - 0.5) < 0.005:
        first = f"0.5 was for two back in windows of 4; this is {delay} back in windows of {window}"
    elif loss >= 1:
        first = f"{loss:g}: always answering 0 gives 1 already, and some targets can be known"
    else:
        first = f"{loss:g} is {loss * window:g} of {window}: how many targets cannot be known?"
    return (
        first,
        f"{first}. Write the {window} time steps in a row, and mark those whose target, {delay} "
        "steps before, lies in the window",
        f"A target that is known costs 0. One that is not is +1 or -1 by chance: the best answer "
        f"is 0 and costs 1. Take the mean over the {window} time steps",
    )


@exercise(
    "08.3",
    "the next state of an LSTM, for a smaller batch",
    "h, c = state\nnext_state = (h.detach()[:, :3], c.detach()[:, :3])",
)
def judge_next_state(answer: Any, state: tuple[Tensor, Tensor], rows: int) -> Hints | None:
    """Judge a state (h, c) that is detached and cut to fewer rows."""
    first = _wrong_kind(answer) or _wrong_shape(answer, state, rows)
    first = first or _wrong_values(answer, state, rows)
    if not first:
        return None
    return (
        first,
        f"{first}. An LSTM starts from a pair (h, c), both (layers, B, H), both without a graph",
        f"Three things for each of h and c: detach it, keep its first {rows} rows (they are axis "
        "1), and put the two back into a pair in their order",
    )


def _wrong_kind(answer: Any) -> str:
    if isinstance(answer, Tensor):
        return f"This is one tensor {tuple(answer.shape)}; an LSTM needs two"
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        return f"This is {type(answer).__name__} {answer!r:.40}; expected a pair (h, c)"
    attached = [name for name, part in zip("hc", answer, strict=True) if part.requires_grad]
    if len(attached) == 1:
        return f"{attached[0]} still hangs on the graph of the first batch, the other does not"
    return "h and c still hang on the graph of the first batch" if attached else ""


def _wrong_shape(answer: Any, state: tuple[Tensor, Tensor], rows: int) -> str:
    have = state[0].shape
    for name, part in zip("hc", answer, strict=True):
        shape = tuple(part.shape)
        if shape == tuple(have):
            return f"{name} is {shape}: it has {have[1]} rows, the next batch has {rows}"
        if shape != (have[0], rows, have[2]):
            return f"{name} is {shape}; the cut went through an axis that is not the rows'"
    return ""


def _wrong_values(answer: Any, state: tuple[Tensor, Tensor], rows: int) -> str:
    right = detach(truncate_batch(state, rows))
    if all(torch.equal(a, b) for a, b in zip(answer, right, strict=True)):
        return ""
    if all(torch.equal(a, b) for a, b in zip(answer, right[::-1], strict=True)):
        return "h and c have changed places"
    for name, part, whole in zip("hc", answer, state, strict=True):
        if not part.any():
            return f"{name} is all zeros: that is a reset, not a carried state"
        if torch.equal(part, whole[:, -rows:]):
            return f"Row 0 of your {name} is row {whole.shape[1] - rows} of the state: other rows"
    return "The shapes are right, but the values are not those of the state's first rows"
