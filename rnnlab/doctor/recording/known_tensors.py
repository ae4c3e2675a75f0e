"""What is known of tensors, by identity: a mark on a tensor, while the tensor lives."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from rnnlab.doctor.events import Place


@dataclass(frozen=True)
class Mark:
    """What is known of one tensor.

    Attributes:
        draw: the number of the draw from the data that it is part of.
        shuffled: whether that draw was a random one.
        batch_axis: the axis of the draw's examples, None if it is not known.
        indices: whether it holds positions in a random order.
        state_round: the round in which it came out of a recurrence as its state.
        time_major: whether it is a recurrence's output with time first; then of which call.
        cut: the line that has cut it from its graph.
        loss_size: of a loss, the number of examples whose mean it is; of several, all of them.
        made: the round in which it was computed, if it has a graph.
        chain: how many rounds before have gone into it with their graphs.
    """

    draw: int | None = None
    shuffled: bool = False
    batch_axis: int | None = None
    indices: bool = False
    state_round: int | None = None
    time_major: Place | None = None
    cut: Place | None = None
    loss_size: tuple[int, ...] = ()
    made: int | None = None
    chain: int = 0


class Marks:
    """The marks of all tensors that have one; a tensor that is gone takes its mark along."""

    def __init__(self) -> None:
        self._marks: dict[int, tuple[weakref.ref[Tensor], Mark]] = {}

    def __len__(self) -> int:
        """Return the number of marks."""
        return len(self._marks)

    def __setitem__(self, tensor: Tensor, mark: Mark) -> None:
        """Put a mark on a tensor, in place of the one before."""
        key = id(tensor)

        def forget(_: Any) -> None:
            self._marks.pop(key, None)

        self._marks[key] = weakref.ref(tensor, forget), mark

    def get(self, tensor: Any) -> Mark | None:
        """Return the mark of a tensor; None for one without, and for anything else."""
        found = self._marks.get(id(tensor))
        return found[1] if found is not None and found[0]() is tensor else None

    def clear(self) -> None:
        """Forget all."""
        self._marks.clear()


def tensors_in(value: Any, depth: int = 2) -> Iterator[Tensor]:
    """Yield the tensors of a value, of its lists and tuples too, and of those in them."""
    if isinstance(value, Tensor):
        yield value
    elif depth and isinstance(value, (tuple, list)):
        for part in value:
            yield from tensors_in(part, depth - 1)
