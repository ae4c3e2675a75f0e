"""Where the forward pass is recorded: each call of a model by the loop, and each recurrence."""

import weakref
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from rnnlab.doctor.events import NOWHERE, Event, Place, users_place
from rnnlab.doctor.recording import padding
from rnnlab.doctor.recording.gradient_through_time import GradientThroughTime
from rnnlab.doctor.recording.gradients import GradientRecorder
from rnnlab.doctor.recording.known_tensors import Info, has_graph, tensors_in
from rnnlab.doctor.recording.session import Session
from rnnlab.doctor.recording.tensor_tracker import TensorTracker
from rnnlab.doctor.trace import Refused

SATURATED = 5.0  # beyond it sigmoid and tanh are flat: their slope is below 0.007
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
        self._latest: Event | None = None  # of a recurrence
        self._latest_module: nn.Module | None = None
        self._positions: dict[int, tuple[int, int]] = {}  # where a module's last input lay

    def before_module(self, module: nn.Module, args: Any) -> None:
        """A module is called."""
        self._session.pause()
        self.depth += 1
        if self.depth == 1:
            self._place = users_place()
            self._session.on_caller(self._place)
        if module not in self._seen and not torch.jit.is_tracing() and not _is_lazy(module):
            named = dict(module.named_parameters())
            self._seen[module] = frozenset(map(id, named.values()))
            for name, parameter in named.items():
                self._gradients.follow(parameter, name)
            for name, parameter in _hidden(module):
                self._gradients.follow(parameter, name, hidden=True)
        if self._session.looks_closely and module._parameters:
            self._tensors.on_module(module, args)
            if torch.is_grad_enabled():
                self._gradients.on_use(module)
        if not isinstance(module, SEEN_WHOLE):
            self._session.resume()

    def after_module(self, module: nn.Module, args: Any, *rest: Any) -> None:
        """A module has answered, or has raised: then torch calls this without kwargs and output."""
        kwargs, output = rest if len(rest) == 2 else ({}, rest[0])
        session = self._session
        session.pause()
        self.depth = max(0, self.depth - 1)
        looks = session.looks_closely and output is not None and not torch.jit.is_tracing()
        if output is None and session.trace.refused is None:  # the innermost one that has raised
            shapes = [tuple(tensor.shape) for tensor in tensors_in((*args, *kwargs.values()))]
            session.trace.refused = Refused(type(module).__name__, shapes)
        inputs = args[0] if args else kwargs.get("input")
        state = args[1] if len(args) > 1 else kwargs.get("hx")
        if isinstance(module, nn.Linear) and isinstance(output, Tensor):
            if output.dim() == 3:
                self.of_linear[id(output)] = output
            if looks:
                self._tensors.after_linear(inputs, output)
        again = self._is_next_step(module, looks)
        if isinstance(module, RECURRENT) and not again:
            self._note_recurrence(module, inputs, state, output, looks)
        if looks and session.is_fresh and torch.is_grad_enabled():
            self._through_time.on_call(module, inputs, state, output)
        if self.depth == 0 and not again and next(module.parameters(), None) is not None:
            self._note_forward(module, output, looks)
        session.resume()

    def _is_next_step(self, module: nn.Module, looks: bool) -> bool:
        """Whether a cell was called as the event before tells already: the next step in time."""
        last = self._session.trace.last
        same = last is self._latest and self._latest_module is module
        return same and not looks and isinstance(module, nn.RNNCellBase)

    def _note_recurrence(
        self, module: Any, inputs: Any, state: Any, output: Any, looks: bool
    ) -> None:
        session, place = self._session, users_place()
        seen = self._follow_state(module, inputs, state, output, place) if looks else {}
        self._latest_module = module
        self._latest = session.note(
            "recurrent", place, module=type(module).__name__, caller=self._place,
            shape=tuple(inputs.shape) if isinstance(inputs, Tensor) else (),
            batch_first=getattr(module, "batch_first", None), given=state is not None,
            inside=self.depth > 0, grad=torch.is_grad_enabled(),
            state_has_graph=has_graph(state), layers=getattr(module, "num_layers", 1),
            both=getattr(module, "bidirectional", False), hidden=module.hidden_size,
            examples=(session.known.get(inputs) or Info()).examples,
            drops=getattr(module, "dropout", 0.0), made=session.made.get(module),
            saturated=self._saturated(module, inputs) if looks else None, **seen,
        )  # fmt: skip

    def _note_forward(self, module: nn.Module, output: Any, looks: bool) -> None:
        """The loop itself has called a module that has weights."""
        cell = isinstance(module, nn.RNNCellBase)
        asked = looks or not module.training  # in training it counts where it is looked at closely
        event = self._session.note(
            "forward", self._place, training=module.training, noisy=asked and _is_noisy(module),
            graph=has_graph(output), cell=cell,
            parameters=self._seen.get(module, frozenset()),
        )  # fmt: skip
        self._latest = event if cell else None
        if not looks:
            return
        self._tensors.graphs.after_model(output, module.training)
        if module.training and event.numbers["noisy"]:
            for tensor in tensors_in(output):
                if not tensor.requires_grad:
                    self._session.known.add(tensor, noisy=self._place)

    def _follow_state(
        self, module: nn.Module, inputs: Any, state: Any, output: Any, place: Place
    ) -> dict[str, Any]:
        """Follow a recurrence's state; return what that state and the inputs tell of the call."""
        known, now = self._session.known, self._session.round
        info = known.get(inputs) or Info()
        states = [known.get(tensor) for tensor in tensors_in(state)]
        before = next((s for s in states if s is not None and s.state_round is not None), Info())
        carried = before.state_round is not None and before.state_round < now
        layer = module if isinstance(module, nn.RNNBase) else None
        dim = inputs.dim() if isinstance(inputs, Tensor) else None  # None: packed
        three_axes = layer is not None and dim == 3
        time_first = three_axes and layer is not None and not layer.batch_first
        batch, time = (1, 0) if time_first else (0, 1)
        back = self._moves_back(module, inputs)
        after = Info(info.draw, info.shuffled)
        axes = "BF"
        if layer is not None:
            outputs, output = output
            axes = "LBF" if dim in (3, None) else "LF"
            after = after._replace(layers=layer.num_layers, directions=1 + layer.bidirectional,
                both_ways=place if layer.bidirectional else None,
                chained=before.state_round == now,
                op="recurrence" if _is_bounded(layer) else "",
            )  # fmt: skip
            if isinstance(outputs, Tensor):
                padded = three_axes and (info.padded or (
                    self._session.is_early and not inputs.requires_grad
                    and padding.of_inputs(inputs, time)
                ))  # fmt: skip
                known[outputs] = after._replace(
                    time_major=place if time_first else None, padded=padded,
                    axes=("TBF" if time_first else "BTF") if three_axes else "TF",
                    inputs=info.inputs or weakref.ref(inputs) if three_axes else None,
                )  # fmt: skip
        for tensor in tensors_in(output):
            known[tensor] = after._replace(state_round=now, axes=axes)
        other = info.shuffled and before.draw not in (0, info.draw)
        # without a state the rows of a loader that does not shuffle are examples too
        sure = info.examples is not None and (info.shuffled or state is None)
        wrong = three_axes and info.examples not in (None, batch) and max(inputs.shape[:2]) > 1
        flat = layer is not None and dim == 2 and info.examples == 0
        length = inputs.shape[time] if three_axes else None
        early = isinstance(inputs, Tensor) and inputs.device.type == "cpu"
        return {
            "finite": bool(torch.isfinite(inputs).all()) if early else None,
            "carried": carried, "other_draw": carried and other, "back": carried and back,
            "swapped": sure and (wrong or flat), "length": length,
        }  # fmt: skip

    def _saturated(self, module: Any, inputs: Any) -> float | None:
        """Return the fraction of a recurrence's gates that its inputs alone drive to their ends."""
        known = isinstance(inputs, Tensor) and self._session.is_early and not inputs.requires_grad
        known = known and inputs.device.type == "cpu"
        weight = getattr(module, "weight_ih_l0", getattr(module, "weight_ih", None))
        if not known or weight is None or inputs.dtype != weight.dtype:
            return None
        rows = inputs.detach().reshape(-1, inputs.shape[-1])[:200]
        return float(((rows @ weight.detach().T).abs() > SATURATED).float().mean())

    def _moves_back(self, module: nn.Module, inputs: Any) -> bool:
        """Whether a module's input lies before the last one in the memory of one series."""
        if not isinstance(inputs, Tensor) or inputs._base is None:
            return False
        storage, offset = inputs.untyped_storage().data_ptr(), int(inputs.storage_offset())
        before = self._positions.get(id(module), (None, 0))
        self._positions[id(module)] = storage, offset
        return before[0] == storage and offset < before[1]


def _is_bounded(layer: nn.RNNBase) -> bool:
    """Whether what a recurrence returns lies between -1 and 1."""
    return layer.mode != "RNN_RELU" and not layer.proj_size


def _is_lazy(module: nn.Module) -> bool:
    """Whether its weights are not made yet: the first input will say how large they are."""
    return any(is_lazy(parameter) for parameter in module.parameters())


def _hidden(module: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    """Yield the parameters of layers in a module's plain lists and dicts, which do not count."""
    for name, value in vars(module).items():
        if name.startswith("_"):
            continue
        pairs = value.items() if isinstance(value, dict) else (
            enumerate(value) if isinstance(value, (list, tuple)) else ()
        )  # fmt: skip
        for key, layer in pairs:
            for part, parameter in layer.named_parameters() if isinstance(layer, nn.Module) else ():
                yield f"{name}[{key!r}].{part}", parameter


def _is_noisy(module: nn.Module) -> bool:
    """Whether a module behaves otherwise in evaluation mode."""
    return any(
        (isinstance(part, NOISY) and getattr(part, "p", 1) > 0)
        or (isinstance(part, nn.RNNBase) and part.dropout > 0)
        for part in module.modules()
    )
