"""Sees what a loop does, without a change to it: torch's functions, modules and optimizers."""

from __future__ import annotations

import sys
import threading
import weakref
from collections import Counter
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)
from torch.optim import Optimizer
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)
from torch.overrides import TorchFunctionMode, _get_current_function_mode
from torch.utils.data.dataloader import _BaseDataLoaderIter

from rnnlab.doctor.events import Event, Place, place_of, users_frame
from rnnlab.doctor.recording.autograd_graph import Graph, read_graph
from rnnlab.doctor.recording.gradient_through_time import BackInTime
from rnnlab.doctor.recording.gradients import Parameters
from rnnlab.doctor.recording.known_tensors import tensors_in
from rnnlab.doctor.recording.losses import (
    DIFFERENCES,
    LOSSES,
    USED_BY_CLIPPING,
    is_clipping,
    is_our_clipping,
    tell_difference,
    tell_loss,
)
from rnnlab.doctor.recording.tensor_tracker import DATA, Flow, has_graph
from rnnlab.doctor.trace import Trace

NOISY = (nn.modules.dropout._DropoutNd, nn.modules.batchnorm._BatchNorm)
SEEN_WHOLE = (nn.RNNBase, nn.RNNCellBase, nn.Linear)  # what is inside does not matter
LOOKED_AT = 40  # values of the first losses, which take a moment to look at
EVERY = 8  # of the later rounds, those in which torch's functions are looked at
GRAPHS = 4  # backward passes from one line whose graph is read, and whose way back is measured


def _safely(method: Callable[..., None]) -> Callable[..., None]:
    """Let a mistake of the doctor's own not become one of the loop's: it is noted, no more."""

    @wraps(method)
    def guarded(self: Recorder, *args: Any, **kwargs: Any) -> None:
        try:
            method(self, *args, **kwargs)
        except Exception as error:
            self.trace.stumbled = f"{type(error).__name__}: {error}"

    return guarded


