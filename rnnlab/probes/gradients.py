"""Gradients of a recurrent network: at each hidden state through time, and of each parameter.

While a probe calls the model, the recurrent module computes step by step, by the equations of its
cell, so that a gradient can be taken with respect to every hidden state. Values and gradients are
those of the module itself. A probe leaves weights, `.grad` and mode as they are; a model in
training mode drops out as it does in training, and its batch norms count the call.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from rnnlab.base.torch_state import check_graph
from rnnlab.loop.hidden import State
from rnnlab.loop.losses import LossFunction, resolve_loss
from rnnlab.model.cells import Back
from rnnlab.model.unrolled import weights_of
from rnnlab.probes.calling import Unrolled, call_unrolled
from rnnlab.runs.checks import check_shapes

MakeBack = Callable[..., Back]  # a cell's `back`
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
    check_graph(no_grad=False)
    unrolled, hidden, d_predictions = _call(model, inputs, targets, loss_fn, state, layer, module)
    predictions, layers, *_ = unrolled
    axis = _time_axis(predictions, hidden)
    if axis is None:
        norms = _norms(_derive(predictions, hidden, d_predictions))
        matrix = norms.new_zeros(len(hidden), len(hidden))
        matrix[-1] = norms
        return GradientThroughTime(norms, matrix)
    make_back = unrolled.cell.back if layer in (-1, len(layers) - 1) else None
    return _by_prediction(unrolled, hidden, d_predictions, axis, make_back)


@torch.enable_grad()
def gradient_norms(
    model: nn.Module,
    inputs: Tensor,
    targets: Tensor,
    loss_fn: str | LossFunction,
    *,
    state: State = None,
    layer: int = -1,
    module: str | None = None,
) -> Tensor:
    """Return `gradient_through_time(...).norms` alone, (T,), with one way back in place of T.

    Takes what `gradient_through_time` takes, and raises what it raises.
    """
    check_graph(no_grad=False)
    unrolled, hidden, d_predictions = _call(model, inputs, targets, loss_fn, state, layer, module)
    return _norms(_derive(unrolled.predictions, hidden, d_predictions))


def _call(
    model: nn.Module, inputs: Tensor, targets: Tensor, loss_fn: str | LossFunction, state: State,
    layer: int, module: str | None,
) -> tuple[Unrolled, list[Tensor], Tensor]:  # fmt: skip
    """Return the model's call, a layer's hidden states, and the gradient at the predictions."""
    loss_fn = resolve_loss(loss_fn)
    unrolled = call_unrolled(model, inputs, state, module)
    check_shapes(loss_fn, unrolled.predictions, targets)
    _check_derivable(unrolled.predictions, layer, len(unrolled.layers))
    _, *hidden = unrolled.layers[layer].hidden
    loss = loss_fn(unrolled.predictions, targets)
    (d_predictions,) = torch.autograd.grad(loss, unrolled.predictions, retain_graph=True)
    return unrolled, hidden, d_predictions


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
    make_back: MakeBack | None,
) -> GradientThroughTime:  # fmt: skip
    """Return the gradient of each prediction and of all, many loss steps at a time.

    The last layer of a cell that knows its way back, `make_back`, takes half the time.
    """
    predictions = unrolled.predictions
    by_step = d_predictions.movedim(axis, -1)  # (..., T)
    at_once = max(1, NUMBERS_AT_ONCE // max(len(hidden) * hidden[0].numel(), by_step.numel()))
    parts, whole = [], [torch.zeros_like(h) for h in hidden]
    for first in range(0, len(hidden), at_once):
        some = by_step[..., first : first + at_once]
        rows = predictions.new_zeros(some.shape[-1], *predictions.shape)  # one for each loss step
        rows.diagonal(first, dim1=0, dim2=1 + axis).copy_(some)
        if make_back is None:
            found = _derive_each(predictions, hidden, rows)
        else:
            found = _by_equations(unrolled, rows, make_back)
        parts.append(_norms(found))
        whole = [h + d_h.sum(0) for h, d_h in zip(whole, found, strict=True)]
    return GradientThroughTime(_norms(whole), torch.cat(parts).tril())


def _by_equations(unrolled: Unrolled, rows: Tensor, make_back: MakeBack) -> list[Tensor]:
    """Return what `_derive_each` does for the last layer; autograd goes to its outputs alone."""
    d_outputs, *d_states = _derive_each(unrolled.predictions, unrolled.returned, rows)
    d_state = tuple(part[:, -1] for part in d_states)  # (rows, layers, B, H) -> (rows, B, H)
    by_time = d_outputs.unbind(2 if unrolled.module.batch_first else 1)  # each (rows, B, H)
    layer, found = unrolled.layers[-1], []
    with torch.no_grad():
        weights = weights_of(unrolled.module)[-1]
        back = make_back(layer.inputs, layer.before, layer.after, weights)
        for t in reversed(range(len(by_time))):
            d_h = d_state[0] + by_time[t]
            found.append(d_h)
            d_state = back(t, d_h, *d_state[1:])
    return found[::-1]


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


def _norms(gradients: list[Tensor]) -> Tensor:
    """Return the norm over batch and units of each gradient (..., B, H), stacked to (..., T).

    In float64: squares leave the range of a float32 long before the gradient does.
    """
    norms = [
        torch.linalg.vector_norm(d_h.cpu(), dim=(-2, -1), dtype=torch.float64) for d_h in gradients
    ]
    return torch.stack(norms, -1).to(gradients[0].dtype)
