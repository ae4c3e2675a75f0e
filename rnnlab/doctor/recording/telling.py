"""What a single call of a function of torch tells, whatever came before it."""

import weakref
from typing import Any

from torch import Tensor

from rnnlab.doctor.events import Place, users_place
from rnnlab.doctor.recording import padding
from rnnlab.doctor.recording.known_tensors import Info, has_graph, tensors_in
from rnnlab.doctor.recording.loss_inputs import DIFFERENCE, DIFFERENCES, describe
from rnnlab.doctor.recording.session import Session

BOUNDS = {"sigmoid", "softmax", "log_softmax", "relu", "relu_", "tanh", "softplus", "div",
          "__truediv__"}  # fmt: skip
SHOWN_TO = {"eq", "__eq__", "ne", "__ne__", "sub", "__sub__", "__rsub__", "cross_entropy",
            "nll_loss", "mse_loss", "l1_loss", "binary_cross_entropy",
            "binary_cross_entropy_with_logits", "smooth_l1_loss"}  # fmt: skip


class Telling:
    """Notes what single calls tell: of a softmax, a squeeze, an embedding, a change in place."""

    def __init__(self, session: Session) -> None:
        self._session, self._known = session, session.known
        self._axes: dict[Place, int] = {}  # that a line's squeeze has left, at most
        self._sound: set[Place] = set()  # lines whose softmax is over more than one number

    def on_call(self, name: str, args: Any, kwargs: Any, given: Any, result: Any) -> None:
        """Look at a call, and note what is telling."""
        if name in DIFFERENCES and len(given) == 2 and given[0].is_leaf and given[0].requires_grad:
            if (self._known.get(given[1]) or Info()).gradient:  # w - rate * w.grad
                self._session.note("descent")
        if name in BOUNDS and isinstance(result, Tensor) and result.requires_grad:
            self._known.add(result, op=name)
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

    def on_reshape(self, given: Tensor, result: Tensor) -> None:
        """Were the sizes of the first two axes exchanged, where nothing else is known of them?"""
        info = self._known.get(given) or Info()
        a, b = (*given.shape[:2], 0, 0)[:2]
        unknown = info.examples is None and not info.axes and given.dim() == result.dim()
        if unknown and a != b and min(a, b) > 1 and result.shape[:2] == (b, a):
            self._session.note("mixed", shape=tuple(given.shape), new=tuple(result.shape), axis=0)

    def on_difference(self, args: Any, result: Any) -> None:
        """Predictions may be compared with targets, for a loss that is written by hand."""
        two = len(args) > 1 and isinstance(args[0], Tensor) and isinstance(args[1], Tensor)
        if not two or not self._session.is_early or not has_graph(result):
            return
        given, target = args[:2] if has_graph(args[0]) else (args[1], args[0])
        if target.requires_grad or given.shape != target.shape or given.dim() == 0:
            return
        numbers = describe(self._known, DIFFERENCE, given, target, {}, result)
        shape = tuple(given.shape)
        numbers |= {"name": DIFFERENCE, "shape": shape, "target": shape, "graph": True,
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
