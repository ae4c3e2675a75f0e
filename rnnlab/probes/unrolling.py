"""A model's recurrence computed step by step, so that every hidden state is there to look at."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout

from rnnlab.base.checks import check_known
from rnnlab.loop.batch import call
from rnnlab.loop.hidden import State
from rnnlab.model import recurrence
from rnnlab.model.recurrence import gru_step, lstm_step, rnn_step

Recurrence = nn.RNN | nn.GRU | nn.LSTM
Weights = tuple[Tensor, Tensor, Tensor | None, Tensor | None]  # and biases, of a layer

# The blocks of weight_hh, in torch's order.
GATES: dict[type[nn.RNNBase], str] = {nn.RNN: "h", nn.GRU: "rzn", nn.LSTM: "ifgo"}


class Layer(NamedTuple):
    """What one layer read, (T, B, D or H), and its states, 1 + T of (B, H) with h_0 and c_0."""

    inputs: Tensor
    hidden: list[Tensor]
    cells: list[Tensor]  # of an LSTM, else none


class Unrolled(NamedTuple):
    """The predictions of a model, what its recurrent layers did, and what the module returned.

    Attributes:
        returned: outputs, with the module's own axes, and h_n (layers, B, H); of an LSTM c_n too.
    """

    predictions: Tensor
    layers: list[Layer]
    returned: list[Tensor]


def find_recurrence(model: nn.Module, name: str | None = None) -> Recurrence:
    """Return the model's nn.RNN, nn.GRU or nn.LSTM, the one of that name if it has several.

    Raises:
        TypeError: if the model is no module.
        ValueError: if there is none, none of that name, several and no name, or one that cannot
            be looked at.
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"model is {type(model).__name__}; expected a torch.nn.Module")
    found = {name: m for name, m in model.named_modules() if isinstance(m, Recurrence)}
    if not found:
        raise ValueError(
            f"the model, {type(model).__name__}, holds no nn.RNN, nn.GRU or nn.LSTM; the probes "
            "look into one of these"
        )
    if name is None and len(found) > 1:
        raise ValueError(
            f"the model holds {len(found)} recurrent modules: {', '.join(found)}; say which, as "
            f'in module="{next(iter(found))}"'
        )
    if name is not None:
        check_known("module", name, found, "recurrent modules")
    recurrent = found[next(iter(found)) if name is None else name]
    _check_recurrence(recurrent)
    return recurrent


def _check_recurrence(module: Recurrence) -> None:
    name = type(module).__name__
    if module.bidirectional:
        raise ValueError(
            f"the model's {name} is bidirectional; the probes follow a state one way through "
            "time: use bidirectional=False"
        )
    if module.proj_size > 0:
        raise ValueError(
            f"the model's {name} has proj_size {module.proj_size}; the probes know none: use "
            "proj_size=0"
        )
    kinds: tuple[type[nn.RNNBase], ...] = (*GATES, recurrence.RNN, recurrence.GRU)
    known = [kind.forward for kind in kinds]
    if "forward" in vars(module) or type(module).forward not in known:
        raise ValueError(
            f"the model's {name} has a forward of its own, which the probes cannot unroll: hold "
            "an nn.RNN, nn.GRU or nn.LSTM in a module, and call it there"
        )


def call_unrolled(model: nn.Module, inputs: Tensor, state: State, name: str | None) -> Unrolled:
    """Call the model with its recurrence computed step by step."""
    with _unrolled(find_recurrence(model, name)) as (layers, returned):
        predictions, _ = call(model, inputs, state)
    if not layers:
        raise ValueError("the model's forward did not call its recurrent module")
    return Unrolled(predictions, layers, returned)


