"""Follows tensors through a loop: from which draw of the data, of which loss, with which graph."""

import weakref
from collections import Counter
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import RandomSampler, default_collate

from rnnlab.doctor.events import Place, users_place
from rnnlab.doctor.recording import padding
from rnnlab.doctor.recording.axes import (
    FEATURES,
    OF_NUMPY,
    PIECES,
    RESHAPES,
    SAME,
    after_reshape,
    is_random,
    of_windows,
    origin,
    takes_examples,
)
from rnnlab.doctor.recording.kept_graphs import KeptGraphs
from rnnlab.doctor.recording.known_tensors import (
    Info,
    Pick,
    has_graph,
    joins_steps,
    tensors_in,
    wrong_pick,
)
from rnnlab.doctor.recording.loss_inputs import DIFFERENCES, still_compared
from rnnlab.doctor.recording.session import Session
from rnnlab.doctor.recording.telling import Telling

DATA: Any = Tensor.data  # what x.data asks
GRAD: Any = torch._C.TensorBase.grad
GETTERS: dict[Any, str] = {DATA: "data", GRAD: "grad", Tensor.T: "T", Tensor.mT: "mT"}
KEEPS_LOSS = {"detach", "clone", "cpu", "float", "double"}
MAKES = {"stack", "cat", "__getitem__"}  # new data of others
VALUES = {"view", "reshape", "squeeze", "unsqueeze", "flatten", "__getitem__", "transpose",
          "permute", "T", "mT", "t", "contiguous", "clone", "to", "float", "double", "cpu", "cuda",
          "expand", "stack", "cat"}  # fmt: skip  # they leave values as they are
KEEPS = SAME | FEATURES | RESHAPES | VALUES  # what is known of the values
MIXES = {"cat", "stack", "add", "__add__", "__radd__", "sub", "__sub__", "mul", "__mul__",
         "masked_fill", "where"}  # fmt: skip
READS = {"from_numpy", "tensor", "as_tensor"}
ENDS_GRAPH = {"numpy", "tolist", "item", "argmax", "__float__", "tensor"}


