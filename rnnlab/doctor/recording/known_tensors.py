"""What is known of tensors, by identity, while the tensors live."""

import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor

from rnnlab.doctor.events import Place


@dataclass(frozen=True)
class Info:
    """What is known of one tensor."""

    draw: int = 0  # the number of the draw from the data that it is part of, from 1
    shuffled: bool = False  # whether that draw was a random one
    examples_first: bool = False  # whether axis 0 is sure to hold the draw's examples
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
        self._infos[key] = weakref.ref(tensor, lambda _: self._infos.pop(key, None)), info

    def get(self, tensor: Any) -> Info | None:
        """Return what is known of a tensor; None if it is nothing, and for anything else."""
        found = self._infos.get(id(tensor))
        return found[1] if found is not None and found[0]() is tensor else None

    def add(self, tensor: Tensor, **facts: Any) -> None:
        """Note more of a tensor, besides what is known of it."""
        self[tensor] = replace(self.get(tensor) or Info(), **facts)


def tensors_in(value: Any, depth: int = 2) -> Iterator[Tensor]:
    """Yield the tensors of a value, of its lists and tuples too, and of those in them."""
    if isinstance(value, Tensor):
        yield value
    elif depth and isinstance(value, (tuple, list)):
        for part in value:
            yield from tensors_in(part, depth - 1)


def has_graph(value: Any) -> bool:
    """Whether a tensor, or one of several, was computed from what requires gradients."""
    try:
        return any(t.requires_grad and t.grad_fn is not None for t in tensors_in(value))
    except RuntimeError:  # a view that was changed in place, which torch cannot place in a graph
        return False