@contextmanager
def _unrolled(module: Recurrence) -> Iterator[tuple[list[Layer], list[Tensor]]]:
    """Let the module compute step by step for a block, and note down what it did and returned."""
    layers: list[Layer] = []
    returned: list[Tensor] = []
    signature = inspect.signature(module.forward)

    def unrolled(*args: Any, **kwargs: Any) -> tuple[Tensor, State]:
        if layers:
            raise ValueError(
                "the model calls its recurrent module more than once in a forward; the probes "
                "look at one call over all of time"
            )
        outputs, state, done = unroll(module, *signature.bind(*args, **kwargs).arguments.values())
        layers.extend(done)
        returned.extend([outputs, *(state if isinstance(state, tuple) else [state])])
        return outputs, state

    module.forward = unrolled  # type: ignore[assignment,method-assign]
    try:
        yield layers, returned
    finally:
        del module.forward  # the class's own comes to light again


def unroll(
    module: Recurrence, inputs: Tensor, state: State = None
) -> tuple[Tensor, State, list[Layer]]:
    """Return the outputs and the state that the module returns, and what each layer did."""
    _check_inputs(inputs)
    x = inputs.transpose(0, 1) if module.batch_first else inputs  # -> (T, B, D)
    is_lstm = isinstance(module, nn.LSTM)
    if state is None:
        zeros = x.new_zeros(module.num_layers, x.shape[1], module.hidden_size)
        state = (zeros, zeros) if is_lstm else zeros
    module.check_forward_args(inputs, state, None)  # torch's own errors, for size and dtype
    layers: list[Layer] = []
    ends: list[Any] = []
    for number, weights in enumerate(weights_of(module)):
        if number > 0 and module.dropout > 0:
            x = dropout(x, module.dropout, module.training)
        now: Any = (state[0][number], state[1][number]) if is_lstm else state[number]
        states = [now]  # (B, H), of an LSTM two of them
        for x_t in x.unbind():
            now = _step(module, x_t, now, weights)
            _make_derivable(now[0] if is_lstm else now)
            states.append(now)
        hidden = [now[0] if is_lstm else now for now in states]
        layers.append(Layer(x, hidden, [now[1] for now in states] if is_lstm else []))
        ends.append(now)
        x = torch.stack(hidden[1:])  # T of (B, H) -> (T, B, H)
    outputs = x.transpose(0, 1) if module.batch_first else x
    if is_lstm:
        return outputs, tuple(torch.stack(part) for part in zip(*ends, strict=True)), layers
    return outputs, torch.stack(ends), layers  # layers of (B, H) -> (layers, B, H)


def _step(module: Recurrence, x: Tensor, now: Any, weights: Weights) -> Any:
    if isinstance(module, nn.LSTM):
        return lstm_step(x, now, *weights)
    if isinstance(module, nn.GRU):
        return gru_step(x, now, *weights)
    return rnn_step(x, now, *weights, module.nonlinearity)


def weights_of(module: Recurrence) -> list[Weights]:
    """Return weight_ih, weight_hh, bias_ih and bias_hh of each layer; no bias is None."""
    return [(w[0], w[1], *(w[2:4] if module.bias else (None, None))) for w in module.all_weights]


def gates_of(module: Recurrence) -> str:
    """Return a letter for each block of weight_hh, in torch's order."""
    return next(names for kind, names in GATES.items() if isinstance(module, kind))


def _make_derivable(h: Tensor) -> None:
    """Let a hidden state be derived by, also where no weight below it is trained."""
    if torch.is_grad_enabled() and not h.requires_grad:
        h.requires_grad_()


def _check_inputs(inputs: Tensor) -> None:
    if not isinstance(inputs, Tensor):
        raise ValueError(
            f"the recurrent module was given a {type(inputs).__name__}; the probes read plain "
            "tensors: give sequences of one length, not packed"
        )
    if inputs.dim() != 3 or 0 in inputs.shape:
        raise ValueError(
            f"the recurrent module was given inputs of shape {tuple(inputs.shape)}; expected three "
            "axes, batch, time and features, with at least one of each: a single sequence is a "
            "batch of one"
        )
