"""Sees what a loop does, without a change to it: torch's functions, modules and optimizers."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from functools import wraps
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
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

from rnnlab.doctor.trace import Event, Trace, place_of, users_frame

ELEMENTWISE = {functional.mse_loss, functional.l1_loss, functional.smooth_l1_loss,
               functional.huber_loss}  # fmt: skip
LOSSES = ELEMENTWISE | {
    functional.cross_entropy, functional.nll_loss, functional.binary_cross_entropy,
    functional.binary_cross_entropy_with_logits, functional.kl_div, functional.ctc_loss,
    functional.gaussian_nll_loss, functional.poisson_nll_loss,
}  # fmt: skip
NOISY = (nn.modules.dropout._DropoutNd, nn.modules.batchnorm._BatchNorm)
CLIPPING = ("clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_")
USED_BY_CLIPPING = {torch._foreach_norm, torch._foreach_clamp_min_, torch._foreach_clamp_max_,
                    torch._foreach_mul_, torch.tensor}  # fmt: skip
SEEN_WHOLE = (nn.RNNBase, nn.RNNCellBase, nn.Linear)  # what is inside does not matter
PARAMETERS = 5000  # that are followed, the latest ones
LOOKED_AT = 40  # values of the first losses, which take a moment to look at


class Recorder(TorchFunctionMode):
    """Writes a trace of what happens while it is entered, and leaves nothing behind.

    It holds no tensor of a batch; of parameters it knows which gradient a step has used.
    """

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace
        self._depth, self._in_backward, self._on = 0, False, False
        # by parameter, its gradient that a step has used; kept, for an id may be given again
        self._used: dict[int, tuple[Tensor, int]] = {}
        self._stale: set[int] = set()  # parameters to whose used gradient a backward has added
        self._filled: set[int] = set()  # parameters that a backward has given a gradient
        self._values: dict[int, tuple[int, float]] = {}  # to see afterwards what has changed
        self._names: dict[int, str] = {}
        self._parameters: dict[int, Tensor] = {}  # until the end, to see what has changed
        self._trained: set[int] = set()
        self._outputs: weakref.WeakValueDictionary[int, Tensor] = weakref.WeakValueDictionary()
        self._seen_modules: weakref.WeakSet[nn.Module] = weakref.WeakSet()
        self._undo: list[Callable[[], None]] = []

    # ---- on and off ----------------------------------------------------------------------

    def begin(self) -> None:
        """Begin to see."""
        handles = [
            register_module_forward_pre_hook(self._before_module),
            register_module_forward_hook(self._after_module, always_call=True),
            register_optimizer_step_pre_hook(self._before_step),
            register_optimizer_step_post_hook(self._after_step),
        ]
        self._undo = [handle.remove for handle in handles]
        self._replace(Optimizer, "zero_grad", self._on_zero_grad)
        self._replace(nn.Module, "zero_grad", self._on_zero_grad)
        self._replace(torch.autograd, "backward", self._on_backward)
        self._resume()

    def _pause(self) -> None:
        """Look away from torch's functions: an optimizer's step calls a hundred of them."""
        if self._on and _get_current_function_mode() is self:
            self.__exit__(None, None, None)
            self._on = False

    def _resume(self) -> None:
        if not self._on:
            self.__enter__()
            self._on = True

    def end(self) -> None:
        """Stop to see, and put everything back."""
        self._resume()  # a step that raised has left it paused
        self.__exit__(None, None, None)
        self._on = False
        for undo in reversed(self._undo):
            undo()
        self._undo = []
        self._conclude()

    def _replace(self, owner: Any, name: str, instead: Callable[..., Any]) -> None:
        original = getattr(owner, name)

        @wraps(original)
        def seen(*args: Any, **kwargs: Any) -> Any:
            return instead(original, *args, **kwargs)

        setattr(owner, name, seen)
        self._undo.append(lambda: setattr(owner, name, original))

    def _conclude(self) -> None:
        """Note which parameters were left out, and let go of everything."""
        there = dict(self._parameters)
        changed = {key for key, p in there.items() if _mark(p) != self._values.get(key)}
        self.trace.weights_changed = bool(changed)
        self.trace.left_out = [
            self._names[key]
            for key, p in there.items()
            if key in self._filled and key not in self._trained and key not in changed
            and p.requires_grad and key in self._names
        ]  # fmt: skip
        for kept in (self._used, self._stale, self._names, self._parameters, self._outputs):
            kept.clear()

    def _note(self, kind: str, **numbers: Any) -> None:
        self.trace.add(Event(kind, place_of(users_frame(sys._getframe(1))), numbers))

    # ---- modules -------------------------------------------------------------------------

    def _before_module(self, module: nn.Module, args: Any) -> None:
        self._resume()
        self._depth += 1
        if self._depth == 1 and module not in self._seen_modules and not _is_traced():
            self._seen_modules.add(module)
            for name, parameter in module.named_parameters():
                self._know(parameter, name)
        if isinstance(module, SEEN_WHOLE):
            self._pause()

    def _after_module(self, module: nn.Module, args: Any, output: Any) -> None:
        self._resume()
        self._depth = max(0, self._depth - 1)
        if isinstance(module, nn.Linear) and isinstance(output, Tensor) and output.dim() == 3:
            self._outputs[id(output)] = output
        if isinstance(module, (nn.RNNBase, nn.RNNCellBase)) and args:
            state = args[1] if len(args) > 1 else None
            self._note(
                "recurrent", module=type(module).__name__,
                state=state is not None, state_has_graph=_has_graph(state),
            )  # fmt: skip
        if self._depth == 0 and any(True for _ in module.parameters()):
            self._note(
                "forward", module=type(module).__name__, training=module.training,
                grad=torch.is_grad_enabled(), graph=_has_graph(output), noisy=_is_noisy(module),
            )  # fmt: skip

    def _know(self, parameter: Tensor, name: str | None = None) -> None:
        key = id(parameter)
        if key not in self._parameters:
            self._parameters[key] = parameter
            self._values[key] = _mark(parameter)
            if len(self._parameters) > PARAMETERS:
                oldest = next(iter(self._parameters))
                del self._parameters[oldest], self._values[oldest]
                self._used.pop(oldest, None)
        if name is not None:
            self._names.setdefault(key, name)

    # ---- torch's functions ---------------------------------------------------------------

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Let a function of torch do its work, and note it if it is one that matters."""
        kwargs = kwargs or {}
        if func is Tensor.backward:
            return self._on_backward(func, *args, **kwargs)
        if func in LOSSES:
            result = func(*args, **kwargs)
            self._on_loss(func, result, args, kwargs)
            return result
        if func in USED_BY_CLIPPING:
            self._on_clip(func)
        return func(*args, **kwargs)

    def _on_loss(self, func: Any, result: Any, args: Any, kwargs: Any) -> None:
        given = kwargs.get("input", args[0] if args else None)
        target = kwargs.get("target", args[1] if len(args) > 1 else None)
        if not isinstance(given, Tensor) or not isinstance(target, Tensor):
            return
        numbers: dict[str, Any] = {
            "name": func.__name__, "shape": tuple(given.shape), "target": tuple(target.shape),
            "graph": result.requires_grad, "elementwise": func in ELEMENTWISE,
            "linear": id(given) in self._outputs,
        }  # fmt: skip
        if self.trace.counts["loss"] < LOOKED_AT:
            with torch.no_grad():
                if func is functional.cross_entropy and given.dim() > 1:
                    sums = given.detach().sum(1)
                    numbers["probabilities"] = bool(
                        (given.detach() >= 0).all()
                        and torch.allclose(sums, torch.ones_like(sums), atol=1e-4)
                    )
        self._note("loss", **numbers)

    def _on_clip(self, func: Any) -> None:
        frame: FrameType | None = sys._getframe(2)
        while frame is not None and frame.f_code.co_filename.startswith(_TORCH):
            if frame.f_code.co_name in CLIPPING:
                if self.trace.last is None or self.trace.last.kind != "clip":
                    self._note("clip", empty=func is torch.tensor)
                return  # one clipping calls several of these
            frame = frame.f_back

    def _on_backward(self, original: Any, *args: Any, **kwargs: Any) -> Any:
        if self._in_backward:  # a tensor's backward calls torch.autograd.backward
            return original(*args, **kwargs)
        self._in_backward = True
        try:
            return self._see_backward(original, *args, **kwargs)
        finally:
            self._in_backward = False

    def _see_backward(self, original: Any, *args: Any, **kwargs: Any) -> Any:
        known = dict(self._parameters)
        self._stale = {key for key in self._stale if key in known and _has_gradient(known[key])}
        added = {
            key for key, p in known.items()
            if p.grad is not None and self._was_used(key, p.grad)
        }  # fmt: skip
        retained = bool(kwargs.get("retain_graph")) or (
            original is Tensor.backward and len(args) > 2 and bool(args[2])
        )
        before = {key: (id(p.grad), p.grad._version) for key, p in known.items()
                  if p.grad is not None}  # fmt: skip
        result = original(*args, **kwargs)
        filled = {
            key for key, p in known.items()
            if p.grad is not None and before.get(key) != (id(p.grad), p.grad._version)
        }  # fmt: skip
        self._stale |= added & filled
        self._filled |= filled
        self._note("backward", filled=len(filled), retained=retained)
        return result

    def _was_used(self, key: int, grad: Tensor) -> bool:
        used, version = self._used.get(key, (None, 0))
        return used is grad and grad._version == version

    # ---- optimizers ----------------------------------------------------------------------

    def _on_zero_grad(self, original: Any, owner: Any, *args: Any, **kwargs: Any) -> Any:
        self._pause()
        try:
            result = original(owner, *args, **kwargs)
        finally:
            self._resume()
        parameters = (
            owner.parameters()
            if isinstance(owner, nn.Module)
            else (p for group in owner.param_groups for p in group["params"])
        )
        for parameter in parameters:
            self._stale.discard(id(parameter))
        self._note("zero_grad", owner=type(owner).__name__)
        return result

    def _before_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        self._pause()
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        for parameter in parameters:
            self._know(parameter)
            self._trained.add(id(parameter))
            grad = parameter.grad
            if grad is None or self._used.get(id(parameter), (None,))[0] is not grad:
                self._stale.discard(id(parameter))  # cleared by hand
        grads = [p.grad for p in parameters if p.grad is not None and not p.grad.is_sparse]
        norm = 0.0
        if grads and all(g.device.type == "cpu" for g in grads):
            norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(grads))).item()
        closure = len(args) > 1 or kwargs.get("closure") is not None  # the first is the optimizer
        self._note(
            "step", optimizer=type(optimizer).__name__, grads=len(grads), norm=norm,
            stale=sum(id(p) in self._stale for p in parameters), closure=closure,
            learning_rate=float(optimizer.param_groups[0]["lr"]),
        )  # fmt: skip
        if closure:
            self._resume()  # the closure is the user's

    def _after_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        self._resume()
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self._used[id(p)] = (p.grad, p.grad._version)


_TORCH = torch.__path__[0]


def _is_traced() -> bool:
    """Whether torch takes down what a module does: nothing may be added to that."""
    return torch.jit.is_tracing() or torch.compiler.is_compiling()


def _mark(parameter: Tensor) -> tuple[int, float]:
    """Return what changes when a parameter does; `parameter.data` can be changed unnoticed."""
    if parameter.device.type != "cpu" or not parameter.dtype.is_floating_point:
        return parameter._version, 0.0
    return parameter._version, parameter.detach().double().sum().item()


def _has_graph(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.grad_fn is not None
    if isinstance(value, (tuple, list)):
        return any(_has_graph(part) for part in value)
    return False


def _has_gradient(parameter: Tensor) -> bool:
    """Whether there is a gradient that is not zero."""
    return parameter.grad is not None and bool(parameter.grad.any())


def _is_noisy(module: nn.Module) -> bool:
    """Whether a module behaves otherwise in evaluation mode."""
    return any(
        (isinstance(part, NOISY) and getattr(part, "p", 1) > 0)
        or (isinstance(part, nn.RNNBase) and part.dropout > 0)
        for part in module.modules()
    )
