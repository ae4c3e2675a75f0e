"""Instruments: what a recurrent network computes and passes back through time, as tensors.

While a probe calls the model, the recurrent module computes step by step, by the equations of
`rnnlab.model.recurrence`, so that every hidden state is there to look at and to derive by. Values
and gradients are those of the module itself. A probe leaves weights, `.grad` and mode as they
are; a model in training mode drops out as it does in training, and its batch norms count the call.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from rnnlab.loop.hidden import State
from rnnlab.loop.losses import LossFunction, resolve_loss
from rnnlab.model.recurrence import gru_gates, lstm_gates
from rnnlab.probes.through_time import back_through_time
from rnnlab.probes.unrolling import (
    Recurrence,
    Unrolled,
    call_unrolled,
    find_recurrence,
    gates_of,
    weights_of,
)
from rnnlab.runs.checks import check_shapes

NUMBERS_AT_ONCE = 2**23  # of gradients by all hidden states, for as many loss steps as fit


class GradientThroughTime(NamedTuple):
    """How much of the loss gradient arrives at each hidden state.

    Attributes:
        norms: (T,), norm over batch and units of d loss / d h_t, with h_t as everything after it
            uses it: the next step, the layer above, the readout.
        matrix: (T, T), the same of each prediction alone: `[s, t]` is the norm of the part of
            d loss / d h_t that comes from the prediction at step s. It is 0 where t > s.
    """

    norms: Tensor
    matrix: Tensor


class GateActivity(NamedTuple):
    """What one gate did at every time step.

    Attributes:
        values: (layers, B, T, H), from 0 to 1; of an LSTM's g and a GRU's n from -1 to 1.
        closed: (layers,), share of the values below 0.1; for g and n below -0.9.
        open: (layers,), share of the values above 0.9; for g and n as well.
    """

    values: Tensor
    closed: Tensor
    open: Tensor


@torch.enable_grad()
def gradient_through_time(
    model: nn.Module,
    inputs: Tensor,
    targets: Tensor,
    loss_fn: str | LossFunction,
    *,
    state: State = None,
    layer: int = -1,
    module: str | None = None,
) -> GradientThroughTime:
    """Return the norm of the loss gradient at each hidden state, whole and by prediction.

    Of an LSTM it is the gradient by h_t; what it passes on through the cell is in it. Predictions
    that have no time axis, or of which each needs the last hidden state, count as made at step
    T - 1; else the time axis may be any.

    Args:
        model: holds one nn.RNN, nn.GRU or nn.LSTM, batch first or not, and whatever else; returns
            predictions, or (predictions, state). `SequenceModel` is one of them.
        inputs: (B, T, D), or what the model takes.
        targets: what `loss_fn` compares the predictions with.
        loss_fn: "mse", "cross_entropy" (classes last) or a function of (predictions, targets).
        state: the state to start from, as the model takes it; None: the model's own start.
        layer: of the recurrent module; -1 is the last.
        module: name of the recurrent module, if the model holds several.

    Raises:
        ValueError: if the model has no recurrent module to look at, or not one only; if that
            module is bidirectional or has a proj_size, a `forward` of its own, packed or
            unbatched inputs, or is called more than once; for shapes that do not fit.
    """
    loss_fn = resolve_loss(loss_fn)
    unrolled = call_unrolled(model, inputs, state, module)
    predictions, layers, _ = unrolled
    check_shapes(loss_fn, predictions, targets)
    _check_derivable(predictions, layer, len(layers))
    _, *hidden = layers[layer].hidden
    loss = loss_fn(predictions, targets)
    (d_predictions,) = torch.autograd.grad(loss, predictions, retain_graph=True)
    axis = _time_axis(predictions, hidden)
    if axis is None:
        norms = _norms(_derive(predictions, hidden, d_predictions))
        matrix = norms.new_zeros(len(hidden), len(hidden))
        matrix[-1] = norms
        return GradientThroughTime(norms, matrix)
    is_last = layer in (-1, len(layers) - 1)
    recurrent = find_recurrence(model, module) if is_last else None
    return _by_prediction(unrolled, hidden, d_predictions, axis, recurrent)


def hidden_states(
    model: nn.Module, inputs: Tensor, *, state: State = None, module: str | None = None
) -> Tensor:
    """Return every hidden state h_t, (layers, B, T, H).

    Takes what `gradient_through_time` takes, and raises what it raises.
    """
    with torch.no_grad():
        layers = call_unrolled(model, inputs, state, module).layers
        return torch.stack([torch.stack(layer.hidden[1:], 1) for layer in layers])


def gate_activity(
    model: nn.Module, inputs: Tensor, *, state: State = None, module: str | None = None
) -> dict[str, GateActivity]:
    """Return what each gate did: "i", "f", "g" and "o" of an LSTM, "r", "z" and "n" of a GRU.

    The values are those after the sigmoid (of g and n, after the tanh). A gate whose values are
    nearly all closed or open is saturated: its own weights get hardly any gradient.

    Takes what `gradient_through_time` takes, and raises what it raises, and:
        ValueError: for an nn.RNN, which has no gates.
    """
    recurrent = find_recurrence(model, module)
    if isinstance(recurrent, nn.RNN):
        raise ValueError("the model's recurrence is an RNN, which has no gates; give a GRU or LSTM")
    gates = lstm_gates if isinstance(recurrent, nn.LSTM) else gru_gates
    with torch.no_grad():
        layers = call_unrolled(model, inputs, state, module).layers
        by_layer = [
            gates(layer.inputs, torch.stack(layer.hidden[:-1]), *weights)  # each (T, B, H)
            for layer, weights in zip(layers, weights_of(recurrent), strict=True)
        ]
    return {
        name: _activity(torch.stack(values).transpose(1, 2), -0.9 if name in "gn" else 0.1)
        for name, values in zip(gates_of(recurrent), zip(*by_layer, strict=True), strict=True)
    }


def spectral_radius(model: nn.Module, *, module: str | None = None) -> Tensor:
    """Return the largest absolute eigenvalue of each gate's (H, H) block of weight_hh.

    Returns:
        (layers, gates), gates in torch's order: one for an RNN, r z n for a GRU, i f g o for an
        LSTM; nan where a weight is no finite number.

    Raises:
        ValueError: if the model has no recurrent module to look at, or not one only.
    """
    recurrent = find_recurrence(model, module)
    gates = len(gates_of(recurrent))
    with torch.no_grad():
        weights = torch.stack([weight_hh for _, weight_hh, *_ in recurrent.all_weights])
        blocks = weights.unflatten(1, (gates, -1))  # (layers, G*H, H) -> (layers, G, H, H)
        finite = blocks.isfinite().all(-1, keepdim=True).all(-2, keepdim=True)
        # a nan among them ends the whole process, inside the linear algebra of some machines
        values = torch.linalg.eigvals(blocks.where(finite, 0.0)).abs()  # -> (layers, G, H)
        return values.where(finite[..., 0], torch.nan).amax(-1)  # -> (layers, G)


def parameter_gradients(model: nn.Module) -> dict[str, float | None]:
    """Return the norm of each parameter's `.grad` by its name, None where there is none."""
    return {
        name: None if parameter.grad is None else parameter.grad.norm().item()
        for name, parameter in model.named_parameters()
    }


