"""SequenceModel: a recurrence and a linear readout, `(inputs, state) -> (predictions, state)`."""

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnnlab.base.checks import (
    check_count,
    check_fraction,
    check_known,
    check_lengths,
    check_tensor,
)
from rnnlab.base.say import say
from rnnlab.loop.hidden import State
from rnnlab.model.cells import RELU_RNN, RNN, Cell, resolve_cell
from rnnlab.model.unrolled import UnrolledCell

IMPLEMENTATIONS = ("auto", "torch")
SHAPES = {  # what is said of inputs whose shape does not fit
    "empty": (
        "inputs have shape {shape}; expected (batch, time, input_size) with input_size = "
        "{expected}: an empty batch has nothing to learn from"
    ),
    "no_features": (
        "inputs have shape {shape}; expected (batch, time, input_size) with input_size = "
        "{expected}: add the feature axis with inputs.unsqueeze(-1)"
    ),
    "no_batch": (
        "inputs have shape {shape}; expected (batch, time, input_size) with input_size = "
        "{expected}: add the batch axis with inputs.unsqueeze(0)"
    ),
    "other": (
        "inputs have shape {shape}; expected (batch, time, input_size) with input_size = {expected}"
    ),
}
NONLINEARITIES = {"tanh": RNN, "relu": RELU_RNN}


