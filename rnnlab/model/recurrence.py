"""`torch.nn.RNN` and `torch.nn.GRU` with the recurrence and its BPTT by hand on the CPU.

Parameters, their names, their start and their order are torch's, so a `state_dict` goes both
ways. What cannot be done by hand is left to torch, and so is an LSTM, whose own is faster.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout

from rnnlab.model.layers import GRULayer, RNNLayer, is_transformed


class ByHand(nn.RNNBase):
    """What both have before torch's module: a forward by hand, where that can be done."""

    one_layer: Any  # of x, h_0 and the weights of a layer

    def forward(self, inputs: Any, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read inputs (B, T, D) from state (layers, B, H); return outputs (B, T, H) and state."""
        weights = self.all_weights
        if not computes_by_hand(self, inputs, weights):
            return super().forward(inputs, state)
        if 0 in inputs.shape:
            raise ValueError(
                f"inputs have shape {tuple(inputs.shape)}; expected (batch, time, features) with "
                "at least one of each"
            )
        self.check_input(inputs, None)  # torch's own errors, for size and dtype
        if state is not None:
            self.check_forward_args(inputs, state, None)
        x, last = inputs, []
        for layer, own in enumerate(weights):
            if layer > 0 and self.dropout > 0:
                x = dropout(x, self.dropout, self.training)
            h_0 = None if state is None else state[layer]
            x, h_n = self.one_layer(x, h_0, *own)  # (B, T, D or H) -> (B, T, H), (1, B, H)
            last.append(h_n)
        return x, torch.cat(last) if len(last) > 1 else last[0]  # (B, T, H), (layers, B, H)

    def extra_repr(self) -> str:
        """Say that this is not torch's own."""
        return super().extra_repr() + ", by hand on the CPU"


class RNN(ByHand, nn.RNN):  # type: ignore[misc]
    """`torch.nn.RNN`, by hand where it is batch first and on the CPU."""

    def one_layer(self, *tensors: Tensor | None) -> Any:
        """Apply the recurrence of one layer to x, h_0 and the layer's weights."""
        return RNNLayer.apply(*tensors, self.nonlinearity == "relu")


class GRU(ByHand, nn.GRU):  # type: ignore[misc]
    """`torch.nn.GRU`, by hand where it is batch first and on the CPU."""

    one_layer = GRULayer.apply


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
