"""Follows tensors through a loop: from which draw of the data, of which loss, with which graph."""

import weakref
from collections import Counter
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import RandomSampler, default_collate

from rnnlab.doctor.events import Place, users_place
from rnnlab.doctor.recording import padding
from rnnlab.doctor.recording.axes import FEATURES, RESHAPES, SAME, after_reshape, origin
from rnnlab.doctor.recording.kept_graphs import KeptGraphs
from rnnlab.doctor.recording.known_tensors import Info, Op, Pick, has_graph, tensors_in
from rnnlab.doctor.recording.loss_inputs import describe
from rnnlab.doctor.recording.session import Session

DATA: Any = Tensor.data  # what x.data asks
GRAD: Any = torch._C.TensorBase.grad
GETTERS: dict[Any, str] = {DATA: "data", GRAD: "grad", Tensor.T: "T", Tensor.mT: "mT"}
KEEPS_LOSS = {"detach", "clone", "cpu", "float", "double"}
PIECES = {"split", "chunk", "tensor_split"}
ROWS = {"unbind", "__iter__"}
MAKES = {"stack", "cat", "__getitem__"}  # new data of others
BOUNDS = {"sigmoid", "softmax", "log_softmax", "relu", "relu_", "tanh", "softplus", "div",
          "__truediv__"}  # fmt: skip
VALUES = {"view", "reshape", "squeeze", "unsqueeze", "flatten", "__getitem__", "transpose",
          "permute", "T", "mT", "t", "contiguous", "clone", "to", "float", "double", "cpu", "cuda",
          "expand", "stack", "cat"}  # fmt: skip  # they leave values as they are
KEEPS = SAME | FEATURES | RESHAPES | VALUES  # what is known of the values
MIXES = {"cat", "stack", "add", "__add__", "__radd__", "sub", "__sub__", "mul", "__mul__",
         "masked_fill", "where"}  # fmt: skip
SHOWN_TO = {"eq", "__eq__", "ne", "__ne__", "sub", "__sub__", "__rsub__", "cross_entropy",
            "nll_loss", "mse_loss", "l1_loss", "binary_cross_entropy",
            "binary_cross_entropy_with_logits", "smooth_l1_loss"}  # fmt: skip
READS = {"from_numpy", "tensor", "as_tensor"}
DIFFERENCES = {"sub", "__sub__", "__rsub__", "subtract"}
SHAPES_LOSS = {"pow", "square", "abs", "mul", "__mul__", "__pow__", "__getitem__", "sqrt", "sum",
               "mean", "div", "__truediv__", "flatten", "view", "reshape"}  # fmt: skip
