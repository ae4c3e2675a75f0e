"""What is known of tensors, by identity, while the tensors live."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from rnnlab.doctor.events import Place


@dataclass(frozen=True)
class Info:
    """What is known of one tensor."""

    draw: int | None = None  # the number of the draw from the data that it is part of
    shuffled: bool = False  # whether that draw was a random one
    batch_axis: int | None = None  # the axis of the draw's examples, None if it is not known
    indices: bool = False  # whether it holds positions in a random order
    state_round: int | None = None  # the round in which a recurrence returned it as its state
    time_major: Place | None = None  # the call of a recurrence whose output it is, time first
    cut: Place | None = None  # the line that has cut it from its graph
    loss_sizes: tuple[int, ...] = ()  # the numbers of examples of which it holds mean losses
    made: int | None = None  # the round in which it was computed, if it has a graph
    chain: int = 0  # how many rounds before have gone into it with their graphs


class KnownTensors:
    """The tensors of which something is known; one that is gone is forgotten."""

    def __init__(self) -> None:
        self._infos: dict[int, tuple[weakref.ref[Tensor], Info]] = {}

    def __setitem__(self, tensor: Tensor, info: Info) -> None:
        """Note what is known of a tensor, in place of what was."""
        key = id(tensor)

        def forget(_: Any) -> None:
            self._infos.pop(key, None)

        self._infos[key] = weakref.ref(tensor, forget), info

    def get(self, tensor: Any) -> Info | None:
        """Return what is known of a tensor; None if it is nothing, and for anything else."""
        found = self._infos.get(id(tensor))
        return found[1] if found is not None and found[0]() is tensor else None

    def clear(self) -> None:
        """Forget all."""
        self._infos.clear()


def tensors_in(value: Any, depth: int = 2) -> Iterator[Tensor]:
    """Yield the tensors of a value, of its lists and tuples too, and of those in them."""
    if isinstance(value, Tensor):
        yield value
    elif depth and isinstance(value, (tuple, list)):
        for part in value:
            yield from tensors_in(part, depth - 1)


def has_graph(tensor: Tensor) -> bool:
    """Whether a tensor was computed from what requires gradients."""
    try:
        return tensor.requires_grad and tensor.grad_fn is not None
    except RuntimeError:  # a view that was changed in place, which torch cannot place in a graph
        return False
