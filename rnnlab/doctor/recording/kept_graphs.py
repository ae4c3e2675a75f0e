"""Which lines keep graphs alive for longer than a batch."""

import weakref
from collections import defaultdict
from typing import Any

from torch import Tensor

from rnnlab.doctor.events import Place, users_place
from rnnlab.doctor.recording.known_tensors import Info, has_graph, tensors_in
from rnnlab.doctor.recording.session import Session

NODES = 20_000  # of a graph that is read, at most
CHAIN, ALIVE = 3, 5  # rounds whose graphs tell something: in one tensor, in several alive


class KeptGraphs:
    """Notes "kept" events: lines that keep the graphs of several rounds, in a sum or in a list."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._evaluating = False
        self._evaluated = 0  # calls of a model in evaluation mode: there no backward ends a round
        self._pending: dict[Place, int] = {}  # rounds kept in such calls, if no backward comes
        self._made: list[tuple[weakref.ref[Tensor], Place, int]] = []  # with a graph

    def on_result(self, result: Any, given: list[Info]) -> None:
        """Something was computed outside of all modules; has a round before gone into its graph?"""
        if not (isinstance(result, Tensor) and has_graph(result)):
            return
        now, place = self._session.round + self._evaluated, users_place()
        older = max((i.chain + 1 for i in given if i.made is not None and i.made < now), default=0)
        chain = max([older, *(info.chain for info in given)])
        self._session.known.add(result, made=now, chain=chain)
        self._made.append((weakref.ref(result), place, self._session.round))
        if older >= CHAIN and self._evaluating:
            self._pending[place] = older
        elif older >= CHAIN:
            self._session.note("kept", place, rounds=older)

    def after_model(self, output: Any, training: bool) -> None:
        """A model has answered the loop."""
        self._evaluating = not training
        self._evaluated += not training
        if training:
            self.conclude()
        for tensor in tensors_in(output):
            self.on_result(tensor, [])

    def after_backward(self, root: Any) -> None:
        """A round has ended: note the lines whose results of several rounds are still alive."""
        if isinstance(root, Tensor):
            self._session.known.add(root, chain=0)
        self._pending.clear()
        self._made = [entry for entry in self._made if has_graph(entry[0]())]
        alive: dict[Place, set[int]] = defaultdict(set)
        for _, place, made in self._made:
            alive[place].add(made)
        for place, rounds in alive.items():
            if len(rounds) >= ALIVE:
                self._session.note("kept", place, rounds=len(rounds))

    def conclude(self) -> None:
        """Note what an evaluation has kept: its graphs were not for a backward."""
        for place, rounds in self._pending.items():
            self._session.note("kept", place, rounds=rounds)
        self._pending.clear()


def leaves_of(tensor: Tensor) -> set[int]:
    """Return the ids of the leaves of a tensor's graph; of a very large graph, of a part of it."""
    waiting: list[Any] = [tensor.grad_fn]
    seen: set[Any] = set()
    found: set[int] = set()
    while waiting and len(seen) < NODES:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            found.add(id(node.variable))
        waiting += [part for part, _ in node.next_functions]
    return found
