"""The recurrences, one time step at a time, as the equations write them.

Weights have torch's layout: `weight_ih` (G*H, D) and `weight_hh` (G*H, H), where G is 1 for an
RNN, 3 for a GRU (gates r z n) and 4 for an LSTM (gates i f g o). The equations are those of the
documentation of `torch.nn.RNN`, `torch.nn.GRU` and `torch.nn.LSTM`.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import linear

CELLS: dict[str, type[torch.nn.RNNBase]] = {
    "rnn": torch.nn.RNN,
    "gru": torch.nn.GRU,
    "lstm": torch.nn.LSTM,
}


def rnn_step(
    x: Tensor, h: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor
) -> Tensor:
    """Return the next hidden state (B, H) of an Elman RNN from x (B, D) and h (B, H)."""
    return torch.tanh(linear(x, weight_ih, bias_ih) + linear(h, weight_hh, bias_hh))


def gru_step(
    x: Tensor, h: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor
) -> Tensor:
    """Return the next hidden state (B, H) of a GRU from x (B, D) and h (B, H)."""
    x_r, x_z, x_n = linear(x, weight_ih, bias_ih).chunk(3, dim=1)  # (B, 3H) -> 3 of (B, H)
    h_r, h_z, h_n = linear(h, weight_hh, bias_hh).chunk(3, dim=1)
    r = torch.sigmoid(x_r + h_r)
    z = torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + r * h_n)
    return (1 - z) * n + z * h


def lstm_step(
    x: Tensor,
    state: tuple[Tensor, Tensor],
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
) -> tuple[Tensor, Tensor]:
    """Return the next (h, c), each (B, H), of an LSTM from x (B, D) and (h, c)."""
    h, c = state
    gates = linear(x, weight_ih, bias_ih) + linear(h, weight_hh, bias_hh)
    i, f, g, o = gates.chunk(4, dim=1)  # (B, 4H) -> 4 of (B, H)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c
