"""Where the forward pass is recorded: each call of a model by the loop, and each recurrence."""

from __future__ import annotations

import weakref
from typing import Any

import torch
from torch import Tensor, nn

from rnnlab.doctor.events import NOWHERE, users_place
from rnnlab.doctor.recording.gradient_through_time import GradientThroughTime
from rnnlab.doctor.recording.known_tensors import has_graph, tensors_in
from rnnlab.doctor.recording.session import Session

NOISY = (nn.modules.dropout._DropoutNd, nn.modules.batchnorm._BatchNorm)
RECURRENT = (nn.RNNBase, nn.RNNCellBase)
SEEN_WHOLE = (*RECURRENT, nn.Linear)  # what is inside does not matter


class ForwardRecorder:
    """Notes "forward" and "recurrent" events.

    Attributes:
        depth: how many modules are being called inside one another.
        through_time: measures how the gradient changes on its way back.
    """

    def __init__(self, session: Session) -> None:
        self._session, self._tensors = session, session.tensors
        self.depth, self.through_time = 0, GradientThroughTime()
        self._place = NOWHERE  # where the loop calls the model
        self._of_linear: weakref.WeakValueDictionary[int, Tensor] = weakref.WeakValueDictionary()
        self._seen: weakref.WeakSet[nn.Module] = weakref.WeakSet()

    def clear(self) -> None:
        """Forget all."""
        self.through_time.clear()
        self._of_linear.clear()

    def is_of_linear(self, tensor: Any) -> bool:
        """Whether a tensor is the output (B, T, C) of a linear layer as it is."""
        return id(tensor) in self._of_linear

    def before_module(self, module: nn.Module, args: Any) -> None:
        """A module is called."""
        self._session.pause()
        self.depth += 1
        if self.depth == 1:
            self._place = users_place()
            self._tensors.on_caller(self._place)
            self._session.looks |= self._tensors.looks
        if module not in self._seen and not torch.jit.is_tracing():
            self._seen.add(module)
            for name, parameter in module.named_parameters():
                self._session.gradients.follow(parameter, name)
        if self._tensors.looks and module._parameters:
            self._tensors.on_module(module, args)
        if not isinstance(module, SEEN_WHOLE):
            self._session.resume()

    def after_module(self, module: nn.Module, args: Any, *rest: Any) -> None:
        """A module has answered, or has raised: then torch calls this without kwargs and output."""
        kwargs, output = rest if len(rest) == 2 else ({}, rest[0])
        self._session.pause()
        self.depth = max(0, self.depth - 1)
        looks = self._tensors.looks and output is not None and not torch.jit.is_tracing()
        given = args[0] if args else kwargs.get("input")
        state = args[1] if len(args) > 1 else kwargs.get("hx")
        if isinstance(module, nn.Linear) and isinstance(output, Tensor):
            if output.dim() == 3:
                self._of_linear[id(output)] = output
            if looks:
                self._tensors.after_linear(given, output)
        if isinstance(module, RECURRENT):
            self._on_recurrence(module, given, state, output, looks)
        if looks and self._tensors.is_fresh and torch.is_grad_enabled():
            self.through_time.on_call(module, given, state, output)
        if self.depth == 0 and next(module.parameters(), None) is not None:
            self._session.note(
                "forward", self._place, training=module.training, noisy=_is_noisy(module),
                graph=any(map(has_graph, tensors_in(output))),
            )  # fmt: skip
            if looks:
                self._tensors.after_model(output, module.training)
        self._session.resume()

    def _on_recurrence(
        self, module: nn.Module, inputs: Any, state: Any, output: Any, looks: bool
    ) -> None:
        place = users_place()
        seen = self._tensors.after_recurrence(module, inputs, state, output, place) if looks else {}
        self._session.note(
            "recurrent", place, module=type(module).__name__,
            state_has_graph=any(map(has_graph, tensors_in(state))), caller=self._place,
            shape=tuple(inputs.shape) if isinstance(inputs, Tensor) else (),
            batch_first=getattr(module, "batch_first", None), **seen,
        )  # fmt: skip


def _is_noisy(module: nn.Module) -> bool:
    """Whether a module behaves otherwise in evaluation mode."""
    return any(
        (isinstance(part, NOISY) and getattr(part, "p", 1) > 0)
        or (isinstance(part, nn.RNNBase) and part.dropout > 0)
        for part in module.modules()
    )
