"""Inputs with some examples or time steps changed: to other values that occur in them."""

from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnlab.base.nested import map_tensors

SEED = 1


def parts_of(inputs: Any) -> list[Any]:
    """Return the tensors, and packed sequences, of inputs in their order."""
    parts: list[Any] = []
    map_tensors(parts.append, inputs)
    return parts


def is_changeable(part: Any, alone: bool) -> bool:
    """Whether a part holds values, not a mask or lengths, and can take others."""
    if isinstance(part, PackedSequence):
        return True
    if part.dtype == torch.bool or part.numel() == 0:
        return False
    return alone or part.dim() > 1 or part.is_floating_point()


def replace(inputs: Any, number: int, new: Any) -> Any:
    """Return inputs with another tensor in place of the one of that number."""
    count = iter(range(len(parts_of(inputs))))
    return map_tensors(lambda part: new if next(count) == number else part, inputs)


def sizes(part: Any) -> tuple[int, int]:
    """Return the sizes of a part's first two axes, 1 for a missing one; of a packed one B and T."""
    if isinstance(part, PackedSequence):
        return int(part.batch_sizes[0]), len(part.batch_sizes)
    first, second = (*part.shape, 1, 1)[:2]
    return int(first), int(second)


def change(part: Any, axis: int, first: int, last: int) -> Any:
    """Return a part with positions first to last - 1 of an axis changed, all others as they were.

    Of a packed sequence axis 0 is the batch and axis 1 time.
    """
    if isinstance(part, PackedSequence):
        return _change_packed(part, axis, first, last)
    new, count = part.clone(), last - first
    new.narrow(axis, first, count).copy_(_others(part).narrow(axis, first, count))
    return new


def _change_packed(part: PackedSequence, axis: int, first: int, last: int) -> PackedSequence:
    counts = part.batch_sizes.tolist()
    rows = torch.cat([torch.arange(count) for count in counts])  # which of the sorted sequences
    if part.sorted_indices is not None:
        rows = part.sorted_indices.cpu()[rows]
    steps = torch.repeat_interleave(torch.arange(len(counts)), part.batch_sizes)
    at = rows if axis == 0 else steps
    chosen = ((first <= at) & (at < last)).to(part.data.device)
    data = part.data.clone()
    data[chosen] = _others(part.data)[chosen]
    return part._replace(data=data)


def _others(values: Tensor) -> Tensor:
    """Return for each value another: a symbol that occurs for a symbol, a row for a row."""
    generator = torch.Generator().manual_seed(SEED)
    is_rows = values.is_floating_point() and values.dim() > 1 and values.shape[-1] > 1
    rows = values.reshape(-1, values.shape[-1]) if is_rows else values.reshape(-1, 1)
    is_whole = not values.is_floating_point() or bool((rows == rows.round()).all())
    if is_whole:  # symbols, counts, one-hot rows: another that occurs
        known, which = torch.unique(rows, dim=0, return_inverse=True)
        if len(known) > 1:
            ahead = torch.randint(1, len(known), which.shape, generator=generator)
            return known[(which + ahead.to(which.device)) % len(known)].reshape(values.shape)
        if not values.is_floating_point():
            return values
    order = torch.randperm(len(rows), generator=generator).to(rows.device)
    noise = torch.randn(rows.shape, generator=generator).to(rows)
    spread = rows.std() if len(rows) * rows.shape[1] > 1 else rows.new_ones(())
    spread = torch.where(spread > 0, spread, rows.abs().max().clamp(min=1))
    return (rows[order] + 0.5 * spread * noise).reshape(values.shape)
