"""A model called with its recurrence computed step by step, so that every state can be seen."""

import inspect
from typing import Any, NamedTuple

from torch import Tensor, nn

from rnnlab.base.checks import check_known
from rnnlab.base.say import say
from rnnlab.loop.batch import call
from rnnlab.loop.hidden import State
from rnnlab.model.cells import CELLS, Cell, cell_of
from rnnlab.model.unrolled import Layer, UnrolledCell, unroll
from rnnlab.runs.checks import check_model


class Unrolled(NamedTuple):
    """The predictions of a model, what its recurrent layers did, and what the module returned.

    Attributes:
        returned: outputs, with the module's own axes, and h_n (layers, B, H); of an LSTM c_n too.
        cell: of the module.
        module: the recurrent module.
    """

    predictions: Tensor
    layers: list[Layer]
    returned: list[Tensor]
    cell: Cell
    module: Any


def find_recurrence(model: nn.Module, name: str | None = None) -> tuple[Any, Cell]:
    """Return the model's recurrent module, the one of that name if it has several, and its cell.

    Raises:
        TypeError: if the model is no module.
        ValueError: if there is none, none of that name, several and no name, or one that cannot
            be looked at.
    """
    check_model(model)
    found = {name: (m, cell) for name, m in model.named_modules() if (cell := cell_of(m))}
    if not found:
        text = (
            "the model, {model}, holds no nn.RNN, nn.GRU or nn.LSTM; the probes look into one of "
            "these"
        )
        raise ValueError(say(text, model=type(model).__name__))
    if name is None:
        name, *others = found
        if others:
            text = (
                "the model holds {count} recurrent modules: {names}; say which, as in "
                'module="{first}"'
            )
            raise ValueError(say(text, count=len(found), names=", ".join(found), first=name))
    check_known("module", name, found, "recurrent modules")  # not said
    recurrent, cell = found[name]
    _check_recurrence(recurrent)
    return recurrent, cell


def _check_recurrence(module: Any) -> None:
    modules = [m for c in CELLS.values() for m in (c.torch_module, c.fast_module) if m is not None]
    known = [UnrolledCell.forward, *(kind.forward for kind in modules)]
    text = ""
    if module.bidirectional:
        text = (
            "the model's {kind} is bidirectional; the probes follow a state one way through time: "
            "use bidirectional=False"
        )
    elif module.proj_size > 0:
        text = "the model's {kind} has proj_size {proj_size}; the probes know none: use proj_size=0"
    elif "forward" in vars(module) or type(module).forward not in known:
        text = (
            "the model's {kind} has a forward of its own, which the probes cannot unroll: hold an "
            "nn.RNN, nn.GRU or nn.LSTM in a module, and call it there"
        )
    if text:
        raise ValueError(say(text, kind=type(module).__name__, proj_size=module.proj_size))


def call_unrolled(model: nn.Module, inputs: Tensor, state: State, name: str | None) -> Unrolled:
    """Call the model with its recurrence computed step by step."""
    module, cell = find_recurrence(model, name)
    signature = inspect.signature(module.forward)
    layers: list[Layer] = []
    returned: list[Tensor] = []

    def unrolled(*args: Any, **kwargs: Any) -> tuple[Tensor, State]:
        if layers:
            text = (
                "the model calls its recurrent module more than once in a forward; the probes "
                "look at one call over all of time"
            )
            raise ValueError(say(text))
        given = signature.bind(*args, **kwargs).arguments.values()
        _check_inputs(next(iter(given)))
        outputs, state, done = unroll(module, *given, derivable=True)
        layers.extend(done)
        returned.extend([outputs, *cell.parts(state)])
        return outputs, state

    module.forward = unrolled
    try:
        predictions, _ = call(model, inputs, state)
    finally:
        del module.forward  # the class's own comes to light again
    if not layers:
        raise ValueError(say("the model's forward did not call its recurrent module"))
    return Unrolled(predictions, layers, returned, cell, module)


def _check_inputs(inputs: Tensor) -> None:
    if not isinstance(inputs, Tensor):
        text = (
            "the recurrent module was given a {kind}; the probes read plain tensors: give "
            "sequences of one length, not packed"
        )
        raise ValueError(say(text, kind=type(inputs).__name__))
    if inputs.dim() != 3 or 0 in inputs.shape:
        text = (
            "the recurrent module was given inputs of shape {shape}; expected three axes, batch, "
            "time and features, with at least one of each: a single sequence is a batch of one"
        )
        raise ValueError(say(text, shape=tuple(inputs.shape)))