class TensorTracker:
    """Keeps what is known of the loop's tensors, and notes what that tells.

    Attributes:
        graphs: notices those that outlive their batch.
    """

    def __init__(self, session: Session) -> None:
        self._session, self._known, self.graphs = session, session.known, KeptGraphs(session)
        self._telling = Telling(session)
        self._draws = 0
        # of this round: how often one module or weight was given what was cut there
        self._cuts: Counter[tuple[Place, int]] = Counter()

    def on_batch(self, iterator: Any, batch: Any) -> None:
        """A DataLoader has given a batch."""
        if not self._session.looks_closely:
            return
        sampler = getattr(iterator, "_index_sampler", None)
        shuffled = isinstance(getattr(sampler, "sampler", None), RandomSampler)
        rows = getattr(iterator, "_collate_fn", None) is default_collate
        draw = self._new_draw()
        for tensor in tensors_in(list(batch.values()) if isinstance(batch, dict) else batch):
            info = self._known.get(tensor) or Info()  # of pad_sequence in the user's collate
            examples = 0 if rows and tensor.dim() > 0 else None
            self._known[tensor] = info._replace(
                draw=draw, shuffled=shuffled, examples=examples, source=None
            )

    def on_function(self, name: str, args: Any, kwargs: Any, result: Any, outside: bool) -> None:
        """A function of torch was called; outside: not by a module."""
        self._session.calls -= 1
        kwargs = {OF_NUMPY.get(key, key): value for key, value in kwargs.items()}
        given = tensors_in([*args, *kwargs.values()])
        known = [(tensor, info) for tensor in given if (info := self._known.get(tensor))]
        if name in ENDS_GRAPH and given and has_graph(given[0]):
            self._session.on_cut(given[0])
        if name in ("detach", "detach_", "data") and given:
            self._on_cut(given[0], result)
        elif name in ("randperm", "randint"):
            self._known[result] = Info(indices=True)
        elif name in padding.MADE_BY:
            padding.learn(self._known, name, args, result)
        elif known:
            weight = next((t for t in given if t.requires_grad and t.is_leaf), None)
            self._pass_on(name, args, kwargs, known, weight, result)
        elif name in MAKES and given:
            self._make(name, args, kwargs, given[0], result)
        elif name in READS and isinstance(result, Tensor):
            self._known[result] = Info(source=users_place(), whole=not result.is_floating_point())
        if name == "grad" and isinstance(result, Tensor):
            self._known.add(result, gradient=True, is_gradient=True)
        elif name in RESHAPES and isinstance(result, Tensor) and result.dim() > 2:
            self._telling.on_reshape(given[0], result)
        elif name in DIFFERENCES and outside:
            self._telling.on_difference(args, result)
        self._telling.on_call(name, args, kwargs, given, result)
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
        if info is None:
            return
        if info.pick is not None and output.requires_grad:
            self._session.note("pick", info.pick.place, reason=info.pick.reason)
        self._known[output] = info._replace(
            state_round=None, cut=None, time_major=None, pick=None, op="", layers=0
        )

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

    def _make(self, name: str, args: Any, kwargs: Any, given: Tensor, result: Any) -> None:
        """Note where data were made of others, of which nothing is known."""
        if not isinstance(result, Tensor) or result.requires_grad:
            return
        draw = name == "__getitem__" and is_random(args[1])
        examples = 0 if draw and given.dim() > 1 else of_windows(name, args, kwargs, given)
        self._known[result] = Info(
            self._new_draw() if draw else 0, draw, examples,
            source=users_place(), whole=not given.is_floating_point(),
        )  # fmt: skip

    def _pass_on(
        self, name: str, args: Any, kwargs: Any, known: Any, weight: Tensor | None, result: Any
    ) -> None:
        first, info = known[0]
        if name == "item" and info.loss_sizes:
            self._session.note("item", sizes=info.loss_sizes)
            return
        if name == "cat" and joins_steps(args, kwargs, known):
            self._session.note("joined", info.time_major)
        if name == "mean" and len(info.loss_sizes) > 1:
            self._session.note("mean", sizes=info.loss_sizes)
        infos = [i for _, i in known]
        cut = next((i.cut for i in infos if i.cut is not None), None)
        if cut is not None and weight is not None:
            self._cuts[cut, id(weight)] += 1
        drawn = max(infos, key=lambda one: one.draw)
        losses = infos if name == "stack" else infos[:1] if name in KEEPS_LOSS else []
        noisy = [i.noisy for i in infos if i.noisy is not None]
        after = Info(
            drawn.draw, drawn.shuffled, indices=info.indices,
            state_round=info.state_round if len(infos) == 1 else None,
            loss_sizes=sum([i.loss_sizes for i in losses], ()),
            gradient=any(i.gradient for i in infos),
            compared=still_compared(name, info.compared),
            noisy=noisy[0] if len(noisy) == 1 else None,
            whole=info.whole or not first.is_floating_point(),
            **self._shape_of(name, args, kwargs, known, result),
        )  # fmt: skip
        if name == "__getitem__":
            after = self._after_index(args, info, after, result)
        if result is args[0] and (own := self._known.get(result)) is not None:  # in place
            after = after._replace(parameter=own.parameter, is_gradient=own.is_gradient)
        takes = drawn.examples == 0 and takes_examples(name, args, kwargs)
        for tensor in tensors_in(result):
            new = after._replace(draw=self._new_draw()) if takes else after
            if cut is not None and not tensor.requires_grad:
                new = new._replace(cut=cut)
            if new.noisy is not None and tensor.requires_grad:
                new = new._replace(noisy=None)
            self._known[tensor] = new

    def _shape_of(
        self, name: str, args: Any, kwargs: Any, known: Any, result: Any
    ) -> dict[str, Any]:
        """Return what is known of a result's axes and values, by what the function does to them."""
        first, info = known[0]
        drawn = max(known, key=lambda pair: pair[1].draw)
        one = next(iter(tensors_in(result)), None)
        if one is None:
            return {}
        facts: dict[str, Any] = {}
        keeps = name in KEEPS
        if name in RESHAPES:
            facts |= self._reshaped(first, info, one)
        else:
            ours = args[0] is first or not isinstance(args[0], Tensor)
            where = origin(name, args, kwargs, first, one) if ours else None
            if info.axes and where is not None:
                letters = [info.axes[d] if d is not None and d < len(info.axes) else "?"
                           for d in where]  # fmt: skip
                facts["axes"] = "".join(letters)
            if drawn[1].examples is not None:
                way = where if drawn[0] is first else None
                if name in PIECES or (way is not None and drawn[1].examples in way):
                    facts["examples"] = way.index(drawn[1].examples) if way else 0
        if info.padded:
            other = name in MIXES and any(
                isinstance(t, Tensor) and t.dim() > 1 and t is not first for t in args
            )
            keeps_time = "T" in facts.get("axes", "") or name in RESHAPES
            facts["padded"] = keeps_time and keeps and not other and name != "__getitem__"
            if name == "__getitem__" and keeps_time:
                facts["padded"] = True
            if name == "mean" and "T" in info.axes and "T" not in facts.get("axes", ""):
                self._session.note("padded_mean")
        if keeps and name not in MIXES:
            facts |= {"inputs": info.inputs, "both_ways": info.both_ways, "filled": info.filled,
                      "source": info.source}  # fmt: skip
            if name == "__getitem__" and one.dim() != first.dim():
                facts |= {"inputs": None, "both_ways": None}
            if name != "__getitem__":
                facts |= {"pick": info.pick, "layers": info.layers, "directions": info.directions}
        if name in VALUES:
            facts["op"] = info.op
        if name in MAKES and not one.requires_grad:
            facts["source"] = users_place()
            if (axis := of_windows(name, args, kwargs, first)) is not None:
                facts["examples"] = axis
        if name in ("embedding", "one_hot"):
            facts["inputs"] = weakref.ref(first)
        return facts

    def _reshaped(self, given: Tensor, info: Info, result: Tensor) -> dict[str, Any]:
        """Return where the examples and the time steps are; note it where examples are mixed."""
        facts: dict[str, Any] = {}
        letters = ["?"] * result.dim()
        for axis, letter in [(info.examples, ""), *((info.axes.find(c), c) for c in "BT")]:
            if axis is None or not 0 <= axis < given.dim():
                continue
            place = after_reshape(given.shape, axis, result.shape)
            if place is None and letter != "T":
                self._session.note(
                    "mixed", shape=tuple(given.shape), new=tuple(result.shape), axis=axis
                )
            elif place is not None and place >= 0:
                if letter:
                    letters[place] = letter
                else:
                    facts["examples"] = place
        return {**facts, "axes": "".join(letters) if info.axes else ""}

    def _after_index(self, args: Any, info: Info, after: Info, result: Any) -> Info:
        """Return what an index tells: random rows, or the last row of what has time first."""
        index = args[1]
        picks = self._known.get(index)
        if isinstance(args[0], Tensor) and (
            (picks is not None and picks.indices) or (not info.draw and is_random(index))
        ):
            rows = getattr(index, "ndim", 1) == 1
            return Info(self._new_draw(), shuffled=True, examples=0 if rows else None,
                        source=users_place(), whole=after.whole, padded=info.padded,
                        axes=info.axes if info.padded and rows else "")  # fmt: skip
        last_row = isinstance(index, tuple) and len(index) > 1 and (
            index[0] == slice(None) and isinstance(index[1], int) and index[1] == -1
        )  # fmt: skip
        if info.time_major is not None and last_row and result.requires_grad:
            self._session.note("last_row", info.time_major)
        reason = wrong_pick(args[0], index, info) if result.requires_grad else ""
        return after._replace(pick=Pick(reason, users_place())) if reason else after

    def _on_cut(self, given: Tensor, result: Any) -> None:
        info = self._known.get(given) or Info()
        if has_graph(given) or result is given:
            self._known[result] = info._replace(cut=users_place(), made=None, chain=0)
            if result is not given:
                self._session.on_cut(given)
        elif isinstance(result, Tensor):
            leaf = id(given) if given.requires_grad else info.parameter
            self._known[result] = info._replace(parameter=leaf)
