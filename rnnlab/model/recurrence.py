"""`torch.nn.RNN` and `torch.nn.GRU` with the recurrence and its BPTT by hand on the CPU.

Parameters, their names, their start and their order are torch's, so a `state_dict` goes both
ways. What cannot be done by hand is left to torch, and so is an LSTM, whose own is faster.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout

from rnnlab.model.layers import GRULayer, RNNLayer, is_transformed


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
        return through_layers(self, weights, RNNLayer.apply, inputs, state, relu)

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
        return through_layers(self, weights, GRULayer.apply, inputs, state)

    def extra_repr(self) -> str:
        """Say that this is not torch's own."""
        return super().extra_repr() + ", by hand on the CPU"


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