def _check_derivable(predictions: Tensor, layer: int, layers: int) -> None:
    if not -layers <= layer < layers:
        raise ValueError(
            f"layer is {layer}; the recurrent module has {layers}, so expected 0 to {layers - 1}, "
            "or -1 for the last"
        )
    if not predictions.requires_grad:
        raise ValueError(
            "no gradient flows from the predictions to the hidden states: look for no_grad(), "
            "detach() or argmax() in the model's forward"
        )


def _time_axis(predictions: Tensor, hidden: list[Tensor]) -> int | None:
    """Return the axis along which predictions go with time: the first needs no later state.

    Sizes alone do not tell: a batch may be as large as T, and T values may be forecast at the end.
    """
    for axis, size in enumerate(predictions.shape):
        if 1 < size == len(hidden):
            first = predictions.select(axis, 0)
            some = torch.linspace(1, 2, first.numel()).to(first).view(first.shape)
            (d_last,) = _derive(first, hidden[-1:], some)
            if not (d_last.abs() > 0).any():
                return axis
    rows = len(hidden[0])
    if len(hidden) > 1 and rows > 1 and len(predictions) == len(hidden) * rows:
        raise ValueError(
            f"predictions have shape {tuple(predictions.shape)}, with batch and time on one axis; "
            f"keep them apart, as in (batch, time, ...) = ({rows}, {len(hidden)}, ...)"
        )
    return None


