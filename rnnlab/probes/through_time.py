"""Gradients of many losses at every hidden state of a layer at once, by the equations of BPTT.

For one loss autograd does this; for T losses at a time it takes several times as long. Equations
and names are those of `rnnlab.model.fast`: `d_x` is the derivative by x, a factor is what the
forward pass has fixed of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from rnnlab.model.recurrence import gru_gates, lstm_gates
from rnnlab.probes.unrolling import Layer, Weights

Back = Callable[..., list[Tensor]]  # of t, d_h_t, and of an LSTM d_c_t: those at t - 1


def back_through_time(
    module: nn.RNNBase, layer: Layer, weights: Weights, d_outputs: Tensor, d_last: list[Tensor],
    first: int = 0,
) -> Iterator[tuple[int, Tensor]]:  # fmt: skip
    """Yield t and d_h_t (rows, B, H), from the last time step to the first.

    Args:
        module: an nn.RNN, nn.GRU or nn.LSTM.
        layer: what its last layer did.
        weights: of that layer.
        d_outputs: (rows, T, B, H), derivatives of each row's loss by the outputs alone.
        d_last: (rows, B, H), the same by the last h, and of an LSTM by the last c.
        first: the time step of the first row's loss; each row's is one later. Where no row
            depends on an output after its time step, its zeros there are left out: d_h_t has
            then the last rows alone.
    """
    back = _BACK[next(kind for kind in _BACK if isinstance(module, kind))](module, layer, weights)
    steps = d_outputs.shape[1]
    causal = _is_causal(d_outputs, d_last, first)
    d_state = [part[:0] for part in d_last] if causal else d_last  # of the rows that count by now
    for t in reversed(range(steps)):
        start = min(max(t - first, 0), len(d_outputs)) if causal else 0
        entering = len(d_outputs) - start - len(d_state[0])
        if entering:
            d_state = [torch.cat([part[start : start + entering], present])
                       for part, present in zip(d_last, d_state, strict=True)]  # fmt: skip
        d_h = d_state[0] + d_outputs[start:, t]
        yield t, d_h
        d_state = back(t, d_h, *d_state[1:])


def _is_causal(d_outputs: Tensor, d_last: list[Tensor], first: int) -> bool:
    """Whether no row depends on an output, or a last state, after its own time step."""
    used = (d_outputs != 0).flatten(2).any(-1)  # (rows, T, B, H) -> (rows, T)
    is_last = first + len(d_outputs) == d_outputs.shape[1]
    early = [part[:-1] if is_last else part for part in d_last]
    return not used.triu(first + 1).any() and not any((part != 0).any() for part in early)


def _rnn_back(module: Any, layer: Layer, weights: Weights) -> Back:
    h = torch.stack(layer.hidden[1:])  # T of (B, H) -> (T, B, H)
    slope = (h > 0).to(h.dtype) if module.nonlinearity == "relu" else 1 - h.square()

    def back(t: int, d_h: Tensor) -> list[Tensor]:
        return [(d_h * slope[t]) @ weights[1]]

    return back


def _gru_back(module: Any, layer: Layer, weights: Weights) -> Back:
    before = torch.stack(layer.hidden[:-1])  # T of (B, H) -> (T, B, H)
    r, z, n = gru_gates(layer.inputs, before, *weights)
    m = linear(before, weights[1], weights[3]).chunk(3, dim=-1)[2]  # W_hn h_{t-1} + b_hn
    m_factor = (1 - z) * (1 - n.square()) * r
    z_factor = (before - n) * z * (1 - z)
    factors = torch.stack([m_factor * m * (1 - r), z_factor, m_factor], -2)  # (T, B, 3, H)

    def back(t: int, d_h: Tensor) -> list[Tensor]:
        d_gates = (d_h.unsqueeze(-2) * factors[t]).flatten(-2)  # (rows, B, 3, H) -> (rows, B, 3H)
        return [d_h * z[t] + d_gates @ weights[1]]

    return back


def _lstm_back(module: Any, layer: Layer, weights: Weights) -> Back:
    c_before, c = torch.stack(layer.cells[:-1]), torch.stack(layer.cells[1:]).tanh()  # (T, B, H)
    i, f, g, o = lstm_gates(layer.inputs, torch.stack(layer.hidden[:-1]), *weights)
    c_factor, o_factor = o * (1 - c.square()), c * o * (1 - o)
    factors = torch.stack(
        [g * i * (1 - i), c_before * f * (1 - f), i * (1 - g.square())], -2
    )  # (T, B, 3, H), of i f g

    def back(t: int, d_h: Tensor, d_c: Tensor) -> list[Tensor]:
        d_c = d_c + d_h * c_factor[t]
        d_ifg = (d_c.unsqueeze(-2) * factors[t]).flatten(-2)  # (rows, B, 3, H) -> (rows, B, 3H)
        d_gates = torch.cat([d_ifg, d_h * o_factor[t]], -1)  # (rows, B, 4H)
        return [d_gates @ weights[1], d_c * f[t]]

    return back


_BACK: dict[type[nn.RNNBase], Callable[[Any, Layer, Weights], Back]] = {
    nn.RNN: _rnn_back,
    nn.GRU: _gru_back,
    nn.LSTM: _lstm_back,
}