class Recorder(TorchFunctionMode):
    """Writes a trace of what happens while it is entered, and leaves nothing behind.

    It holds no tensor of a batch; of parameters it knows which gradient a step has used.
    """

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace
        self._depth, self._in_backward, self._on, self._looks = 0, False, False, True
        self._place = Place("unknown", 0, "")  # of the call of a model by the loop
        self._parameters = Parameters()
        self._flow = Flow(self._note_at, lambda: place_of(users_frame(sys._getframe(2))))
        self._back = BackInTime()
        self._graph: Graph | None = None
        self._gradients_before: Any = None
        self._read: Counter[Place] = Counter()
        self._linear: weakref.WeakValueDictionary[int, Tensor] = weakref.WeakValueDictionary()
        self._seen_modules: weakref.WeakSet[nn.Module] = weakref.WeakSet()
        self._undo: list[Callable[[], None]] = []
        self._thread = threading.get_ident()
        self._step: Event | None = None
        self._backwards = 0  # before that step

    # ---- on and off ----------------------------------------------------------------------

    def begin(self) -> None:
        """Begin to see."""
        handles = [
            register_module_forward_pre_hook(self._before_module),
            register_module_forward_hook(self._after_module, with_kwargs=True, always_call=True),
            register_optimizer_step_pre_hook(self._before_step),
            register_optimizer_step_post_hook(self._after_step),
        ]
        self._undo = [handle.remove for handle in handles]
        self._undo.append(partial(_forget_kwargs, handles[1].id))
        self._replace(Optimizer, "zero_grad", self._on_zero_grad)
        self._replace(nn.Module, "zero_grad", self._on_zero_grad)
        self._replace(torch.autograd, "backward", self._on_backward)
        self._replace(_BaseDataLoaderIter, "__next__", self._on_batch)
        self._resume()

    def _pause(self) -> None:
        """Look away from torch's functions: an optimizer's step calls a hundred of them."""
        if self._on and _get_current_function_mode() is self:
            self.__exit__(None, None, None)
            self._on = False

    def _resume(self) -> None:
        if self._undo and not self._on and self._looks:
            self.__enter__()
            self._on = True

    def end(self) -> None:
        """Stop to see, and put everything back."""
        self._looks = True
        self._resume()  # a step that raised has left it paused
        self.__exit__(None, None, None)
        self._on = False
        for undo in reversed(self._undo):
            undo()
        self._undo = []
        self._back.clear()
        self._flow.conclude()
        self._flow.clear()
        self._linear.clear()
        self._graph = None
        self.trace.left_out, self.trace.weights_changed = self._parameters.conclude()

    def _is_elsewhere(self) -> bool:
        """Whether this is not the block's own thread, or torch's compiler: neither is looked at."""
        return torch.compiler.is_compiling() or threading.get_ident() != self._thread

    def _replace(self, owner: Any, name: str, instead: Callable[..., Any]) -> None:
        original = getattr(owner, name)

        @wraps(original)
        def seen(*args: Any, **kwargs: Any) -> Any:
            if not self._undo or self._is_elsewhere():  # somebody has kept it beyond the block
                return original(*args, **kwargs)
            return instead(original, *args, **kwargs)

        setattr(owner, name, seen)
        self._undo.append(lambda: setattr(owner, name, original))

    def _note(self, kind: str, **numbers: Any) -> None:
        self.trace.add(Event(kind, place_of(users_frame(sys._getframe(1))), numbers))

    def _note_at(self, kind: str, place: Place | None, **numbers: Any) -> None:
        self.trace.add(Event(kind, place or place_of(users_frame(sys._getframe(1))), numbers))

    # ---- data and modules ----------------------------------------------------------------

    def _on_batch(self, original: Any, iterator: Any) -> Any:
        batch = original(iterator)
        _safely(lambda self: self._flow.on_batch(iterator, batch))(self)
        return batch

    @_safely
    def _before_module(self, module: nn.Module, args: Any) -> None:
        if self._is_elsewhere():
            return
        self._pause()
        self._depth += 1
        if self._depth == 1:
            self._place = place_of(users_frame(sys._getframe(1)))
            self._flow.on_caller(self._place)
            self._looks |= self._flow.looks
        if module not in self._seen_modules and not _is_traced():
            self._seen_modules.add(module)
            for name, parameter in module.named_parameters():
                self._parameters.know(parameter, name)
        if self._flow.looks and module._parameters:
            self._flow.on_module(module, args)
        if not isinstance(module, SEEN_WHOLE):
            self._resume()

    @_safely
    def _after_module(self, module: nn.Module, args: Any, *rest: Any) -> None:
        if self._is_elsewhere():
            return
        # after an exception torch calls without kwargs, and with no output
        kwargs, output = rest if len(rest) == 2 else ({}, rest[0])
        self._pause()
        self._depth = max(0, self._depth - 1)
        answered = output is not None  # else it has raised
        looks = self._flow.looks and answered and not _is_traced()
        if isinstance(module, nn.Linear) and isinstance(output, Tensor):
            if output.dim() == 3:
                self._linear[id(output)] = output
            if looks and args:
                self._flow.after_linear(args[0], output)
        if isinstance(module, (nn.RNNBase, nn.RNNCellBase)):
            self._on_recurrent(module, args, kwargs, output, looks)
        if looks and self._flow.is_fresh and torch.is_grad_enabled():
            self._back.on_call(module, _inputs_and_state(args, kwargs), output)
        if self._depth == 0 and _has_parameters(module):
            self.trace.add(Event("forward", self._place, {
                "module": type(module).__name__, "training": module.training,
                "grad": torch.is_grad_enabled(), "graph": _has_graph(output),
                "noisy": _is_noisy(module),
            }))  # fmt: skip
            if looks:
                self._flow.after_model(output, module.training)
        self._resume()

    def _on_recurrent(
        self, module: nn.Module, args: Any, kwargs: Any, output: Any, looks: bool
    ) -> None:
        inputs, state = _inputs_and_state(args, kwargs)
        place = place_of(users_frame(sys._getframe(2)))
        told = self._flow.after_recurrent(module, inputs, state, output, place) if looks else {}
        self.trace.add(Event("recurrent", place, {
            "module": type(module).__name__, "state": state is not None,
            "state_has_graph": _has_graph(state), "caller": self._place,
            "shape": tuple(inputs.shape) if isinstance(inputs, Tensor) else (),
            "batch_first": getattr(module, "batch_first", None), **told,
        }))  # fmt: skip

    # ---- torch's functions ---------------------------------------------------------------

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Let a function of torch do its work, and note it if it is one that matters."""
        if func.__name__ == "__get__" and func.__self__ is not DATA:  # .shape and the like
            return func(*args)
        kwargs = kwargs or {}
        if torch.compiler.is_compiling():
            return func(*args, **kwargs)
        if func is Tensor.backward:
            return self._on_backward(func, *args, **kwargs)
        if func in USED_BY_CLIPPING or is_our_clipping(func, sys._getframe(1)):
            self._on_clip(func)
        result = func(*args, **kwargs)
        if func is Tensor.__iter__:  # its pieces are then known when they are used
            result = list(result)
        self._on_function(func, args, kwargs, result)
        return iter(result) if func is Tensor.__iter__ else result

    @_safely
    def _on_function(self, func: Any, args: Any, kwargs: Any, result: Any) -> None:
        if self._flow.looks:
            told = tell_difference(result, args) if func in DIFFERENCES else None
            if told is not None:
                self._note("difference", **told)
            self._flow.on_function(func, args, kwargs, result, self._depth == 0)
        if func in LOSSES:
            self._on_loss(func, result, args, kwargs)

    def _on_loss(self, func: Any, result: Any, args: Any, kwargs: Any) -> None:
        told = tell_loss(func, result, args, kwargs, self.trace.counts["loss"] < LOOKED_AT)
        if told is not None:
            self._note("loss", linear=told.pop("given") in self._linear, **told)
            self._flow.after_loss(result, told["examples"], told["mean"])

    @_safely
    def _on_clip(self, func: Any) -> None:
        last = self.trace.last
        clips = func is Tensor.item or is_clipping(sys._getframe(3))
        if clips and (last is None or last.kind != "clip"):
            self._note("clip", empty=func is torch.tensor)  # one clipping calls several of these

    def _on_backward(self, original: Any, *args: Any, **kwargs: Any) -> Any:
        if self._in_backward:  # a tensor's backward calls torch.autograd.backward
            return original(*args, **kwargs)
        self._in_backward = True
        try:
            return self._see_backward(original, *args, **kwargs)
        finally:
            self._in_backward = False

    def _see_backward(self, original: Any, *args: Any, **kwargs: Any) -> Any:
        told: dict[str, Any] = {
            "retained": bool(kwargs.get("retain_graph") or args[2:3] == (True,))
        }
        place = place_of(users_frame(sys._getframe(1)))
        root = args[0] if args else kwargs.get("tensors")
        self._before_backward(root, place, told)
        result = original(*args, **kwargs)
        self._after_backward(root, place, told)
        return result

    @_safely
    def _before_backward(self, root: Any, place: Place, told: dict[str, Any]) -> None:
        if isinstance(root, Tensor):
            self._read_graph(root, place, told)
        self._gradients_before = self._parameters.before_backward()

    @_safely
    def _after_backward(self, root: Any, place: Place, told: dict[str, Any]) -> None:
        if "recurrent" in told:
            told["back_in_time"] = self._back.take(told["recurrent"])
        self._back.clear()
        told["cuts"] = self._flow.after_backward(root)
        told["filled"] = self._parameters.after_backward(self._gradients_before)
        self.trace.add(Event("backward", place, {"seen": self._looks, **told}))
        self._looks = self._flow.looks or self._flow.round % EVERY == 0
        self._resume()

    def _read_graph(self, root: Tensor, place: Place, told: dict[str, Any]) -> None:
        if root.numel() == 1 and root.device.type == "cpu":
            told["value"] = float(root.detach())
        graph = None
        if self._flow.looks and self._read[place] < GRAPHS:
            self._read[place] += 1
            graph = read_graph(root)
        if graph is not None:
            told |= {"uses": graph.uses, "recurrent": graph.recurrent}
            if self._graph is not None:  # how much of the backward before is in this one?
                told["again"] = len(graph.nodes.keys() & self._graph.nodes.keys())
                told["new"] = len(graph.nodes) - told["again"]
        self._graph = graph
        self.trace.last_graph = told

    # ---- optimizers ----------------------------------------------------------------------

    def _on_zero_grad(self, original: Any, owner: Any, *args: Any, **kwargs: Any) -> Any:
        self._pause()
        try:
            result = original(owner, *args, **kwargs)
        finally:
            self._resume()
        self._parameters.on_cleared(
            owner.parameters() if isinstance(owner, nn.Module) else _parameters_of(owner)
        )
        self._note("zero_grad", owner=type(owner).__name__)
        return result

    @_safely
    def _before_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        if self._is_elsewhere():
            return
        self._pause()
        closure = len(args) > 1 or kwargs.get("closure") is not None  # the first is the optimizer
        numbers = self._parameters.before_step(_parameters_of(optimizer))
        self._backwards = self.trace.counts["backward"]
        self._note(
            "step", optimizer=type(optimizer).__name__, closure=closure,
            learning_rate=float(optimizer.param_groups[0]["lr"]), length=None,
            seen=self._looks, **numbers,
        )  # fmt: skip
        self._step = self.trace.last
        if closure:
            self._resume()  # the closure is the user's

    @_safely
    def _after_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        if self._is_elsewhere():
            return
        self._pause()
        length = self._parameters.after_step(_parameters_of(optimizer))
        if self._step is not None:
            self._step.numbers["length"] = length
            # Lightning hands a closure to every step; what counts is whether it computes gradients
            self._step.numbers["closure"] &= self.trace.counts["backward"] > self._backwards
        self._resume()


def _parameters_of(optimizer: Optimizer) -> list[Tensor]:
    return [p for group in optimizer.param_groups for p in group["params"]]


def _inputs_and_state(args: Any, kwargs: Any) -> tuple[Any, Any]:
    """Return what a recurrence was given; the state of a cell may be named hx as well."""
    inputs = args[0] if args else kwargs.get("input")
    return inputs, args[1] if len(args) > 1 else kwargs.get("hx")


def _is_traced() -> bool:
    """Whether torch takes down what a module does: nothing may be added to that."""
    return torch.jit.is_tracing() or torch.compiler.is_compiling()


def _has_graph(value: Any) -> bool:
    return any(has_graph(tensor) for tensor in tensors_in(value))


def _has_parameters(module: nn.Module) -> bool:
    return next(module.parameters(), None) is not None


def _is_noisy(module: nn.Module) -> bool:
    """Whether a module behaves otherwise in evaluation mode."""
    return any(
        (isinstance(part, NOISY) and getattr(part, "p", 1) > 0)
        or (isinstance(part, nn.RNNBase) and part.dropout > 0)
        for part in module.modules()
    )


def _forget_kwargs(number: int) -> None:
    """Take a forward hook's number from where torch leaves it when the hook is removed."""
    torch.nn.modules.module._global_forward_hooks_with_kwargs.pop(number, None)