MASKS = {"mul", "__mul__", "__getitem__"}
ENDS_GRAPH = {"numpy", "tolist", "item", "argmax", "__float__", "tensor"}


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
        self._axes: dict[Place, int] = {}  # that a line's squeeze has left, at most
        self._sound: set[Place] = set()  # lines whose softmax is over more than one number

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
            self._on_reshape(given[0], result)
        elif name in DIFFERENCES and outside:
            self._on_difference(args, result)
        self._look_at(name, args, kwargs, given, result)
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
            state_round=None, cut=None, time_major=None, pick=None, op=None, layers=0
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
        draw = name == "__getitem__" and _is_random(args[1])
        examples = 0 if draw and given.dim() > 1 else _of_windows(name, args, kwargs, given)
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
        if name == "cat" and _joins_steps(args, kwargs, known):
            self._session.note("joined", info.time_major)
        if name == "mean" and len(info.loss_sizes) > 1:
            self._session.note("mean", sizes=info.loss_sizes)
        infos = [i for _, i in known]
        cut = next((i.cut for i in infos if i.cut is not None), None)
        if cut is not None and weight is not None:
            self._cuts[cut, id(weight)] += 1
        drawn = info if len(infos) == 1 else max(infos, key=_draw_of)
        losses = infos if name == "stack" else infos[:1] if name in KEEPS_LOSS else []
        noisy = [i.noisy for i in infos if i.noisy is not None]
        after = Info(
            drawn.draw, drawn.shuffled, indices=info.indices,
            state_round=info.state_round if len(infos) == 1 else None,
            loss_sizes=sum([i.loss_sizes for i in losses], ()),
            gradient=any(i.gradient for i in infos),
            compared=_still_compared(name, info.compared),
            noisy=noisy[0] if len(noisy) == 1 else None,
            whole=info.whole or not first.is_floating_point(),
            **self._shape_of(name, args, kwargs, known, result),
        )  # fmt: skip
        if name == "__getitem__":
            after = self._after_index(args, info, after, result)
        if result is args[0] and (own := self._known.get(result)) is not None:  # in place
            after = after._replace(parameter=own.parameter, is_gradient=own.is_gradient)
        takes = drawn.examples == 0 and _takes_examples(name, args, kwargs)
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
        drawn = known[0] if len(known) == 1 else max(known, key=lambda pair: pair[1].draw)
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
                self._session.note("padded_mean", padded=True)
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
            if (axis := _of_windows(name, args, kwargs, first)) is not None:
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
            (picks is not None and picks.indices) or (not info.draw and _is_random(index))
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
        reason = _wrong_pick(args[0], index, info) if result.requires_grad else ""
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

    # ---- what single functions tell ------------------------------------------------------

    def _look_at(self, name: str, args: Any, kwargs: Any, given: Any, result: Any) -> None:
        if name in DIFFERENCES and len(given) == 2 and given[0].is_leaf and given[0].requires_grad:
            if (self._known.get(given[1]) or Info()).gradient:  # w - rate * w.grad
                self._session.note("descent")
        if name in BOUNDS and isinstance(result, Tensor) and result.requires_grad:
            self._known.add(result, op=Op(name, users_place()))
            if name in ("softmax", "log_softmax"):
                self._on_softmax(args, kwargs, result)
        elif name in SHOWN_TO and not has_graph(result):
            infos = [info for tensor in given if (info := self._known.get(tensor))]
            for info in infos:
                if info.noisy is not None:
                    self._session.note("validated", info.noisy)
        elif name == "squeeze" and len(args) == 1 and not kwargs and has_graph(result):
            self._on_squeeze(result)
        elif name == "embedding" and isinstance(result, Tensor):
            self._on_embedding(args, kwargs, result)
        elif name == "__setitem__" or (name.endswith("_") and not name.endswith("__")):
            self._on_change(name, args, kwargs)

    def _on_squeeze(self, result: Tensor) -> None:
        place = users_place()
        self._axes[place] = max(result.dim(), self._axes.get(place, 0))
        if result.dim() < self._axes[place]:  # as it had examples before, and has one now
            self._session.trace.squeezed = place

    def _on_reshape(self, given: Tensor, result: Tensor) -> None:
        """Were the sizes of the first two axes exchanged, where nothing else is known of them?"""
        info = self._known.get(given) or Info()
        a, b = (*given.shape[:2], 0, 0)[:2]
        unknown = info.examples is None and not info.axes and given.dim() == result.dim()
        if unknown and a != b and min(a, b) > 1 and result.shape[:2] == (b, a):
            self._session.note("mixed", shape=tuple(given.shape), new=tuple(result.shape), axis=0)

    def _on_difference(self, args: Any, result: Any) -> None:
        """Predictions may be compared with targets, for a loss that is written by hand."""
        two = len(args) > 1 and isinstance(args[0], Tensor) and isinstance(args[1], Tensor)
        if not two or not self._session.is_early or not has_graph(result):
            return
        given, target = args[:2] if has_graph(args[0]) else (args[1], args[0])
        if target.requires_grad or given.shape != target.shape or given.dim() == 0:
            return
        numbers = describe(self._known, "the difference", given, target, {}, result)
        shape = tuple(given.shape)
        numbers |= {"name": "the difference", "shape": shape, "target": shape, "graph": True,
                    "elementwise": True, "linear": False}  # fmt: skip
        self._known.add(result, compared=numbers)

    def _on_softmax(self, args: Any, kwargs: Any, result: Tensor) -> None:
        dim = kwargs.get("dim", args[1] if len(args) > 1 else None)
        if not isinstance(dim, int) or not isinstance(args[0], Tensor) or not result.dim():
            return
        info, place, dim = self._known.get(args[0]) or Info(), users_place(), dim % result.dim()
        size, shape = result.shape[dim], tuple(result.shape)
        batch = size > 1 and (info.axes.find("B") == dim or info.examples == dim)
        if batch or (size == 1 and place not in self._sound):
            self._session.note("softmax", place, dim=dim, shape=shape, batch=batch)
        elif size > 1:
            self._sound.add(place)

    def _on_embedding(self, args: Any, kwargs: Any, result: Tensor) -> None:
        tokens = args[0]
        number = kwargs.get("padding_idx", args[2] if len(args) > 2 else None)
        info = self._known.get(result) or Info()
        facts: dict[str, Any] = {"inputs": weakref.ref(tokens), "pick": None}
        if not info.padded and tokens.dim() == 2 and self._session.is_early:
            axis = padding.of_tokens(tokens, number)
            if axis is not None:
                facts |= {"padded": True, "axes": "BTF" if axis == 1 else "TBF"}
        self._known[result] = info._replace(**facts)

    def _on_change(self, name: str, args: Any, kwargs: Any) -> None:
        """Something was changed in place: a part of a graph, a parameter, or its gradient."""
        target = args[0] if args else kwargs.get("input")
        if not isinstance(target, Tensor):
            return
        info = self._known.get(target) or Info()
        if has_graph(target):
            self._session.trace.changed[tuple(target.shape)] = users_place()
            if name == "__setitem__" and has_graph(args[2]):
                self._known.add(target, filled=True)
        elif info.is_gradient and name in ("zero_", "fill_", "mul_"):
            self._session.on_cleared(target)
        else:
            parts = tensors_in([*args[1:], *kwargs.values()])
            if any((self._known.get(part) or Info()).gradient for part in parts):
                self._session.on_updated(target, info.parameter or id(target))


