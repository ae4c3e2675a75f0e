"""What autograd's graph of a loss tells: how often a weight is used, and what recurs."""

from __future__ import annotations

from collections import Counter
from functools import reduce
from graphlib import TopologicalSorter
from operator import or_
from typing import Any, NamedTuple

from torch import Tensor

LARGEST = 20_000  # nodes that are looked at


class Graph(NamedTuple):
    """The graph of a loss.

    Attributes:
        nodes: all but those of the weights, by id; they are held, for an id may be given again.
        uses: the most that any weight is used.
        recurrent: ids of the weights of which one use goes into another: those of a recurrence.
    """

    nodes: dict[int, Any]
    uses: int
    recurrent: frozenset[int]


def read_graph(loss: Tensor) -> Graph | None:
    """Return what the graph of a loss tells; None if it has none, or too large a one."""
    inputs: dict[Any, list[Any]] = {}  # of each node, those that it is computed from
    waiting = [loss.grad_fn] if loss.grad_fn is not None else []
    while waiting and len(inputs) <= LARGEST:
        node = waiting.pop()
        if node not in inputs:
            inputs[node] = [part for part, _ in node.next_functions if part is not None]
            waiting += inputs[node]
    if not 0 < len(inputs) <= LARGEST:
        return None
    leaves: dict[int, int] = {}  # id of a weight -> its bit
    reached: dict[Any, int] = {}  # node -> the weights from which it is computed
    plain: dict[Any, int] = {}  # ... those of which it is a view: nothing else has gone in
    uses: Counter[int] = Counter()
    recurrent = 0
    for node in TopologicalSorter(inputs).static_order():  # inputs first
        if hasattr(node, "variable"):
            reached[node] = plain[node] = 1 << leaves.setdefault(id(node.variable), len(leaves))
            continue
        parts = inputs[node]
        reached[node] = reduce(or_, (reached[part] for part in parts), 0)
        plain[node] = plain[parts[0]] if len(parts) == 1 else 0
        for k, part in enumerate(parts if len(parts) > 1 else ()):
            if plain[part]:
                uses[plain[part]] += 1
                others = parts[:k] + parts[k + 1 :]
                recurrent |= plain[part] & reduce(or_, (reached[other] for other in others))
    return Graph(
        {id(node): node for node in inputs if not hasattr(node, "variable")},
        max(uses.values(), default=0),
        frozenset(weight for weight, bit in leaves.items() if recurrent >> bit & 1),
    )
