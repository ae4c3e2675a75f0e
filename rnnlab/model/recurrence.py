"""The recurrences: one time step as the equations write it, and modules for all of time.

Weights have torch's layout: `weight_ih` (G*H, D) and `weight_hh` (G*H, H), where G is 1 for an
RNN, 3 for a GRU (gates r z n) and 4 for an LSTM (gates i f g o). The equations are those of the
documentation of `torch.nn.RNN`, `torch.nn.GRU` and `torch.nn.LSTM`. An LSTM is left to torch,
whose own is faster than one by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout, linear

from rnnlab.model.fast import GRUThroughTime, RNNThroughTime, is_transformed


def rnn_step(
    x: Tensor, h: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor | None,
    bias_hh: Tensor | None, nonlinearity: str = "tanh",
) -> Tensor:  # fmt: skip
    """Return the next hidden state (B, H) of an Elman RNN from x (B, D) and h (B, H)."""
    a = linear(x, weight_ih, bias_ih) + linear(h, weight_hh, bias_hh)
    return torch.tanh(a) if nonlinearity == "tanh" else torch.relu(a)


def gru_gates(
    x: Tensor, h: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor | None,
    bias_hh: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """Return the gates r z n of a GRU, each (..., H), from x (..., D) and h before it (..., H)."""
    x_r, x_z, x_n = linear(x, weight_ih, bias_ih).chunk(3, dim=-1)  # (..., 3H) -> 3 of (..., H)
    h_r, h_z, h_n = linear(h, weight_hh, bias_hh).chunk(3, dim=-1)
    r = torch.sigmoid(x_r + h_r)
    z = torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + r * h_n)
    return r, z, n


def gru_step(
    x: Tensor, h: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor | None,
    bias_hh: Tensor | None,
) -> Tensor:  # fmt: skip
    """Return the next hidden state (B, H) of a GRU from x (B, D) and h (B, H)."""
    _, z, n = gru_gates(x, h, weight_ih, weight_hh, bias_ih, bias_hh)
    return (1 - z) * n + z * h


def lstm_gates(
    x: Tensor, h: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor | None,
    bias_hh: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:  # fmt: skip
    """Return the gates i f g o of an LSTM, each (..., H), from x (..., D) and h before it."""
    sums = linear(x, weight_ih, bias_ih) + linear(h, weight_hh, bias_hh)
    i, f, g, o = sums.chunk(4, dim=-1)  # (..., 4H) -> 4 of (..., H)
    return torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)


def lstm_step(
    x: Tensor, state: tuple[Tensor, Tensor], weight_ih: Tensor, weight_hh: Tensor,
    bias_ih: Tensor | None, bias_hh: Tensor | None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Return the next (h, c), each (B, H), of an LSTM from x (B, D) and (h, c)."""
    h, c = state
    i, f, g, o = lstm_gates(x, h, weight_ih, weight_hh, bias_ih, bias_hh)
    c = f * c + i * g
    return o * torch.tanh(c), c


class RNN(nn.RNN):
    """`torch.nn.RNN`, by hand where it is batch first and on the CPU."""

    def forward(  # type: ignore[override]
        self, inputs: Tensor, state: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Read inputs (B, T, D) from state (layers, B, H); return outputs (B, T, H) and state."""
        weights = self.all_weights
        if not computes_by_hand(self, inputs, weights):
            return super().forward(inputs, state)
        relu = self.nonlinearity == "relu"
        return through_layers(self, weights, RNNThroughTime.apply, inputs, state, relu)

    def extra_repr(self) -> str:
        """Say that this is not torch's own."""
        return super().extra_repr() + ", by hand on the CPU"


class GRU(nn.GRU):
    """`torch.nn.GRU`, by hand where it is batch first and on the CPU."""

    def forward(  # type: ignore[override]
        self, inputs: Tensor, state: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Read inputs (B, T, D) from state (layers, B, H); return outputs (B, T, H) and state."""
        weights = self.all_weights
        if not computes_by_hand(self, inputs, weights):
            return super().forward(inputs, state)
        return through_layers(self, weights, GRUThroughTime.apply, inputs, state)

    def extra_repr(self) -> str:
        """Say that this is not torch's own."""
        return super().extra_repr() + ", by hand on the CPU"


TORCH_CELLS: dict[str, type[nn.RNNBase]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
CELLS: dict[str, type[nn.RNNBase]] = {"rnn": RNN, "gru": GRU, "lstm": nn.LSTM}


def computes_by_hand(module: nn.RNNBase, inputs: Any, weights: list[list[nn.Parameter]]) -> bool:
    """Return whether the code by hand can do this; torch's own does the rest."""
    return (
        isinstance(inputs, Tensor)  # not a packed sequence
        and inputs.is_cpu
        and weights[0][0].is_cpu  # else torch says that the devices differ
        and inputs.dtype in (torch.float32, torch.float64)
        and inputs.dim() == 3
        and module.batch_first
        and module.bias
        and not module.bidirectional
        and not is_transformed()
        and not torch.is_autocast_enabled("cpu")
        and not torch.compiler.is_compiling()
        and not torch.jit.is_tracing()
    )


def through_layers(
    module: nn.RNNBase, weights: list[list[nn.Parameter]], one_layer: Callable[..., Any],
    inputs: Tensor, state: Tensor | None, *options: Any,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Apply the recurrence of one layer to each layer in turn, as torch's modules do."""
    if 0 in inputs.shape:
        raise ValueError(
            f"inputs have shape {tuple(inputs.shape)}; expected (batch, time, features) with at "
            "least one of each"
        )
    module.check_input(inputs, None)  # torch's own errors, for size and dtype
    if state is not None:
        module.check_forward_args(inputs, state, None)
    x, last = inputs, []
    for layer, own in enumerate(weights):
        if layer > 0 and module.dropout > 0:
            x = dropout(x, module.dropout, module.training)
        h_0 = None if state is None else state[layer]
        x, h_n = one_layer(x, h_0, *own, *options)  # (B, T, D or H) -> (B, T, H), (1, B, H)
        last.append(h_n)
    return x, torch.cat(last) if len(last) > 1 else last[0]  # (B, T, H), (layers, B, H)
