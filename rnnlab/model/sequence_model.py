"""SequenceModel: a recurrence and a linear readout, `(inputs, state) -> (predictions, state)`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from rnnlab.base.checks import check_count, check_known, check_tensor
from rnnlab.loop.hidden import State
from rnnlab.model.recurrence import CELLS, TORCH_CELLS, gru_step, lstm_step, rnn_step

IMPLEMENTATIONS = {"auto": CELLS, "torch": TORCH_CELLS}


class SequenceModel(nn.Module):
    """A recurrent network with a linear readout at every time step.

    Its parameters are torch's own, in torch's order and shapes: `weight_ih_l0`, `weight_hh_l0`,
    `bias_ih_l0`, `bias_hh_l0` of each layer, then the readout's weight and bias.

    Args:
        input_size: D, features of the input at each time step.
        hidden_size: H, units of each layer.
        output_size: features (or classes) of the prediction at each time step.
        cell: "rnn" (tanh), "gru" or "lstm".
        num_layers: recurrent layers, one on top of the other.
        nonlinearity: of an "rnn", "tanh" or "relu".
        dropout: share of the outputs of each layer but the last that is zeroed in training.
        implementation: "auto" takes the recurrence with its BPTT by hand (`rnnlab.model.fast`)
            where that is faster: for "rnn" and "gru" on the CPU; "torch" takes torch.nn's own.

    Raises:
        ValueError: for a size that is not a positive whole number, or an unknown cell.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        cell: str = "rnn",
        num_layers: int = 1,
        *,
        nonlinearity: str = "tanh",
        dropout: float = 0.0,
        implementation: str = "auto",
    ) -> None:
        super().__init__()
        sizes = {
            "input_size": input_size,
            "hidden_size": hidden_size,
            "output_size": output_size,
            "num_layers": num_layers,
        }
        input_size, hidden_size, output_size, num_layers = (
            check_count(name, size) for name, size in sizes.items()
        )
        check_known("cell", cell, CELLS, "cells")
        self.cell, self._input_size = cell, input_size
        check_known("nonlinearity", nonlinearity, ("tanh", "relu"), "nonlinearities")
        check_known("implementation", implementation, IMPLEMENTATIONS, "implementations")
        if not isinstance(dropout, int | float) or not 0 <= dropout < 1:
            raise ValueError(f"dropout is {dropout!r}; it is a share from 0 to below 1")
        options: dict[str, Any] = {"batch_first": True, "dropout": dropout}
        if cell == "rnn":
            options["nonlinearity"] = nonlinearity
        kind: Callable[..., nn.RNNBase] = IMPLEMENTATIONS[implementation][cell]
        self.recurrence = kind(input_size, hidden_size, num_layers, **options)
        self.readout = nn.Linear(hidden_size, output_size)
        # torch's LSTM keeps time first in memory. A readout in this order has nothing to copy: of a
        # long step that is 3 to 6 %. (By hand it gains less, and a wide readout loses it again.)
        self._reads_time_first = cell == "lstm" and implementation == "auto"
        self._step = gru_step if cell == "gru" else partial(rnn_step, nonlinearity=nonlinearity)

    def forward(self, inputs: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Read a batch of sequences.

        Args:
            inputs: (B, T, D).
            state: (layers, B, H), for an LSTM a pair of these; zeros when None.

        Returns:
            predictions (B, T, output_size), and the state after the last time step.

        Raises:
            TypeError, ValueError: if inputs are not a tensor (B, T, D) with D = input_size.
        """
        check_tensor("inputs", inputs)
        expected = self._input_size
        if inputs.dim() != 3 or inputs.shape[2] != expected or 0 in inputs.shape:
            raise ValueError(
                f"inputs have shape {tuple(inputs.shape)}; expected (batch, time, input_size) "
                f"with input_size = {expected}" + _shape_advice(inputs, expected)
            )
        outputs, state = self.recurrence(inputs, state)  # (B, T, D) -> (B, T, H)
        if self._reads_time_first:
            by_time = self.readout(outputs.transpose(0, 1))  # (B, T, H) -> (T, B, output_size)
            return by_time.transpose(0, 1).contiguous(), state  # -> (B, T, output_size)
        return self.readout(outputs), state  # (B, T, H) -> (B, T, output_size)

    def one_step(self, inputs: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Read one time step by the equations of `rnnlab.model.recurrence`, with no dropout.

        It is what `forward` computes for a sequence of one; to generate step by step it is
        several times faster.

        Args:
            inputs: (B, D).
            state: as for `forward`.

        Returns:
            predictions (B, output_size), and the state after the step.
        """
        shape = (self.recurrence.num_layers, len(inputs), self.recurrence.hidden_size)
        if state is None:
            zeros = inputs.new_zeros(shape)
            state = (zeros, zeros) if self.cell == "lstm" else zeros
        states: list[Any] = []
        x = inputs
        for layer, weights in enumerate(self.recurrence.all_weights):
            if self.cell == "lstm":
                states.append(lstm_step(x, (state[0][layer], state[1][layer]), *weights))
                x = states[-1][0]  # (B, D or H) -> (B, H)
            else:
                x = self._step(x, state[layer], *weights)  # (B, D or H) -> (B, H)
                states.append(x)
        if self.cell == "lstm":
            return self.readout(x), tuple(torch.stack(part) for part in zip(*states, strict=True))
        return self.readout(x), torch.stack(states)  # (B, H) -> (B, output_size); (layers, B, H)


def _shape_advice(inputs: Tensor, input_size: int) -> str:
    if 0 in inputs.shape:
        return ": an empty batch has nothing to learn from"
    if inputs.dim() == 2 and input_size == 1:
        return ": add the feature axis with inputs.unsqueeze(-1)"
    if inputs.dim() == 2 and inputs.shape[1] == input_size:
        return ": add the batch axis with inputs.unsqueeze(0)"
    return ""
