"""Follows tensors through a loop: from which draw, with whose state, cut from the graph or kept.

It looks on for the first rounds and wherever the loop calls a model from a new line; a round ends
with a backward. What a loop does, it does again.
"""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import RandomSampler, default_collate

from rnnlab.doctor.events import Place
from rnnlab.doctor.recording.batch_axis import axis_after, takes_examples
from rnnlab.doctor.recording.known_tensors import Mark, Marks, tensors_in

ROUNDS, ROUNDS_MORE = 40, 10  # that are looked at: at first, and after a call from a new line
FRESH = 4  # rounds after such a call in which also the way back is measured
CALLS, CALLS_MORE = 20_000, 4_000  # of torch's functions, likewise
DATA: Any = Tensor.data  # what x.data asks
CUTS = {Tensor.detach, Tensor.detach_, DATA.__get__}
RANDOM_INDICES = {torch.randperm, torch.randint}
KEEPS_LOSS = {"detach", "clone", "cpu", "float", "double"}


class Flow:
    """Marks the tensors of the loop, and notes what their marks tell.

    Args:
        note: called as (kind, place or None for the line of the moment, **numbers).
        place: returns the line of the moment.
    """

    def __init__(self, note: Callable[..., None], place: Callable[[], Place]) -> None:
        self._note, self._place = note, place
        self.marks = Marks()
        self.round = 0
        self._until, self._calls, self._fresh_until = ROUNDS, CALLS, 0
        self._callers: set[Place] = set()
        self._draws = 0
        self._evaluating = False
        self._tested = 0  # calls of a model in evaluation mode: there no backward ends a round
        self._pending: dict[Place, int] = {}  # rounds kept in such calls, if no backward comes
        # of this round: how often one module or weight was given what was cut there
        self._cuts: Counter[tuple[Place, int]] = Counter()
        self._graphs: list[tuple[weakref.ref[Tensor], Place, int]] = []  # made with a graph
        self._positions: dict[int, tuple[int, int]] = {}  # where a module's last input lay

    @property
    def looks(self) -> bool:
        """Whether it still looks on."""
        return self.round < self._until and self._calls > 0

    @property
    def is_fresh(self) -> bool:
        """Whether the loop has lately called a model from a new line."""
        return self.round < self._fresh_until

    def conclude(self) -> None:
        """Note what an evaluation has kept: its graphs were not for a backward."""
        for place, rounds in self._pending.items():
            self._note("kept", place, rounds=rounds)
        self._pending.clear()

    def clear(self) -> None:
        """Forget all."""
        self.marks.clear()
        self._graphs.clear()

    # ---- what happens --------------------------------------------------------------------

    def on_caller(self, place: Place) -> None:
        """A model is called from here: look on for a while if that is new."""
        if place not in self._callers:
            self._callers.add(place)
            self._until = max(self._until, self.round + ROUNDS_MORE)
            self._fresh_until = self.round + FRESH
            self._calls = max(self._calls, CALLS_MORE)

    def on_batch(self, iterator: Any, batch: Any) -> None:
        """A DataLoader has given a batch."""
        if not self.looks:
            return
        self._draws += 1
        sampler = getattr(iterator, "_index_sampler", None)
        shuffled = isinstance(getattr(sampler, "sampler", None), RandomSampler)
        stacked = getattr(iterator, "_collate_fn", None) is default_collate
        for tensor in tensors_in(list(batch.values()) if isinstance(batch, dict) else batch):
            axis = 0 if stacked and shuffled and tensor.dim() > 0 else None
            self.marks[tensor] = Mark(draw=self._draws, shuffled=shuffled, batch_axis=axis)

    def on_function(self, func: Any, args: Any, kwargs: Any, result: Any, outside: bool) -> None:
        """A function of torch was called; outside: not by a module."""
        self._calls -= 1
        given = list(tensors_in(args))
        if kwargs:
            given += tensors_in(list(kwargs.values()))
        marked = [(tensor, mark) for tensor in given if (mark := self.marks.get(tensor))]
        if func in CUTS:
            self._on_cut(given[0], result)
        elif func in RANDOM_INDICES:
            self.marks[result] = Mark(indices=True)
        elif marked:
            self._pass_on(func, args, kwargs, marked, given, result)
        if outside and isinstance(result, Tensor) and has_graph(result):
            self._on_graph(result, [mark for _, mark in marked])

    def on_module(self, module: nn.Module, args: Any) -> None:
        """A module with parameters of its own is called."""
        marks = [self.marks.get(tensor) for tensor in tensors_in(args)]
        for cut in {mark.cut for mark in marks if mark is not None and mark.cut is not None}:
            self._cuts[cut, id(module)] += 1

    def after_linear(self, given: Any, output: Tensor) -> None:
        """A linear layer has answered: the examples stay where they are."""
        mark = self.marks.get(given)
        if mark is not None:
            self.marks[output] = replace(mark, state_round=None, cut=None, time_major=None)

    def after_recurrent(
        self, module: nn.Module, inputs: Any, state: Any, output: Any, place: Place
    ) -> dict[str, Any]:
        """A recurrence has answered; return what there is to say of the call."""
        mark = self.marks.get(inputs) or Mark()
        states = [self.marks.get(tensor) for tensor in tensors_in(state)]
        before = next((m for m in states if m is not None and m.state_round is not None), None)
        carried = before is not None and (before.state_round or 0) < self.round
        numbers: dict[str, Any] = {"carried": carried, "other_draw": False, "back": False}
        if before is not None and carried:
            numbers["other_draw"] = mark.shuffled and before.draw not in (None, mark.draw)
            numbers["back"] = self._went_back(module, inputs)
        self._remember_position(module, inputs)
        whole = isinstance(module, nn.RNNBase) and isinstance(inputs, Tensor) and inputs.dim() == 3
        time_first = whole and not module.batch_first
        numbers["swapped"] = time_first and mark.batch_axis == 0
        after = Mark(draw=mark.draw, shuffled=mark.shuffled, state_round=self.round)
        if isinstance(module, nn.RNNBase):
            outputs, output = output
            if isinstance(outputs, Tensor):
                time_major = place if time_first else None
                self.marks[outputs] = replace(after, state_round=None, time_major=time_major)
        for tensor in tensors_in(output):
            self.marks[tensor] = after
        return numbers

    def after_model(self, output: Any, training: bool) -> None:
        """A model has answered the loop."""
        self._evaluating = not training
        if training:
            self.conclude()
        else:
            self._tested += 1
        for tensor in tensors_in(output):
            if has_graph(tensor):
                self._on_graph(tensor, [])

    def after_loss(self, loss: Any, size: int, is_mean: bool) -> None:
        """A loss function has answered."""
        if isinstance(loss, Tensor) and loss.dim() == 0 and is_mean:
            mark = self.marks.get(loss) or Mark()
            self.marks[loss] = replace(mark, loss_size=(size,))

    def after_backward(self, root: Any) -> dict[Place, int]:
        """A backward is done; return how often one weight was given what was cut, by its line."""
        cuts: dict[Place, int] = {}
        for (place, _), count in self._cuts.items():
            cuts[place] = max(count, cuts.get(place, 0))
        self._cuts.clear()
        mark = self.marks.get(root) or Mark()
        if isinstance(root, Tensor):
            self.marks[root] = replace(mark, chain=0)
        self._graphs = [entry for entry in self._graphs if entry[0]() is not None]
        self._pending.clear()
        self._note_kept()
        self.round += 1
        return cuts

    # ---- how marks go on -----------------------------------------------------------------

    def _pass_on(
        self, func: Any, args: Any, kwargs: Any, marked: Any, given: list[Tensor], result: Any
    ) -> None:
        name = getattr(func, "__name__", "")
        first, mark = marked[0]
        if name == "item" and mark.loss_size:
            self._note("item", None, sizes=mark.loss_size)
            return
        if name == "mean" and len(mark.loss_size) > 1:
            self._note("mean", None, sizes=mark.loss_size)
        cut = next((m.cut for _, m in marked if m.cut is not None), None)
        weight = next((t for t in given if t.requires_grad and t.is_leaf), None)
        if cut is not None and weight is not None:
            self._cuts[cut, id(weight)] += 1
        drawn = max((m for _, m in marked), key=lambda m: m.draw or 0)
        after = Mark(
            draw=drawn.draw, shuffled=drawn.shuffled, indices=mark.indices,
            state_round=mark.state_round if len(marked) == 1 else None,
        )  # fmt: skip
        if name in KEEPS_LOSS:
            after = replace(after, loss_size=mark.loss_size)
        elif name == "stack":
            sizes = tuple(size for _, m in marked for size in m.loss_size)
            after = replace(after, loss_size=sizes)
        if name == "__getitem__":
            after = self._after_index(args, mark, after, result)
        picks = self.marks.get(args[1]) if name == "__getitem__" else None
        axis = 0 if picks is not None and picks.indices and args[1].dim() == 1 else None
        if drawn.batch_axis == 0:
            axis = axis_after(name, first, args, result)
        for tensor in tensors_in(result):
            new = replace(after, batch_axis=axis)
            if drawn.batch_axis == 0 and takes_examples(name, args, kwargs):
                self._draws += 1
                new = replace(new, draw=self._draws)
            if cut is not None and not tensor.requires_grad:
                new = replace(new, cut=cut)
            self.marks[tensor] = new

    def _after_index(self, args: Any, mark: Mark, after: Mark, result: Any) -> Mark:
        """Note what an index tells: random rows, or the last row of what has time first."""
        index = args[1] if len(args) > 1 else None
        picks = self.marks.get(index)
        if picks is not None and picks.indices and isinstance(args[0], Tensor):
            self._draws += 1
            axis = 0 if isinstance(index, Tensor) and index.dim() == 1 else None
            return Mark(draw=self._draws, shuffled=True, batch_axis=axis)
        last_row = isinstance(index, tuple) and len(index) > 1 and (
            index[0] == slice(None) and isinstance(index[1], int) and index[1] == -1
        )  # fmt: skip
        if mark.time_major is not None and last_row and result.requires_grad:
            self._note("last_row", mark.time_major)
        return after

    def _on_cut(self, given: Tensor, result: Any) -> None:
        mark = self.marks.get(given) or Mark()
        if has_graph(given) or result is given:
            self.marks[result] = replace(mark, cut=self._place(), made=None, chain=0)
        elif mark is not None and isinstance(result, Tensor):
            self.marks[result] = mark

    def _on_graph(self, result: Tensor, given: list[Mark]) -> None:
        """Something outside of all modules has a graph; has a round before gone into it?"""
        now = self.round + self._tested
        before = [m for m in given if m.made is not None]
        older = max((m.chain + 1 for m in before if (m.made or 0) < now), default=0)
        chain = max([older, *(m.chain for m in before)])
        place = self._place()
        mark = self.marks.get(result) or Mark()
        self.marks[result] = replace(mark, made=now, chain=chain)
        self._graphs.append((weakref.ref(result), place, self.round))
        if older >= 3 and self._evaluating:
            self._pending[place] = older
        elif older >= 3:
            self._note("kept", place, rounds=older)

    def _note_kept(self) -> None:
        """Note the lines whose results of several rounds are still there with their graphs."""
        alive: dict[Place, set[int]] = {}
        for reference, place, made in self._graphs:
            tensor = reference()
            if tensor is not None and has_graph(tensor):
                alive.setdefault(place, set()).add(made)
        for place, rounds in alive.items():
            if len(rounds) >= 5:
                self._note("kept", place, rounds=len(rounds))

    # ---- where an input lies in a series -------------------------------------------------

    def _went_back(self, module: nn.Module, inputs: Any) -> bool:
        """Whether this input lies before the one before it in the memory of one series."""
        before, now = self._positions.get(id(module)), _position(inputs)
        if before is None or now is None:
            return False
        return before[0] == now[0] and now[1] < before[1]

    def _remember_position(self, module: nn.Module, inputs: Any) -> None:
        now = _position(inputs)
        if now is not None:
            self._positions[id(module)] = now


def has_graph(tensor: Tensor) -> bool:
    """Whether a tensor was computed from what requires gradients."""
    try:
        return tensor.requires_grad and tensor.grad_fn is not None
    except RuntimeError:  # a view that was changed in place, which torch cannot place in a graph
        return False


def _position(inputs: Any) -> tuple[int, int] | None:
    if not isinstance(inputs, Tensor) or inputs._base is None:
        return None
    return inputs.untyped_storage().data_ptr(), int(inputs.storage_offset())
