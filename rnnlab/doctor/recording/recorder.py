"""Sees what a loop does, without a change to it: torch's functions, modules and optimizers.

Each phase of the loop is recorded in a file of its own: forward, backward, losses and clippings in
`functions`, zero_grad and step in `gradients`. What needs several phases is followed in
`tensor_tracker` and `gradient_through_time`.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules import module as module_hooks
from torch.optim import Optimizer
from torch.optim import optimizer as step_hooks
from torch.utils.data.dataloader import _BaseDataLoaderIter

from rnnlab.doctor.recording import functions
from rnnlab.doctor.recording.backward import BackwardRecorder
from rnnlab.doctor.recording.forward import ForwardRecorder
from rnnlab.doctor.recording.gradient_through_time import GradientThroughTime
from rnnlab.doctor.recording.gradients import GradientRecorder
from rnnlab.doctor.recording.session import Session
from rnnlab.doctor.recording.tensor_tracker import DATA, TensorTracker
from rnnlab.doctor.trace import Trace

LOOKED_AT = 40  # values of the first losses, which take a moment to look at


class Recorder(Session):
    """Writes a trace of what happens while it is entered, and leaves nothing behind.

    It holds no tensor of a batch; of parameters it knows which gradient a step has used.
    """

    def __init__(self, trace: Trace) -> None:
        super().__init__(trace)
        self._tensors, self._gradients = TensorTracker(self), GradientRecorder(self)
        self._through_time = GradientThroughTime()
        followed = (self._tensors, self._gradients, self._through_time)
        self._forward = ForwardRecorder(self, *followed)
        self._backward = BackwardRecorder(self, *followed)
        self._after_batch = self.safely(self._tensors.on_batch)
        self._after_function = self.safely(self._see_function)
        self._before_function = self.safely(self._see_clipping)

    # ---- on and off ----------------------------------------------------------------------

    def begin(self) -> None:
        """Begin to see."""
        forward, gradients = self._forward, self._gradients
        after_module = module_hooks.register_module_forward_hook(
            self.safely(forward.after_module), with_kwargs=True, always_call=True
        )
        handles = [
            after_module,
            module_hooks.register_module_forward_pre_hook(self.safely(forward.before_module)),
            step_hooks.register_optimizer_step_pre_hook(self.safely(gradients.before_step)),
            step_hooks.register_optimizer_step_post_hook(self.safely(gradients.after_step)),
        ]
        self._undo = [handle.remove for handle in handles]
        kwargs = module_hooks._global_forward_hooks_with_kwargs  # where torch leaves the number
        self._undo.append(partial(kwargs.pop, after_module.id, None))
        self._replace(Optimizer, "zero_grad", gradients.zero_grad)
        self._replace(nn.Module, "zero_grad", gradients.zero_grad)
        self._replace(torch.autograd, "backward", self._backward.backward)
        self._replace(torch.autograd, "grad", self._backward.grad)
        self._replace(_BaseDataLoaderIter, "__next__", self._next_batch)
        self.resume()

    def end(self) -> None:
        """Stop to see, and put everything back."""
        self.looks = True
        self.resume()  # a step that raised has left it paused
        self.__exit__(None, None, None)
        self._on = False
        for undo in reversed(self._undo):
            undo()
        self._undo = []
        self._through_time.clear()
        self._tensors.graphs.conclude()
        self._backward.graph = None
        left_out, self.trace.head_alone, changed = self._gradients.conclude()
        self.trace.left_out, self.trace.weights_changed = left_out, changed

    def _replace(self, owner: Any, name: str, instead: Callable[..., Any]) -> None:
        original = getattr(owner, name)

        @wraps(original)
        def seen(*args: Any, **kwargs: Any) -> Any:
            if not self._undo or self.is_elsewhere():  # somebody has kept it beyond the block
                return original(*args, **kwargs)
            return instead(original, *args, **kwargs)

        setattr(owner, name, seen)
        self._undo.append(partial(setattr, owner, name, original))

    # ---- batches and torch's functions ---------------------------------------------------

    def _next_batch(self, original: Any, iterator: Any) -> Any:
        batch = original(iterator)
        self._after_batch(iterator, batch)
        return batch

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
            return self._backward.backward(func, *args, **kwargs)
        if func in functions.CALLED_BY_CLIPPING:
            self._before_function(func)
        result = func(*args, **kwargs)
        if func is Tensor.__iter__:  # its pieces are then known when they are used
            result = list(result)
        self._after_function(func, args, kwargs, result)
        return iter(result) if func is Tensor.__iter__ else result

    def _see_clipping(self, func: Any) -> None:
        last = self.trace.last
        if functions.is_clipping(func):  # one clipping calls several of these
            if last is None or last.kind != "clip":
                last = self.note("clip", empty=True)
            last.numbers["empty"] &= func is torch.tensor  # of several in a row, all

    def _see_function(self, func: Any, args: Any, kwargs: Any, result: Any) -> None:
        if self.looks_closely:
            if func in functions.DIFFERENCES:
                if numbers := functions.describe_difference(result, args):
                    self.note("difference", **numbers)
            self._tensors.on_function(func, args, kwargs, result, self._forward.depth == 0)
        if func in functions.LOSSES:
            named = dict(zip(("input", "target"), args, strict=False)) | kwargs
            given, target = named.get("input"), named.get("target")
            if isinstance(given, Tensor) and isinstance(target, Tensor):
                look_inside = self.trace.counts["loss"] < LOOKED_AT
                numbers = functions.describe_loss(func, result, given, target, look_inside)
                self.note("loss", linear=id(given) in self._forward.of_linear, **numbers)
                if result.dim() == 0 and kwargs.get("reduction", "mean") == "mean":
                    self.known.add(result, loss_sizes=(len(target) if target.dim() else 1,))