_draw_of = attrgetter("draw")


def _of_windows(name: str, args: Any, kwargs: Any, given: Tensor) -> int | None:
    """Return the axis of the examples, where windows of one series are stacked; else None."""
    base = given._base
    if name != "stack" or base is None or base.dim() != 1 or given.dim() != 1:
        return None
    axis = kwargs.get("dim", args[1] if len(args) > 1 else 0)
    return axis if isinstance(axis, int) and axis >= 0 else None


def _is_random(index: Any) -> bool:
    """Whether an index takes rows in an order of its own: each one once, not going up."""
    if isinstance(index, Tensor):
        if index.dim() != 1 or index.is_floating_point() or index.dtype == torch.bool:
            return False
        index = index.tolist() if len(index) < 5000 else []
    elif hasattr(index, "tolist") and getattr(index, "ndim", 0) == 1:  # NumPy's
        index = index.tolist()
    if not isinstance(index, Sequence) or isinstance(index, (tuple, str)) or len(index) < 4:
        return False
    whole = all(isinstance(k, int) and not isinstance(k, bool) for k in index)
    return whole and len(set(index)) == len(index) and list(index) != sorted(index)


def _wrong_pick(given: Tensor, index: Any, info: Info) -> str:
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


def _joins_steps(args: Any, kwargs: Any, known: Any) -> bool:
    """Whether outputs of calls that hand on a state are joined along what the layer took for B."""
    dim = kwargs.get("dim", args[1] if len(args) > 1 else 0)
    chained = [info.chained and info.time_major is not None for _, info in known]
    return len(known) > 3 and all(chained[1:]) and isinstance(dim, int) and (
        known[0][1].axes[dim : dim + 1] == "B"
    )  # fmt: skip


def _still_compared(name: str, compared: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return what is known of a loss by hand after one more function; a mask hides padding."""
    if compared is None or name not in SHAPES_LOSS:
        return None
    return compared | {"padded": False} if name in MASKS else compared


def _takes_examples(name: str, args: Any, kwargs: Any) -> bool:
    """Whether a function takes some of the examples on axis 0, and leaves others."""
    if name == "__getitem__":
        index = args[1][0] if isinstance(args[1], tuple) and args[1] else args[1]
        return isinstance(index, (int, slice)) and index != slice(None)
    if name not in PIECES | ROWS:
        return False
    place = 1 if name in ROWS else 2  # of the axis among the arguments
    return kwargs.get("dim", args[place] if len(args) > place else 0) == 0
