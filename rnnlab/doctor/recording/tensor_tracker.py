"""Follows tensors through a loop: from which draw, with whose state, cut from the graph or kept.

It looks on for the first rounds and wherever the loop calls a model from a new line; a round ends
with a backward. What a loop does, it does again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import RandomSampler, default_collate

from rnnlab.doctor.events import Place, users_place
from rnnlab.doctor.recording.batch_axis import axis_after, takes_examples
from rnnlab.doctor.recording.kept_graphs import KeptGraphs
from rnnlab.doctor.recording.known_tensors import Info, KnownTensors, has_graph, tensors_in

ROUNDS, ROUNDS_MORE = 40, 10  # that are looked at: at first, and after a call from a new line
FRESH = 4  # rounds after such a call in which also the way back is measured
CALLS, CALLS_MORE = 20_000, 4_000  # of torch's functions, likewise
DATA: Any = Tensor.data  # what x.data asks
CUTS = {Tensor.detach, Tensor.detach_, DATA.__get__}
RANDOM_INDICES = {torch.randperm, torch.randint}
KEEPS_LOSS = {"detach", "clone", "cpu", "float", "double"}


class TensorTracker:
    """Keeps what is known of the loop's tensors, and notes what that tells.

    Args:
        note: called as (kind, place or None for the present line, **numbers).
    """

    def __init__(self, note: Callable[..., None]) -> None:
        self._note = note
        self._known = KnownTensors()
        self._graphs = KeptGraphs(self._known, note)
        self.round = 0
        self._until, self._calls, self._fresh_until = ROUNDS, CALLS, 0
        self._callers: set[Place] = set()
        self._draws = 0
        # of this round: how often one module or weight was given what was cut there
        self._cuts: Counter[tuple[Place, int]] = Counter()
        self._positions: dict[int, tuple[int, int]] = {}  # where a module's last input lay

    @property
    def looks(self) -> bool:
        """Whether it still looks on."""
        return self.round < self._until and self._calls > 0

    @property
    def is_fresh(self) -> bool:
        """Whether the loop has lately called a model from a new line."""
        return self.round < self._fresh_until

    def clear(self) -> None:
        """Forget all."""
        self._graphs.clear()
        self._known.clear()

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
            self._known[tensor] = Info(draw=self._draws, shuffled=shuffled, batch_axis=axis)

    def on_function(self, func: Any, args: Any, kwargs: Any, result: Any, outside: bool) -> None:
        """A function of torch was called; outside: not by a module."""
        self._calls -= 1
        given = list(tensors_in(args))
        if kwargs:
            given += tensors_in(list(kwargs.values()))
        known = [(tensor, info) for tensor in given if (info := self._known.get(tensor))]
        if func in CUTS:
            self._on_cut(given[0], result)
        elif func in RANDOM_INDICES:
            self._known[result] = Info(indices=True)
        elif known:
            self._pass_on(func, args, kwargs, known, given, result)
        if outside and isinstance(result, Tensor) and has_graph(result):
            self._graphs.on_graph(result, [info for _, info in known])

    def on_module(self, module: nn.Module, args: Any) -> None:
        """A module with parameters of its own is called."""
        infos = [self._known.get(tensor) for tensor in tensors_in(args)]
        for cut in {info.cut for info in infos if info is not None and info.cut is not None}:
            self._cuts[cut, id(module)] += 1

    def after_linear(self, given: Any, output: Tensor) -> None:
        """A linear layer has answered: the examples stay where they are."""
        info = self._known.get(given)
        if info is not None:
            self._known[output] = replace(info, state_round=None, cut=None, time_major=None)

    def after_recurrence(
        self, module: nn.Module, inputs: Any, state: Any, output: Any, place: Place
    ) -> dict[str, Any]:
        """A recurrence has answered; return what there is to say of the call."""
        info = self._known.get(inputs) or Info()
        states = [self._known.get(tensor) for tensor in tensors_in(state)]
        before = next((s for s in states if s is not None and s.state_round is not None), None)
        carried = before is not None and (before.state_round or 0) < self.round
        went_back = self._moves_back(module, inputs)
        is_layer = isinstance(module, nn.RNNBase)
        time_first = (
            is_layer and isinstance(inputs, Tensor) and inputs.dim() == 3 and not module.batch_first
        )
        after = Info(draw=info.draw, shuffled=info.shuffled, state_round=self.round)
        if is_layer:
            outputs, output = output
            if isinstance(outputs, Tensor):
                time_major = place if time_first else None
                self._known[outputs] = replace(after, state_round=None, time_major=time_major)
        for tensor in tensors_in(output):
            self._known[tensor] = after
        other = before is not None and info.shuffled and before.draw not in (None, info.draw)
        return {
            "carried": carried, "other_draw": carried and other, "back": carried and went_back,
            "swapped": time_first and info.batch_axis == 0,
        }  # fmt: skip

    def _moves_back(self, module: nn.Module, inputs: Any) -> bool:
        """Whether a module's input lies before the last one in the memory of one series."""
        if not isinstance(inputs, Tensor) or inputs._base is None:
            return False
        storage, offset = inputs.untyped_storage().data_ptr(), int(inputs.storage_offset())
        before = self._positions.get(id(module), (None, 0))
        self._positions[id(module)] = storage, offset
        return before[0] == storage and offset < before[1]

    def after_model(self, output: Any, training: bool) -> None:
        """A model has answered the loop."""
        self._graphs.after_model(output, training)

    def after_loss(self, loss: Any, size: int, is_mean: bool) -> None:
        """A loss function has answered."""
        if isinstance(loss, Tensor) and loss.dim() == 0 and is_mean:
            self._known[loss] = replace(self._known.get(loss) or Info(), loss_sizes=(size,))

    def after_backward(self, root: Any) -> dict[Place, int]:
        """A backward is done; return how often one weight was given what was cut, by its line."""
        cuts: dict[Place, int] = {}
        for (place, _), count in self._cuts.items():
            cuts[place] = max(count, cuts.get(place, 0))
        self._cuts.clear()
        self._graphs.after_backward(root)
        self.round += 1
        return cuts

    # ---- what is known of a result -------------------------------------------------------

    def _pass_on(
        self, func: Any, args: Any, kwargs: Any, known: Any, given: list[Tensor], result: Any
    ) -> None:
        name = getattr(func, "__name__", "")
        first, info = known[0]
        if name == "item" and info.loss_sizes:
            self._note("item", sizes=info.loss_sizes)
            return
        if name == "mean" and len(info.loss_sizes) > 1:
            self._note("mean", sizes=info.loss_sizes)
        cut = next((i.cut for _, i in known if i.cut is not None), None)
        weight = next((t for t in given if t.requires_grad and t.is_leaf), None)
        if cut is not None and weight is not None:
            self._cuts[cut, id(weight)] += 1
        drawn = max((i for _, i in known), key=lambda i: i.draw or 0)
        after = Info(
            draw=drawn.draw, shuffled=drawn.shuffled, indices=info.indices,
            state_round=info.state_round if len(known) == 1 else None,
        )  # fmt: skip
        if name in KEEPS_LOSS:
            after = replace(after, loss_sizes=info.loss_sizes)
        elif name == "stack":
            after = replace(after, loss_sizes=sum((i.loss_sizes for _, i in known), ()))
        elif name == "__getitem__":
            after = self._after_index(args, info, after, result)
        if drawn.batch_axis == 0:
            after = replace(after, batch_axis=axis_after(name, first, args, result))
        takes = drawn.batch_axis == 0 and takes_examples(name, args, kwargs)
        for tensor in tensors_in(result):
            new = after
            if takes:
                self._draws += 1
                new = replace(new, draw=self._draws)
            if cut is not None and not tensor.requires_grad:
                new = replace(new, cut=cut)
            self._known[tensor] = new

    def _after_index(self, args: Any, info: Info, after: Info, result: Any) -> Info:
        """Return what an index tells: random rows, or the last row of what has time first."""
        index = args[1] if len(args) > 1 else None
        picks = self._known.get(index)
        if picks is not None and picks.indices and isinstance(args[0], Tensor):
            self._draws += 1
            axis = 0 if isinstance(index, Tensor) and index.dim() == 1 else None
            return Info(draw=self._draws, shuffled=True, batch_axis=axis)
        last_row = isinstance(index, tuple) and len(index) > 1 and (
            index[0] == slice(None) and isinstance(index[1], int) and index[1] == -1
        )  # fmt: skip
        if info.time_major is not None and last_row and result.requires_grad:
            self._note("last_row", info.time_major)
        return after

    def _on_cut(self, given: Tensor, result: Any) -> None:
        info = self._known.get(given) or Info()
        if has_graph(given) or result is given:
            self._known[result] = replace(info, cut=users_place(), made=None, chain=0)
        elif isinstance(result, Tensor):
            self._known[result] = info
