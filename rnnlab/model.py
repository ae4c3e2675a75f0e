"""SequenceModel: a recurrence and a linear readout, `(inputs, state) -> (predictions, state)`."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from rnnlab.arguments import check_count, check_known
from rnnlab.hidden import State
from rnnlab.recurrence import CELLS


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
    ) -> None:
        super().__init__()
        sizes = {
            "input_size": input_size,
            "hidden_size": hidden_size,
            "output_size": output_size,
            "num_layers": num_layers,
        }
        for name, size in sizes.items():
            check_count(name, size)
        check_known("cell", cell, CELLS, "cells")
        self.cell = cell
        kind: Callable[..., nn.RNNBase] = CELLS[cell]
        self.recurrence = kind(input_size, hidden_size, num_layers, batch_first=True)
        self.readout = nn.Linear(hidden_size, output_size)

    def forward(self, inputs: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Read a batch of sequences.

        Args:
            inputs: (B, T, D).
            state: (layers, B, H), for an LSTM a pair of these; zeros when None.

        Returns:
            predictions (B, T, output_size), and the state after the last time step.

        Raises:
            ValueError: if inputs are not (B, T, D) with D = input_size.
        """
        expected = self.recurrence.input_size
        if inputs.dim() != 3 or inputs.shape[2] != expected:
            raise ValueError(
                f"inputs have shape {tuple(inputs.shape)}; expected (batch, time, input_size) "
                f"with input_size = {expected}" + _shape_advice(inputs, expected)
            )
        outputs, state = self.recurrence(inputs, state)  # (B, T, D) -> (B, T, H)
        return self.readout(outputs), state  # (B, T, H) -> (B, T, output_size)


def _shape_advice(inputs: Tensor, input_size: int) -> str:
    if inputs.dim() == 2 and input_size == 1:
        return ": add the feature axis with inputs.unsqueeze(-1)"
    if inputs.dim() == 2 and inputs.shape[1] == input_size:
        return ": add the batch axis with inputs.unsqueeze(0)"
    return ""
