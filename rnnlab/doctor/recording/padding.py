"""Where sequences of unequal lengths end in padding."""

from typing import Any

import torch
from torch import Tensor

from rnnlab.doctor.recording.known_tensors import Info, KnownTensors

MADE_BY = {"pad_sequence", "_pad_packed_sequence"}


def learn(known: KnownTensors, name: str, args: Any, result: Any) -> None:
    """Note what has come of padding, by `pad_sequence` or of a packed sequence."""
    if name == "pad_sequence":
        sizes, first = {len(sequence) for sequence in args[0]}, bool(len(args) > 1 and args[1])
        right = len(args) < 4 or args[3] == "right"
    else:
        result, lengths = result
        sizes, first, right = set(lengths.tolist()), bool(args[2]), True
    if len(sizes) > 1 and right:
        axes = ("BT" if first else "TB") + "F" * (result.dim() - 2)
        packed = name != "pad_sequence"
        known[result] = Info(padded=True, axes=axes, layers=int(packed), whole=not packed)


def ends_in(padding: Tensor) -> int | None:
    """Return the axis at whose end the padding stands, in rows of unequal length.

    Args:
        padding: (B, T) or (T, B), True where there is padding.

    Returns:
        0 or 1; None if there is none, or it stands elsewhere too.
    """
    if (
        padding.dim() != 2
        or padding.device.type != "cpu"
        or not bool(padding.any())
        or bool(padding.all())
    ):
        return None
    for axis in (1, 0):
        steps = padding.shape[axis] - 1
        before, after = (padding.narrow(axis, begin, steps) for begin in (0, 1))
        rising = not bool((before & ~after).any())
        lengths = (~padding).sum(axis)
        several = len(set(lengths.tolist())) > 1 and int(lengths.max()) > 1
        if rising and several and int((padding.shape[axis] - lengths).max()) > 1:
            return axis
    return None


def of_tokens(tokens: Tensor, number: int | None) -> int | None:
    """Return the axis at whose end tokens (two axes) are padding; None if it is none.

    Args:
        tokens: numbers of tokens.
        number: that of padding; None: not known, then a 0 that is at the end of many is taken.
    """
    if number is not None:
        return ends_in(tokens == number)
    empty = tokens == 0
    axis = ends_in(empty)
    if axis is None:
        return None
    lengths = (~empty).sum(axis).tolist()
    padded = sum(length < tokens.shape[axis] for length in lengths)
    return axis if len(set(lengths)) > 3 and padded > 3 else None


def of_inputs(inputs: Tensor, time: int) -> bool:
    """Whether sequences of features (three axes) end in zeros, and have unequal lengths."""
    return inputs.dim() == 3 and ends_in((inputs == 0).all(-1)) == time


def is_masked(ignored: Any, weight: Any, target: Tensor) -> bool:
    """Whether cross-entropy leaves some of its targets out, or gives them no weight."""
    if isinstance(weight, Tensor) and bool((weight == 0).any()):
        return True
    return bool((target == ignored).any()) if not torch.is_floating_point(target) else False