class SequenceModel(nn.Module):
    """A recurrent network with a linear readout at every time step.

    Its parameters are torch's own, in torch's order and shapes: `weight_ih_l0`, `weight_hh_l0`,
    `bias_ih_l0`, `bias_hh_l0` of each layer, then the readout's weight and bias.

    Args:
        input_size: D, features of the input at each time step; with an embedding, how many
            symbols there are.
        hidden_size: H, units of each layer.
        output_size: features (or classes) of the prediction at each time step.
        cell: "rnn" (tanh), "gru", "lstm", or a `rnnlab.model.cells.Cell` of your own.
        num_layers: recurrent layers, one on top of the other.
        nonlinearity: of an "rnn", "tanh" or "relu".
        dropout: fraction of the outputs of each layer but the last that is zeroed in training.
        implementation: "auto" takes the recurrence with its BPTT by hand (`rnnlab.model.fast`)
            where that is faster and can do what is asked for: for "rnn" and "gru" on the CPU;
            "torch" takes torch.nn's own.
        embedding_size: E: the inputs are then the numbers (B, T) of symbols, from 0 to
            input_size - 1, each of which stands for E features that are learned, a row of
            `embedding.weight`, the first parameter. None: inputs are features.

    Attributes:
        cell: the cell's name.
        embedding: an `nn.Embedding`, or None.

    Raises:
        ValueError: for a size that is not a positive integer, or an unknown cell.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        cell: str | Cell = "rnn",
        num_layers: int = 1,
        *,
        nonlinearity: str = "tanh",
        dropout: float = 0.0,
        implementation: str = "auto",
        embedding_size: int | None = None,
    ) -> None:
        super().__init__()
        input_size = check_count("input_size", input_size)
        hidden_size = check_count("hidden_size", hidden_size)
        output_size = check_count("output_size", output_size)
        num_layers = check_count("num_layers", num_layers)
        record = resolve_cell(cell)
        check_known("nonlinearity", nonlinearity, NONLINEARITIES, "nonlinearities")
        check_known("implementation", implementation, IMPLEMENTATIONS, "implementations")
        dropout = check_fraction("dropout", dropout, zero=True)
        if record == RNN:
            record = NONLINEARITIES[nonlinearity]
        self.cell, self._cell, self._input_size = record.name, record, input_size
        fast = record.fast_module if implementation == "auto" else None
        module: Any = fast or record.torch_module or partial(UnrolledCell, record)
        options = {**record.options, "batch_first": True, "dropout": dropout}
        self.embedding = None
        if embedding_size is not None:
            embedding_size = check_count("embedding_size", embedding_size)
            self.embedding = nn.Embedding(input_size, embedding_size)
        features = embedding_size or input_size
        self.recurrence: Any = module(features, hidden_size, num_layers, **options)
        self.readout = nn.Linear(hidden_size, output_size)
        self._time_first = record.time_first and implementation == "auto"

    def forward(self, inputs: Any, state: State = None) -> tuple[Tensor, State]:
        """Read a batch of sequences.

        Args:
            inputs: (B, T, D), or with an embedding (B, T), int64; or a pair of these and lengths
                (B,), the real steps of sequences that are padded to T steps.
            state: (layers, B, H), for an LSTM a pair of these; zeros when None.

        Returns:
            predictions (B, T, output_size), and the state after the last time step. With lengths
            one prediction for each sequence, (B, output_size), that of its last real step, and
            the state after that step: padding counts for nothing.

        Raises:
            TypeError, ValueError: if inputs are not a tensor (B, T, D) with D = input_size, or for
                symbols or lengths that there cannot be.
        """
        inputs, lengths = inputs if isinstance(inputs, tuple) else (inputs, None)
        features = self._features(inputs)
        if lengths is not None:
            check_lengths(lengths, features.shape[1], len(features))
            packed = pack_padded_sequence(features, lengths.cpu(), True, enforce_sorted=False)
            _, state = self.recurrence(packed, state)
            return self.readout(self._cell.parts(state)[0][-1]), state  # (B, H) -> (B, output_size)
        outputs, state = self.recurrence(features, state)  # (B, T, D) -> (B, T, H)
        if self._time_first:
            by_time = self.readout(outputs.transpose(0, 1))  # (B, T, H) -> (T, B, output_size)
            return by_time.transpose(0, 1).contiguous(), state  # -> (B, T, output_size)
        return self.readout(outputs), state  # (B, T, H) -> (B, T, output_size)

    def _features(self, inputs: Tensor) -> Tensor:
        """Return what the recurrence reads, (B, T, D), once the inputs have been checked."""
        check_tensor("inputs", inputs)
        expected, shape = self._input_size, tuple(inputs.shape)
        if self.embedding is not None:
            if inputs.dim() != 2 or 0 in shape or inputs.is_floating_point():
                text = (
                    "inputs have shape {shape} and dtype {dtype}; expected (batch, time), int64: "
                    "numbers of symbols, for an embedding"
                )
                raise ValueError(say(text, shape=shape, dtype=inputs.dtype))
            low, high = int(inputs.min()), int(inputs.max())
            if low < 0 or high >= expected:  # torch would say "index out of range in self"
                text = "inputs go from {low} to {high}; expected symbols from 0 to {last}"
                raise ValueError(say(text, low=low, high=high, last=expected - 1))
            features: Tensor = self.embedding(inputs)  # (B, T) -> (B, T, E)
            return features
        if inputs.dim() != 3 or inputs.shape[2] != expected or 0 in shape:
            text = SHAPES[_shape_fault(inputs, expected)]
            raise ValueError(say(text, shape=shape, expected=expected))
        return inputs

    def one_step(self, inputs: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Read one time step by the equations of its cell, with no dropout.

        It is what `forward` computes for a sequence of one; to generate step by step it is
        several times faster.

        Args:
            inputs: (B, D), or with an embedding (B,).
            state: as for `forward`.

        Returns:
            predictions (B, output_size), and the state after the step.
        """
        cell = self._cell
        if self.embedding is not None:
            inputs = self.embedding(inputs)  # (B,) -> (B, E)
        if state is None:
            shape = (self.recurrence.num_layers, len(inputs), self.recurrence.hidden_size)
            state = cell.state(inputs.new_zeros(shape) for _ in cell.state_parts)
        before, after, x = zip(*cell.parts(state), strict=True), [], inputs
        for start, weights in zip(before, self.recurrence.all_weights, strict=True):
            after.append(cell.parts(cell.step(x, cell.state(start), *weights)))
            x = after[-1][0]  # (B, D or H) -> (B, H)
        state = cell.state(torch.stack(part) for part in zip(*after, strict=True))
        return self.readout(x), state  # (B, H) -> (B, output_size); (layers, B, H)


def _shape_fault(inputs: Tensor, input_size: int) -> str:
    if 0 in inputs.shape:
        return "empty"
    if inputs.dim() == 2 and input_size == 1:
        return "no_features"
    if inputs.dim() == 2 and inputs.shape[1] == input_size:
        return "no_batch"
    return "other"
