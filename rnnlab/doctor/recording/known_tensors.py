"""What is known of tensors, by identity, while the tensors live."""

import weakref
from typing import Any, NamedTuple

from torch import Tensor

from rnnlab.doctor.events import Place

ROOM = 500  # entries, at least, before those of tensors that are gone are dropped


class Op(NamedTuple):
    """The latest function that gave a tensor its values, and where it was called."""

    name: str
    place: Place


class Pick(NamedTuple):
    """What was taken of a recurrence's outputs or states, which may be the wrong part."""

    reason: str
    place: Place


class Info(NamedTuple):
    """What is known of one tensor."""

    draw: int = 0  # the number of the draw from the data that it is part of, from 1
    shuffled: bool = False  # whether that draw was a random one
    examples: int | None = None  # the axis that is sure to hold the draw's examples
    indices: bool = False  # whether it holds positions in a random order
    state_round: int | None = None  # the round in which a recurrence returned it as its state
    time_major: Place | None = None  # the call of a recurrence whose output it is, time first
    cut: Place | None = None  # the line that has cut it from its graph
    loss_sizes: tuple[int, ...] = ()  # the numbers of examples of which it holds mean losses
    made: int | None = None  # the round in which it was computed, if it has a graph
    chain: int = 0  # how many rounds before have gone into it with their graphs
    axes: str = ""  # as a recurrence reads or writes them: B, T, L (layers), F; ? another
    layers: int = 0  # of the recurrence whose outputs or states these are; 0: of none
    directions: int = 1  # of that recurrence
    op: Op | None = None  # of those functions that bound values, and a division
    padded: bool = False  # whether its sequences have unequal lengths and end in padding
    noisy: Place | None = None  # the call without a graph of a model with dropout on
    gradient: bool = False  # whether it was computed from a parameter's .grad
    is_gradient: bool = False  # whether it is one
    compared: dict[str, Any] | None = None  # of a difference of predictions and targets, what it is
    parameter: int | None = None  # id of the parameter that shares its memory
    pick: Pick | None = None
    inputs: Any = None  # weak reference to what a recurrence computed it from, step by step
    both_ways: Place | None = None  # the call of a bidirectional recurrence that computed it
    filled: bool = False  # whether it was made empty and filled row by row
    source: Place | None = None  # where it was made of others: stack, cat, an index
    chained: bool = False  # whether that recurrence had a state of this round
    whole: bool = False  # whether it was made of integers


class KnownTensors:
    """The tensors of which something is known; those that are gone are forgotten now and then."""

    def __init__(self) -> None:
        self._infos: dict[int, tuple[weakref.ref[Tensor], Info]] = {}
        self._most = ROOM

    def __setitem__(self, tensor: Tensor, info: Info) -> None:
        """Note what is known of a tensor, in place of what was."""
        self._infos[id(tensor)] = weakref.ref(tensor), info  # a callback would cost more
        if len(self._infos) > self._most:
            self._infos = {key: one for key, one in self._infos.items() if one[0]() is not None}
            self._most = ROOM + 2 * len(self._infos)

    def get(self, tensor: Any) -> Info | None:
        """Return what is known of a tensor; None if it is nothing, and for anything else."""
        found = self._infos.get(id(tensor))
        return found[1] if found is not None and found[0]() is tensor else None

    def add(self, tensor: Tensor, **facts: Any) -> None:
        """Note more of a tensor, besides what is known of it."""
        found = self._infos.get(id(tensor))
        if found is not None and found[0]() is tensor:
            self._infos[id(tensor)] = found[0], found[1]._replace(**facts)
        else:
            self[tensor] = Info(**facts)


def tensors_in(value: Any, depth: int = 2) -> list[Tensor]:
    """Return the tensors of a value, of its lists and tuples too, and of those in them."""
    if isinstance(value, Tensor):
        return [value]
    found: list[Tensor] = []
    if depth and isinstance(value, (tuple, list)):
        for part in value:
            if isinstance(part, Tensor):
                found.append(part)
            elif isinstance(part, (tuple, list)):
                found += tensors_in(part, depth - 1)
    return found


def has_graph(value: Any) -> bool:
    """Whether a tensor, or one of several, was computed from what requires gradients."""
    try:
        return any(t.requires_grad and t.grad_fn is not None for t in tensors_in(value))
    except RuntimeError:  # a view that was changed in place, which torch cannot place in a graph
        return False
