"""Follows tensors through a loop: from which draw of the data, of which loss, with which graph."""

import weakref
from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import RandomSampler, default_collate

from rnnlab.doctor.events import Place, users_place
from rnnlab.doctor.recording.known_tensors import Info, has_graph, tensors_in
from rnnlab.doctor.recording.session import Session

DATA: Any = Tensor.data  # what x.data asks
CUTS = {Tensor.detach, Tensor.detach_, DATA.__get__}
RANDOM_INDICES = {torch.randperm, torch.randint}
KEEPS_LOSS = {"detach", "clone", "cpu", "float", "double"}
PIECES = {"split", "chunk", "tensor_split"}
ROWS = {"unbind", "__iter__"}
# What leaves the examples on axis 0, where the sizes say so too. What is not here may move them.
KEEPS_AXIS = {
    "float", "double", "half", "to", "type", "cpu", "cuda", "clone", "contiguous", "detach", "add",
    "sub", "mul", "div", "__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__",
    "__truediv__", "embedding", "one_hot", "linear", "relu", "tanh", "sigmoid", "dropout",
    "layer_norm", "pin_memory",
}  # fmt: skip
CHAIN, ALIVE = 3, 5  # rounds whose graphs tell something: in one tensor, in several alive


class TensorTracker:
    """Keeps what is known of the loop's tensors, and notes what that tells.

    Attributes:
        graphs: notices those that outlive their batch.
    """

    def __init__(self, session: Session) -> None:
        self._session, self._known, self.graphs = session, session.known, KeptGraphs(session)
        self._draws = 0
        # of this round: how often one module or weight was given what was cut there
        self._cuts: Counter[tuple[Place, int]] = Counter()

    def on_batch(self, iterator: Any, batch: Any) -> None:
        """A DataLoader has given a batch."""
        if not self._session.looks_closely:
            return
        sampler = getattr(iterator, "_index_sampler", None)
        shuffled = isinstance(getattr(sampler, "sampler", None), RandomSampler)
        rows = shuffled and getattr(iterator, "_collate_fn", None) is default_collate
        draw = self._new_draw()
        for tensor in tensors_in(list(batch.values()) if isinstance(batch, dict) else batch):
            self._known[tensor] = Info(draw, shuffled, examples_first=rows and tensor.dim() > 0)

    def on_function(self, func: Any, args: Any, kwargs: Any, result: Any, outside: bool) -> None:
        """A function of torch was called; outside: not by a module."""
        self._session.calls -= 1
        given = list(tensors_in([*args, *kwargs.values()]))
        known = [(tensor, info) for tensor in given if (info := self._known.get(tensor))]
        if func in CUTS:
            self._on_cut(given[0], result)
        elif func in RANDOM_INDICES:
            self._known[result] = Info(indices=True)
        elif known:
            weight = next((t for t in given if t.requires_grad and t.is_leaf), None)
            self._pass_on(func.__name__, args, kwargs, known, weight, result)
        if outside:
            self.graphs.on_result(result, [info for _, info in known])

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

    def after_backward(self) -> dict[Place, int]:
        """Return how often one weight was given in this round what was cut, by its line."""
        cuts: dict[Place, int] = {}
        for (place, _), count in self._cuts.items():
            cuts[place] = max(count, cuts.get(place, 0))
        self._cuts.clear()
        return cuts

    # ---- what is known of a result -------------------------------------------------------

    def _new_draw(self) -> int:
        self._draws += 1
        return self._draws

    def _pass_on(
        self, name: str, args: Any, kwargs: Any, known: Any, weight: Tensor | None, result: Any
    ) -> None:
        first, info = known[0]
        if name == "item" and info.loss_sizes:
            self._session.note("item", sizes=info.loss_sizes)
            return
        if name == "mean" and len(info.loss_sizes) > 1:
            self._session.note("mean", sizes=info.loss_sizes)
        cut = next((i.cut for _, i in known if i.cut is not None), None)
        if cut is not None and weight is not None:
            self._cuts[cut, id(weight)] += 1
        drawn = max((i for _, i in known), key=lambda i: i.draw)
        losses = known if name == "stack" else known[:1] if name in KEEPS_LOSS else []
        after = Info(
            drawn.draw, drawn.shuffled, indices=info.indices,
            state_round=info.state_round if len(known) == 1 else None,
            loss_sizes=sum((i.loss_sizes for _, i in losses), ()),
        )  # fmt: skip
        if name == "__getitem__":
            after = self._after_index(args, info, after, result)
        if drawn.examples_first:
            after = replace(after, examples_first=_examples_stay(name, first, args, result))
        takes = drawn.examples_first and _takes_examples(name, args, kwargs)
        for tensor in tensors_in(result):
            new = replace(after, draw=self._new_draw()) if takes else after
            if cut is not None and not tensor.requires_grad:
                new = replace(new, cut=cut)
            self._known[tensor] = new

    def _after_index(self, args: Any, info: Info, after: Info, result: Any) -> Info:
        """Return what an index tells: random rows, or the last row of what has time first."""
        index = args[1]
        picks = self._known.get(index)
        if picks is not None and picks.indices and isinstance(args[0], Tensor):
            return Info(self._new_draw(), shuffled=True, examples_first=index.dim() == 1)
        last_row = isinstance(index, tuple) and len(index) > 1 and (
            index[0] == slice(None) and isinstance(index[1], int) and index[1] == -1
        )  # fmt: skip
        if info.time_major is not None and last_row and result.requires_grad:
            self._session.note("last_row", info.time_major)
        return after

    def _on_cut(self, given: Tensor, result: Any) -> None:
        info = self._known.get(given) or Info()
        if has_graph(given) or result is given:
            self._known[result] = replace(info, cut=users_place(), made=None, chain=0)
        elif isinstance(result, Tensor):
            self._known[result] = info


# ---- where the examples of a batch are, which were on axis 0 before -----------------------


def _examples_stay(name: str, given: Tensor, args: Any, result: Any) -> bool:
    """Whether the examples are sure to be on axis 0 of what came out, too."""
    if name in PIECES:
        return True
    if not isinstance(result, Tensor) or result.dim() == 0:
        return False
    if name == "__getitem__":
        index = args[1] if isinstance(args[1], tuple) else (args[1],)
        return bool(index) and (isinstance(index[0], slice) or index[0] is Ellipsis)
    if name == "unsqueeze":
        return len(args) > 1 and args[1] in (-1, given.dim())
    same = result.dim() >= given.dim() and result.shape[0] == given.shape[0]
    return name in KEEPS_AXIS and same


def _takes_examples(name: str, args: Any, kwargs: Any) -> bool:
    """Whether a function takes some of the examples on axis 0, and leaves others."""
    if name == "__getitem__":
        index = args[1][0] if isinstance(args[1], tuple) and args[1] else args[1]
        return isinstance(index, (int, slice)) and index != slice(None)
    if name not in PIECES | ROWS:
        return False
    place = 1 if name in ROWS else 2  # of the axis among the arguments
    return kwargs.get("dim", args[place] if len(args) > place else 0) == 0


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
