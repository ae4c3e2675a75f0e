"""Gradients of a recurrent network: at each hidden state through time, and of each parameter.

While a probe calls the model, the recurrent module computes step by step, by the equations of its
cell, so that a gradient can be taken with respect to every hidden state. Values and gradients are
those of the module itself. A probe leaves weights, `.grad` and mode as they are; a model in
training mode drops out as it does in training, and its batch norms count the call.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from rnnlab.loop.hidden import State
from rnnlab.loop.losses import LossFunction, resolve_loss
from rnnlab.model.unrolled import weights_of
from rnnlab.probes.calling import Unrolled, call_unrolled
from rnnlab.runs.checks import check_shapes

NUMBERS_AT_ONCE = 2**23  # of gradients at all hidden states, for as many loss steps as fit


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

    Of an LSTM it is the gradient with respect to h_t; what that passes on through the cell is in
    it. Predictions that have no time axis, or of which each needs the last hidden state, count as
    made at step T - 1; else the time axis may be any.

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
    predictions, layers, *_ = unrolled
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
    by_equations = layer in (-1, len(layers) - 1) and unrolled.cell.back is not None
    return _by_prediction(unrolled, hidden, d_predictions, axis, by_equations)


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
    by_equations: bool,
) -> GradientThroughTime:  # fmt: skip
    """Return the gradient of each prediction and of all, many loss steps at a time.

    `by_equations` is several times faster, for the last layer of a cell that knows its way back.
    """
    predictions = unrolled.predictions
    by_step = d_predictions.movedim(axis, -1)  # (..., T)
    at_once = max(1, NUMBERS_AT_ONCE // max(len(hidden) * hidden[0].numel(), by_step.numel()))
    parts, whole = [], [torch.zeros_like(h) for h in hidden]
    for first in range(0, len(hidden), at_once):
        some = by_step[..., first : first + at_once]
        rows = predictions.new_zeros(some.shape[-1], *predictions.shape)  # one for each loss step
        rows.diagonal(first, dim1=0, dim2=1 + axis).copy_(some)
        if by_equations:
            found = _by_equations(unrolled, rows, first)
        else:
            found = _derive_each(predictions, hidden, rows)
        parts.append(_norms(found, len(rows)))
        whole = [h + d_h.sum(0) for h, d_h in zip(whole, found, strict=True)]
    return GradientThroughTime(_norms(whole), torch.cat(parts).tril())


def _by_equations(unrolled: Unrolled, rows: Tensor, first: int) -> list[Tensor]:
    """Return what `_derive_each` does for the last layer; autograd goes to its outputs alone.

    Rows of loss steps before a time step may be left out of it: their gradient is zero there.
    """
    d_outputs, *d_states = _derive_each(unrolled.predictions, unrolled.returned, rows)
    if unrolled.module.batch_first:
        d_outputs = d_outputs.transpose(1, 2)  # (rows, B, T, H) -> (rows, T, B, H)
    d_last = [d_state[:, -1] for d_state in d_states]  # (rows, layers, B, H) -> (rows, B, H)
    with torch.no_grad():
        by_time = list(_back_through_time(unrolled, d_outputs, d_last, first))
    return by_time[::-1]


def _derive(of: Tensor, at: list[Tensor], weights: Tensor, *, each: bool = False) -> list[Tensor]:
    """Return the gradients of the weighted sum at tensors (B, H); with `each`, of each weights."""
    found = torch.autograd.grad(
        of, at, weights, retain_graph=True, allow_unused=True, is_grads_batched=each
    )
    rows = weights.shape[:1] if each else ()
    return [
        h.new_zeros(*rows, *h.shape) if d_h is None else d_h
        for h, d_h in zip(at, found, strict=True)
    ]


def _derive_each(of: Tensor, at: list[Tensor], rows: Tensor) -> list[Tensor]:
    """Return at each of `at` the gradients of all rows of weights, (rows, B, H)."""
    try:
        return _derive(of, at, rows, each=True)
    except RuntimeError:  # an operation of the model's that torch cannot do for many at a time
        by_row = [_derive(of, at, row) for row in rows]
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


def _back_through_time(
    unrolled: Unrolled, d_outputs: Tensor, d_last: list[Tensor], first: int
) -> Iterator[Tensor]:
    """Yield d_h_t (rows, B, H) of the last layer, from the last time step to the first.

    `d_outputs` (rows, T, B, H) and `d_last`, (rows, B, H) of each part of the last state, are the
    gradients of each row's loss at these alone. The first row's loss is at time step `first`, each
    other's one later. Where no row depends on an output after its own time step, its zeros there
    are left out: d_h_t then has the last rows alone.
    """
    layer = unrolled.layers[-1]
    assert unrolled.cell.back is not None
    weights = weights_of(unrolled.module)[-1]
    back = unrolled.cell.back(layer.inputs, layer.before, layer.after, weights)
    causal = _is_causal(d_outputs, d_last, first)
    d_state = [part[:0] for part in d_last] if causal else d_last  # of the rows that count by now
    for t in reversed(range(d_outputs.shape[1])):
        start = min(max(t - first, 0), len(d_outputs)) if causal else 0
        entering = len(d_outputs) - start - len(d_state[0])
        if entering:
            d_state = [torch.cat([part[start : start + entering], present])
                       for part, present in zip(d_last, d_state, strict=True)]  # fmt: skip
        d_h = d_state[0] + d_outputs[start:, t]
        yield d_h
        d_state = list(back(t, d_h, *d_state[1:]))


def _is_causal(d_outputs: Tensor, d_last: list[Tensor], first: int) -> bool:
    """Whether no row depends on an output, or a last state, after its own time step."""
    used = (d_outputs != 0).flatten(2).any(-1)  # (rows, T, B, H) -> (rows, T)
    is_last = first + len(d_outputs) == d_outputs.shape[1]
    early = [part[:-1] if is_last else part for part in d_last]
    return not used.triu(first + 1).any() and not any((part != 0).any() for part in early)
