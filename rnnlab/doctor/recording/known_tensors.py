"""What is known of tensors, by identity, while they live, and of parameters."""

import re
import weakref
from dataclasses import dataclass
from typing import Any, NamedTuple

from torch import Tensor

from rnnlab.doctor.events import Place

ROOM = 500  # entries, at least, before those of tensors that are gone are dropped


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
    op: str = ""  # the latest function that gave it its values, if that bounds them or divides
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


Version = tuple[int, int]  # of a gradient: its id, and how often it was changed in place


@dataclass(eq=False)
class Followed:
    """What is known of one parameter."""

    parameter: Tensor
    start: tuple[int, float]  # its fingerprint, to see afterwards whether it has changed
    name: str | None = None  # None for one that only an optimizer has shown
    fresh: bool = False  # whether it has a gradient that no step has used
    filled: bool = False  # whether a backward has given it a gradient
    trained: bool = False  # whether an optimizer holds it
    used: Tensor | None = None  # a step has used this gradient; held, for an id may come again
    used_version: Version | None = (0, 0)  # of that gradient
    before: Version | None = None  # of the gradient that was there before a backward
    hidden: bool = False  # whether its layer stands in a plain list of a module
    made: Place | None = None  # where its module was made
    in_use: bool = False  # whether a module that has it was called, with gradients on
    stale: bool = False  # whether a backward has added to a gradient that a step had used

    def version(self) -> Version | None:
        """Return which gradient it has now, and the number of that one's changes."""
        grad = self.parameter.grad
        return None if grad is None else (id(grad), grad._version)


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


def wrong_pick(given: Tensor, index: Any, info: Info) -> str:
    """Return why this part of a recurrence's outputs or states may be the wrong one, or ""."""
    parts = index if isinstance(index, tuple) else (index,)
    if not info.layers or any(not isinstance(part, (int, slice)) for part in parts):
        return ""
    at = dict(zip(info.axes, parts, strict=False))
    if info.axes.startswith("L"):
        one = info.directions == 1 and info.layers > 1 and len(parts) == 1
        return "layer" if one and at.get("L") == 0 else ""
    last = at.get("T")
    if isinstance(at.get("B"), int) and at["B"] == -1 and "T" not in at and given.shape[0] > 1:
        return "example"
    sizes = dict(zip(info.axes, given.shape, strict=False))
    if not isinstance(last, int) or last not in (-1, sizes["T"] - 1) or sizes["T"] < 2:
        return ""
    whole = at.get("F", slice(None)) == slice(None) and isinstance(at.get("B", slice(0)), slice)
    if info.directions == 2 and whole:
        return "both"
    return "padding" if info.padded else ""


def joins_steps(args: Any, kwargs: Any, known: Any) -> bool:
    """Whether outputs of calls that hand on a state are joined along what the layer took for B."""
    dim = kwargs.get("dim", args[1] if len(args) > 1 else 0)
    chained = [info.chained and info.time_major is not None for _, info in known]
    return len(known) > 3 and all(chained[1:]) and isinstance(dim, int) and (
        known[0][1].axes[dim : dim + 1] == "B"
    )  # fmt: skip


def full_name(followed: Followed) -> str:
    """Return a parameter's name; of a layer that was called alone, with the user's name for it."""
    name = followed.name or ""
    owner = re.match(r"(\w+) = ", followed.made.text) if followed.made else None
    return f"{owner[1]}.{name}" if owner and "." not in name else name


def fingerprint(parameter: Tensor) -> tuple[int, float]:
    """Return what changes when a parameter does; `parameter.data` can be changed unnoticed."""
    if parameter.device.type != "cpu" or not parameter.dtype.is_floating_point:
        return parameter._version, 0.0
    return parameter._version, parameter.detach().double().sum().item()
