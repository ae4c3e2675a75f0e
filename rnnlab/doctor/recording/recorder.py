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
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from torch.utils.data.dataloader import _BaseDataLoaderIter

from rnnlab.doctor.events import users_place
from rnnlab.doctor.recording import functions, loss_inputs
from rnnlab.doctor.recording.backward import BackwardRecorder
from rnnlab.doctor.recording.forward import ForwardRecorder
from rnnlab.doctor.recording.gradient_through_time import GradientThroughTime
from rnnlab.doctor.recording.gradients import GradientRecorder
from rnnlab.doctor.recording.known_tensors import tensors_in
from rnnlab.doctor.recording.session import Session
from rnnlab.doctor.recording.tensor_tracker import GETTERS, GRAD, TensorTracker
from rnnlab.doctor.trace import Refused, Trace

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
        self._refuse = self.safely(self._note_refusal)
        self._clear = self.safely(lambda gradient: self.on_cleared(gradient))
        self._on_made = self.safely(self._note_made)
        self._on_schedule = self.safely(self._note_schedule)

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
        for owner in (Optimizer, LRScheduler, nn.RNNBase, nn.Embedding):
            self._replace(owner, "__init__", self._make)
        for scheduler in (LRScheduler, ReduceLROnPlateau):
            self._replace(scheduler, "step", self._schedule)
        self.resume()

    def end(self) -> None:
        """Stop to see, and put everything back."""
        self.pause()
        for undo in reversed(self._undo):
            undo()
        self._undo = []
        self._through_time.clear()
        self._tensors.graphs.conclude()
        self._backward.graph = None
        self.on_cut, self.on_cleared, self.on_updated = (lambda *_: None,) * 3
        self._gradients.conclude()

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
        if not self._undo:  # a mode that was left in another thread, after its end
            return func(*args, **(kwargs or {}))
        name = getattr(func, "__name__", "")
        if name in ("__get__", "__set__"):
            if name == "__set__" and func.__self__ is GRAD and args[1] is None:
                self._clear(GRAD.__get__(args[0]))
            name = GETTERS.get(func.__self__, "") if name == "__get__" else ""
            if not name:  # .shape and the like
                return func(*args)
        kwargs = kwargs or {}
        if torch.compiler.is_compiling():
            return func(*args, **kwargs)
        if func is Tensor.backward:
            return self._backward.backward(func, *args, **kwargs)
        if func in functions.CALLED_BY_CLIPPING:
            self._before_function(func)
        try:
            result = func(*args, **kwargs)
        except Exception:
            self._refuse(name, args, kwargs)
            raise
        if func is Tensor.__iter__:  # its pieces are then known when they are used
            result = list(result)
        self._after_function(func, name, args, kwargs, result)
        return iter(result) if func is Tensor.__iter__ else result

    def _make(self, original: Any, owner: Any, *args: Any, **kwargs: Any) -> None:
        self._on_made(owner, bool(kwargs.get("_freeze")))
        original(owner, *args, **kwargs)

    def _note_made(self, owner: Any, frozen: bool) -> None:
        if frozen or not isinstance(owner, nn.Embedding):
            self.made[owner] = users_place()
        self.trace.optimizers += isinstance(owner, Optimizer)

    def _schedule(self, original: Any, scheduler: Any, *args: Any, **kwargs: Any) -> None:
        original(scheduler, *args, **kwargs)
        self._on_schedule(scheduler)

    def _note_schedule(self, scheduler: Any) -> None:
        if getattr(scheduler, "_step_count", 1) > 1:  # the first is of its making
            kind = type(scheduler).__name__
            self.note("schedule", scheduler=kind, made=self.made.get(scheduler))

    def _see_clipping(self, func: Any) -> None:
        last = self.trace.last
        if functions.is_clipping(func):  # one clipping calls several of these
            if last is None or last.kind != "clip":
                last = self.note("clip", empty=True)
            last.numbers["empty"] &= func is torch.tensor  # of several in a row, all

    def _see_own_loss(self, args: Any, result: Any) -> None:
        """A difference of predictions and targets was averaged or summed: a loss by hand."""
        info = self.known.get(args[0]) if args else None
        if info is not None and info.compared is not None and result.requires_grad:
            self.note("loss", **info.compared | {"value": None, "mean": result.dim() == 0})

    def _note_refusal(self, name: str, args: Any, kwargs: Any) -> None:
        if self.trace.refused is None:
            shapes = [tuple(tensor.shape) for tensor in tensors_in([*args, *kwargs.values()])]
            self.trace.refused = Refused(name, shapes)

    def _see_function(self, func: Any, name: str, args: Any, kwargs: Any, result: Any) -> None:
        if self.looks_closely:
            if name in loss_inputs.DIFFERENCES:
                if numbers := functions.describe_difference(result, args):
                    self.note("difference", **numbers)
            self._tensors.on_function(name, args, kwargs, result, self._forward.depth == 0)
            if self._forward.depth == 0 and name in ("mean", "sum"):
                self._see_own_loss(args, result)
        if func in functions.LOSSES:
            named = dict(zip(("input", "target"), args, strict=False)) | kwargs
            given, target = named.get("input"), named.get("target")
            if isinstance(given, Tensor) and isinstance(target, Tensor):
                look_inside = self.trace.counts["loss"] < LOOKED_AT
                numbers = functions.describe_loss(func, result, given, target, look_inside)
                numbers |= loss_inputs.classes(name, target)
                if self.looks_closely:
                    numbers |= loss_inputs.describe(self.known, name, given, target, kwargs, result)
                self.note("loss", linear=id(given) in self._forward.of_linear, **numbers)
                if result.dim() == 0 and kwargs.get("reduction", "mean") == "mean":
                    self.known.add(result, loss_sizes=(len(target) if target.dim() else 1,))
