"""What autograd's graph of a loss tells: how often a weight is used, and what recurs."""

from __future__ import annotations

from functools import reduce
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
    order = _inputs_first(loss.grad_fn) if loss.grad_fn is not None else None
    if order is None:
        return None
    leaves: dict[int, int] = {}  # id of a weight -> its bit
    reached: dict[int, int] = {}  # id of a node -> the weights from which it is computed
    plain: dict[int, int] = {}  # ... those of which it is a view: nothing else has gone in
    uses: dict[int, int] = {}
    recurrent = 0
    for node in order:
        key = id(node)
        if hasattr(node, "variable"):
            bit = 1 << leaves.setdefault(id(node.variable), len(leaves))
            reached[key] = plain[key] = bit
            continue
        parts = [id(part) for part, _ in node.next_functions if part is not None]
        reached[key] = reduce(or_, (reached[part] for part in parts), 0)
        plain[key] = plain[parts[0]] if len(parts) == 1 else 0
        for k, part in enumerate(parts if len(parts) > 1 else ()):
            if plain[part]:
                uses[plain[part]] = uses.get(plain[part], 0) + 1
                others = parts[:k] + parts[k + 1 :]
                recurrent |= plain[part] & reduce(or_, (reached[other] for other in others))
    found = frozenset(weight for weight, bit in leaves.items() if recurrent >> bit & 1)
    nodes = {id(node): node for node in order if not hasattr(node, "variable")}
    return Graph(nodes, max(uses.values(), default=0), found)


def _inputs_first(root: Any) -> list[Any] | None:
    """Return the nodes of a graph, each after those that it is computed from."""
    order: list[Any] = []
    seen = {id(root)}
    waiting = [(root, iter(root.next_functions))]
    while waiting:
        node, parts = waiting[-1]
        part = next((p for p, _ in parts if p is not None and id(p) not in seen), None)
        if part is None:
            order.append(node)
            waiting.pop()
        else:
            seen.add(id(part))
            if len(seen) > LARGEST:
                return None
            waiting.append((part, iter(part.next_functions)))
    return order
