"""Which axis is the batch and which is time, as far as data tell; and predictions along them."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence
from torch.utils.data import default_collate

from rnnlab.base.say import say
from rnnlab.doctor.before.changes import is_changeable, parts_of, sizes
from rnnlab.doctor.before.subject import Subject

ALIKE = 0.8  # of the targets that are inputs of one step later; the rest is the ends of sequences


class Part(NamedTuple):
    """One tensor of the inputs that holds values.

    Attributes:
        number: which of the inputs' tensors it is.
        value: the tensor, or the packed sequence.
        name: "the inputs", or as in "inputs[1]".
    """

    number: int
    value: Any
    name: str


def find_parts(inputs: Any) -> list[Part]:
    """Return the tensors of the inputs that can take other values: no masks, no lengths."""
    parts = parts_of(inputs)
    alone = len(parts) == 1
    keys = [repr(key) for key in inputs] if isinstance(inputs, dict) else []
    whole = say("the inputs")
    names = keys if len(keys) == len(parts) else [*map(str, range(len(parts)))]
    return [
        Part(k, part, whole if alone else f"inputs[{names[k]}]")
        for k, part in enumerate(parts)
        if is_changeable(part, alone)
    ]


def known_batch_axis(subject: Subject, batches: Any) -> int | None:
    """Return the axis of the inputs that the data say is the batch; None if they do not."""
    parts = parts_of(subject.inputs)
    value = find_parts(subject.inputs)[0].value
    if isinstance(value, PackedSequence) or value.dim() == 1:
        return 0
    if type(batches).__module__.startswith("rnnlab."):
        return 0
    first, second = sizes(value)
    counts = [len(part) for part in parts if isinstance(part, Tensor) and part.dim() == 1]
    targets = next(iter(parts_of(subject.targets)), None)
    if isinstance(targets, Tensor) and targets.dim():
        if tuple(targets.shape[:2]) not in ((first, second), (second, first)):
            counts.append(len(targets))
    size = getattr(batches, "batch_size", None)
    if isinstance(size, int) and getattr(batches, "collate_fn", None) is default_collate:
        return 0
    counts += [size] if isinstance(size, int) else []
    for count in counts:
        if count in (first, second) and first != second:
            return 0 if count == first else 1
    return None


def time_axis(subject: Subject, part: Part, batch: int) -> int | None:
    """Return the axis of a part of the inputs that is time; None if that is not known."""
    value = part.value
    if isinstance(value, PackedSequence):
        return 1
    if value.dim() < 2:
        return None
    if batch == 1:
        return 0
    for module in subject.model.modules():
        if isinstance(module, nn.Conv2d | nn.Conv3d) and value.dim() < 5:
            return None
        if isinstance(module, nn.Conv1d) and value.dim() == 3:
            if value.shape[1] == value.shape[2]:
                return None
            if module.in_channels == value.shape[1]:
                return 2
    return 1


def along(predictions: Tensor, part: Part, axis: int) -> Tensor | None:
    """Return predictions with the axis first that goes with axis 0 or 1 of the inputs; or None.

    Predictions (B * T, ...) are taken as (B, T, ...).
    """
    shape = sizes(part.value)
    size = shape[axis]
    if predictions.dim() and size < len(predictions) == shape[0] * shape[1]:
        predictions = predictions.unflatten(0, shape)
    whole = tuple(predictions.shape[:2]) == shape
    preferred = axis if whole else 0
    order = [preferred, *range(predictions.dim())]
    found = [k for k in order if k < predictions.dim() and predictions.shape[k] == size]
    return predictions.movedim(found[0], 0) if found else None


def along_time(predictions: Tensor, part: Part, batch: int, time: int) -> Tensor | None:
    """Return predictions with time first, if there is one for each time step; or None."""
    value = part.value
    if isinstance(value, PackedSequence):
        shape = sizes(value)
    else:
        shape = (int(value.shape[batch]), int(value.shape[time]))
    if shape[1] == 1 or predictions.dim() < 2:
        return None
    if len(predictions) == shape[0] * shape[1]:
        in_order = shape if batch == 0 else shape[::-1]
        predictions = predictions.unflatten(0, in_order)
    sized = tuple(predictions.shape)
    if batch == 1:
        return predictions if sized[:2] == shape[::-1] else None
    if sized[:2] == shape:
        return predictions.movedim(1, 0)
    return predictions.movedim(2, 0) if sized[:1] + sized[2:3] == shape else None


def differ(one: Tensor, other: Tensor) -> float:
    """Return the largest difference, as a fraction of the largest prediction."""
    if not one.numel():
        return 0.0
    if not bool(torch.isfinite(one).all() and torch.isfinite(other).all()):
        raise ValueError(say("it predicts nan or infinity in evaluation mode"))
    scale = torch.maximum(one.abs().max(), other.abs().max()).clamp(min=1e-12)
    return float((one - other).abs().max() / scale)


def alike(value: Tensor, targets: Tensor) -> tuple[bool, bool]:
    """Whether targets (B, T, K) are one of the features of values (B, T, D), or all: later, now."""
    if not targets.is_floating_point() and value.is_floating_point() and value.shape[2] > 1:
        value = value.argmax(2, keepdim=True)  # one-hot
    if value.shape[2] != targets.shape[2] and targets.shape[2] != 1:
        return False, False
    counts = (targets != -100).all(2)
    if value.shape[2] == targets.shape[2]:
        value, targets = value.unsqueeze(2), targets.unsqueeze(2)
    else:
        value, targets = value.unsqueeze(3), targets.unsqueeze(3)
    later = (value[:, 1:] == targets[:, :-1]).all(3)[counts[:, :-1]].float().mean(0)  # (D,)
    same = (value == targets).all(3)[counts].float().mean(0)
    return bool((later >= ALIKE).any()), bool((same >= ALIKE).any())


def lag(subject: Subject, part: Part, batch: int) -> int | None:
    """Return by how many time steps the targets are a part of the inputs, shifted: 1, 0 or None."""
    value, targets = _padded(part.value), subject.targets
    time = time_axis(subject, part, batch)
    if not isinstance(targets, Tensor) or time is None:
        return None
    value = value.movedim((batch, time), (0, 1))  # (B, T, ...)
    targets = targets.movedim(batch, 0) if targets.dim() > 1 else targets
    if targets.numel() == value.shape[0] * value.shape[1] and targets.dim() == 1:
        targets = targets.reshape(value.shape[:2])
    if targets.shape[:2] != value.shape[:2] or targets.shape[1] < 2:
        return None
    later, same = alike(*(v.reshape(*v.shape[:2], -1) for v in (value, targets)))
    if later == same:
        return None
    return 1 if later else 0


def _padded(value: Any) -> Tensor:
    return (
        pad_packed_sequence(value, batch_first=True)[0]
        if isinstance(value, PackedSequence)
        else value
    )
