"""Where the forward pass is recorded: each call of a model by the loop, and each recurrence."""

import weakref
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from rnnlab.doctor.events import NOWHERE, Place, users_place
from rnnlab.doctor.recording.gradient_through_time import GradientThroughTime
from rnnlab.doctor.recording.gradients import GradientRecorder
from rnnlab.doctor.recording.known_tensors import Info, has_graph, tensors_in
from rnnlab.doctor.recording.session import Session
from rnnlab.doctor.recording.tensor_tracker import TensorTracker

NOISY = (nn.modules.dropout._DropoutNd, nn.modules.batchnorm._BatchNorm)
RECURRENT = (nn.RNNBase, nn.RNNCellBase)
SEEN_WHOLE = (*RECURRENT, nn.Linear)  # what is inside does not matter


class ForwardRecorder:
    """Notes "forward" and "recurrent" events.

    Attributes:
        depth: how many modules are being called inside one another.
        of_linear: the outputs (B, T, C) of linear layers, by id.
    """

    def __init__(
        self, session: Session, tensors: TensorTracker, gradients: GradientRecorder,
        through_time: GradientThroughTime,
    ) -> None:  # fmt: skip
        self._session, self._tensors = session, tensors
        self._gradients, self._through_time = gradients, through_time
        self.depth = 0
        self._place = NOWHERE  # where the loop calls the model
        self.of_linear: weakref.WeakValueDictionary[int, Tensor] = weakref.WeakValueDictionary()
        self._seen: weakref.WeakKeyDictionary[nn.Module, frozenset[int]] = (
            weakref.WeakKeyDictionary()  # with the ids of its parameters
        )
        self._positions: dict[int, tuple[int, int]] = {}  # where a module's last input lay

    def before_module(self, module: nn.Module, args: Any) -> None:
        """A module is called."""
        self._session.pause()
        self.depth += 1
        if self.depth == 1:
            self._place = users_place()
            self._session.on_caller(self._place)
        if module not in self._seen and not torch.jit.is_tracing():
            named = dict(module.named_parameters())
            self._seen[module] = frozenset(map(id, named.values()))
            for name, parameter in named.items():
                self._gradients.follow(parameter, name)
        if self._session.looks_closely and module._parameters:
            self._tensors.on_module(module, args)
        if not isinstance(module, SEEN_WHOLE):
            self._session.resume()

    def after_module(self, module: nn.Module, args: Any, *rest: Any) -> None:
        """A module has answered, or has raised: then torch calls this without kwargs and output."""
        kwargs, output = rest if len(rest) == 2 else ({}, rest[0])
        session = self._session
        session.pause()
        self.depth = max(0, self.depth - 1)
        looks = session.looks_closely and output is not None and not torch.jit.is_tracing()
        inputs = args[0] if args else kwargs.get("input")
        state = args[1] if len(args) > 1 else kwargs.get("hx")
        if isinstance(module, nn.Linear) and isinstance(output, Tensor):
            if output.dim() == 3:
                self.of_linear[id(output)] = output
            if looks:
                self._tensors.after_linear(inputs, output)
        if isinstance(module, RECURRENT):
            place = users_place()
            seen = self._follow_state(module, inputs, state, output, place) if looks else {}
            session.note(
                "recurrent", place, module=type(module).__name__, caller=self._place,
                shape=tuple(inputs.shape) if isinstance(inputs, Tensor) else (),
                batch_first=getattr(module, "batch_first", None),
                state_has_graph=has_graph(state), **seen,
            )  # fmt: skip
        if looks and session.is_fresh and torch.is_grad_enabled():
            self._through_time.on_call(module, inputs, state, output)
        if self.depth == 0 and next(module.parameters(), None) is not None:
            session.note(
                "forward", self._place, training=module.training, noisy=_is_noisy(module),
                graph=has_graph(output), parameters=self._seen.get(module, frozenset()),
            )  # fmt: skip
            if looks:
                self._tensors.graphs.after_model(output, module.training)
        session.resume()

    def _follow_state(
        self, module: nn.Module, inputs: Any, state: Any, output: Any, place: Place
    ) -> dict[str, bool]:
        """Follow a recurrence's state; return what that state and the inputs tell of the call."""
        known, now = self._session.known, self._session.round
        info = known.get(inputs) or Info()
        states = [known.get(tensor) for tensor in tensors_in(state)]
        before = next((s for s in states if s is not None and s.state_round is not None), Info())
        carried = before.state_round is not None and before.state_round < now
        three_axes = isinstance(inputs, Tensor) and inputs.dim() == 3
        time_first = three_axes and getattr(module, "batch_first", None) is False
        back = self._moves_back(module, inputs)
        after = Info(info.draw, info.shuffled)
        if isinstance(module, nn.RNNBase):
            outputs, output = output
            if isinstance(outputs, Tensor):
                known[outputs] = replace(after, time_major=place if time_first else None)
        for tensor in tensors_in(output):
            known[tensor] = replace(after, state_round=now)
        other = info.shuffled and before.draw not in (0, info.draw)
        return {
            "carried": carried, "other_draw": carried and other, "back": carried and back,
            "swapped": time_first and info.examples_first,
        }  # fmt: skip

    def _moves_back(self, module: nn.Module, inputs: Any) -> bool:
        """Whether a module's input lies before the last one in the memory of one series."""
        if not isinstance(inputs, Tensor) or inputs._base is None:
            return False
        storage, offset = inputs.untyped_storage().data_ptr(), int(inputs.storage_offset())
        before = self._positions.get(id(module), (None, 0))
        self._positions[id(module)] = storage, offset
        return before[0] == storage and offset < before[1]


def _is_noisy(module: nn.Module) -> bool:
    """Whether a module behaves otherwise in evaluation mode."""
    return any(
        (isinstance(part, NOISY) and getattr(part, "p", 1) > 0)
        or (isinstance(part, nn.RNNBase) and part.dropout > 0)
        for part in module.modules()
    )
