"""Notices graphs that outlive their batch: a sum of losses, a list of outputs."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from torch import Tensor

from rnnlab.doctor.events import Place, users_place
from rnnlab.doctor.recording.known_tensors import Info, KnownTensors, has_graph, tensors_in

CHAIN, ALIVE = 3, 5  # rounds that tell something: in one tensor, and in several that are alive


class KeptGraphs:
    """Notes "kept" events: the lines that make what keeps the graphs of several rounds.

    Args:
        known: what is known of tensors.
        note: called as (kind, place, **numbers).
    """

    def __init__(self, known: KnownTensors, note: Callable[..., None]) -> None:
        self._known, self._note = known, note
        self._round = 0
        self._evaluating = False
        self._evaluated = 0  # calls of a model in evaluation mode: there no backward ends a round
        self._pending: dict[Place, int] = {}  # rounds kept in such calls, if no backward comes
        self._made: list[tuple[weakref.ref[Tensor], Place, int]] = []  # with a graph

    def on_graph(self, result: Tensor, given: list[Info]) -> None:
        """Something outside of all modules has a graph; has a round before gone into it?"""
        now = self._round + self._evaluated
        before = [info for info in given if info.made is not None]
        older = max((info.chain + 1 for info in before if (info.made or 0) < now), default=0)
        chain = max([older, *(info.chain for info in before)])
        place = users_place()
        info = self._known.get(result) or Info()
        self._known[result] = replace(info, made=now, chain=chain)
        self._made.append((weakref.ref(result), place, self._round))
        if older >= CHAIN and self._evaluating:
            self._pending[place] = older
        elif older >= CHAIN:
            self._note("kept", place, rounds=older)

    def after_model(self, output: Any, training: bool) -> None:
        """A model has answered the loop."""
        self._evaluating = not training
        if training:
            self.conclude()
        else:
            self._evaluated += 1
        for tensor in tensors_in(output):
            if has_graph(tensor):
                self.on_graph(tensor, [])

    def after_backward(self, root: Any) -> None:
        """A round has ended: note the lines whose results of several rounds are still alive."""
        if isinstance(root, Tensor):
            self._known[root] = replace(self._known.get(root) or Info(), chain=0)
        self._pending.clear()
        self._made = [entry for entry in self._made if entry[0]() is not None]
        alive: dict[Place, set[int]] = {}
        for reference, place, made in self._made:
            tensor = reference()
            if tensor is not None and has_graph(tensor):
                alive.setdefault(place, set()).add(made)
        for place, rounds in alive.items():
            if len(rounds) >= ALIVE:
                self._note("kept", place, rounds=len(rounds))
        self._round += 1

    def conclude(self) -> None:
        """Note what an evaluation has kept: its graphs were not for a backward."""
        for place, rounds in self._pending.items():
            self._note("kept", place, rounds=rounds)
        self._pending.clear()

    def clear(self) -> None:
        """Forget all."""
        self.conclude()
        self._made.clear()
