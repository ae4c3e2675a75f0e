"""Tensors in tuples, lists and dictionaries: batches and hidden states may be any of these."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

TENSORS = (Tensor, PackedSequence)  # made once: a step of training asks some ten times


def map_tensors(function: Callable[[Any], Any], value: Any) -> Any:
    """Return the same structure with the function's result in place of each tensor.

    A `PackedSequence` counts as a tensor; what is neither that nor a tuple, list or dictionary
    stays as it is.
    """
    if isinstance(value, TENSORS):
        return function(value)
    if isinstance(value, dict):
        return {key: map_tensors(function, part) for key, part in value.items()}
    if isinstance(value, (tuple, list)):
        parts = [map_tensors(function, part) for part in value]
        return parts if isinstance(value, list) else tuple(parts)
    return value


def to_device(value: Any, device: torch.device) -> Any:
    """Return the same structure with its tensors on a device."""
    return map_tensors(lambda tensor: tensor.to(device), value)


def first_tensor(value: Any) -> Any:
    """Return the first tensor, or `PackedSequence`, of a structure; None if it begins with none."""
    while not isinstance(value, TENSORS):
        if not isinstance(value, (tuple, list, dict)):
            return None
        value = next(iter(value.values() if isinstance(value, dict) else value), None)
    return value


def count_rows(inputs: Any, batch_first: bool = True) -> int:
    """Return B, the number of sequences: axis 0 of the first tensor, or 1 if time comes first."""
    first = first_tensor(inputs)
    if isinstance(first, PackedSequence):
        return int(first.batch_sizes[0])
    return int(first.shape[0 if batch_first or first.dim() == 1 else 1])