def _by_prediction(
    unrolled: Unrolled, hidden: list[Tensor], d_predictions: Tensor, axis: int,
    recurrent: Recurrence | None,
) -> GradientThroughTime:  # fmt: skip
    """Return the gradient of each prediction and of all, many loss steps at a time.

    `recurrent` is the module if `hidden` is its last layer: by equations that is faster.
    """
    predictions = unrolled.predictions
    by_step = d_predictions.movedim(axis, -1)  # (..., T)
    at_once = max(1, NUMBERS_AT_ONCE // max(len(hidden) * hidden[0].numel(), by_step.numel()))
    parts, whole = [], [torch.zeros_like(h) for h in hidden]
    for first in range(0, len(hidden), at_once):
        some = by_step[..., first : first + at_once]
        rows = predictions.new_zeros(some.shape[-1], *predictions.shape)  # one for each loss step
        rows.diagonal(first, dim1=0, dim2=1 + axis).copy_(some)
        if recurrent is None:
            found = _derive_each(predictions, hidden, rows)
        else:
            found = _derive_by_equations(unrolled, rows, first, recurrent)
        parts.append(_norms(found, len(rows)))
        whole = [h + d_h.sum(0) for h, d_h in zip(whole, found, strict=True)]
    return GradientThroughTime(_norms(whole), torch.cat(parts).tril())


def _derive_by_equations(
    unrolled: Unrolled, rows: Tensor, first: int, module: Recurrence
) -> list[Tensor]:
    """Return what `_derive_each` does for the last layer; autograd goes to its outputs alone.

    Rows of loss steps before a time step are left out of it, where the readout looks at no later
    output: their gradient is zero there.
    """
    d_outputs, *d_states = _derive_each(unrolled.predictions, unrolled.returned, rows)
    if module.batch_first:
        d_outputs = d_outputs.transpose(1, 2)  # (rows, B, T, H) -> (rows, T, B, H)
    d_last = [d_state[:, -1] for d_state in d_states]  # (rows, layers, B, H) -> (rows, B, H)
    with torch.no_grad():
        found = back_through_time(
            module, unrolled.layers[-1], weights_of(module)[-1], d_outputs, d_last, first
        )
        by_time = dict(found)
    return [by_time[t] for t in range(len(by_time))]


def _derive(of: Tensor, by: list[Tensor], weights: Tensor, *, each: bool = False) -> list[Tensor]:
    """Return the gradients of the weighted sum by tensors (B, H); with `each`, of each weights."""
    found = torch.autograd.grad(
        of, by, weights, retain_graph=True, allow_unused=True, is_grads_batched=each
    )
    rows = weights.shape[:1] if each else ()
    return [
        h.new_zeros(*rows, *h.shape) if d_h is None else d_h
        for h, d_h in zip(by, found, strict=True)
    ]


def _derive_each(of: Tensor, by: list[Tensor], rows: Tensor) -> list[Tensor]:
    """Return for each of `by` the gradients of all rows of weights, (rows, B, H)."""
    try:
        return _derive(of, by, rows, each=True)
    except RuntimeError:  # an operation of the model's that torch cannot do for many at a time
        by_row = [_derive(of, by, row) for row in rows]
        return [torch.stack(d_h) for d_h in zip(*by_row, strict=True)]


def _norms(gradients: list[Tensor], rows: int | None = None) -> Tensor:
    """Return the norm over batch and units of each gradient (..., B, H), stacked to (..., T).

    With `rows` the first axis may be shorter: what lacks in front is zero. In float64: squares
    leave the range of a float32 long before the gradient does.
    """
    norms = [
        torch.linalg.vector_norm(d_h.cpu(), dim=(-2, -1), dtype=torch.float64) for d_h in gradients
    ]
    if rows is not None:
        norms = [pad(norm, (rows - len(norm), 0)) for norm in norms]
    return torch.stack(norms, -1).to(gradients[0].dtype)


def _activity(values: Tensor, low: float) -> GateActivity:
    """Return a gate's values (layers, B, T, H) with the shares below `low` and above 0.9."""
    closed, opened = (values < low).float(), (values > 0.9).float()
    return GateActivity(values, closed.mean((1, 2, 3)), opened.mean((1, 2, 3)))
