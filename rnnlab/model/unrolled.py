"""A recurrence computed step by step by its cell's equations, with every state there to look at."""

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnnlab.base.say import say
from rnnlab.loop.hidden import State
from rnnlab.model.cells import Cell, Parts, Weights, cell_of


class Layer(NamedTuple):
    """What one layer read, (T, B, D or H), and its 1 + T states, the start first: parts (B, H)."""

    inputs: Tensor
    states: list[Parts]

    @property
    def hidden(self) -> list[Tensor]:
        """The hidden states alone, 1 + T of (B, H)."""
        return [parts[0] for parts in self.states]

    @property
    def before(self) -> Parts:
        """The parts of the state before each time step, (T, B, H)."""
        return tuple(map(torch.stack, zip(*self.states[:-1], strict=True)))

    @property
    def after(self) -> Parts:
        """The parts of the state after each time step, (T, B, H)."""
        return tuple(map(torch.stack, zip(*self.states[1:], strict=True)))


class UnrolledCell(nn.Module):
    """A cell over all of time, layer upon layer, as `torch.nn.RNN` is: for one without a module.

    Names, shapes, order and start of its parameters are those of torch's modules.

    Args:
        cell: what is repeated.
        input_size: D, features of the input at each time step.
        hidden_size: H, units of each layer.
        num_layers: one on top of the other.
        batch_first: read (B, T, D) instead of (T, B, D), as torch's modules do.
        dropout: fraction of the outputs of each layer but the last that is zeroed in training.
    """

    bias, bidirectional, proj_size = True, False, 0  # so that it can be asked as torch's can

    def __init__(
        self, cell: Cell, input_size: int, hidden_size: int, num_layers: int = 1, *,
        batch_first: bool = False, dropout: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.cell, self.input_size, self.hidden_size = cell, input_size, hidden_size
        self.num_layers, self.batch_first, self.dropout = num_layers, batch_first, dropout
        rows, bound = len(cell.gate_names) * hidden_size, 1 / math.sqrt(hidden_size)
        for layer in range(num_layers):
            columns = hidden_size if layer else input_size
            shapes = {"weight_ih": (rows, columns), "weight_hh": (rows, hidden_size),
                      "bias_ih": (rows,), "bias_hh": (rows,)}  # fmt: skip
            for name, shape in shapes.items():
                start = torch.empty(shape).uniform_(-bound, bound)
                self.register_parameter(f"{name}_l{layer}", nn.Parameter(start))

    @property
    def all_weights(self) -> list[list[Tensor]]:
        """weight_ih, weight_hh, bias_ih and bias_hh of each layer."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return [[getattr(self, f"{n}_l{k}") for n in names] for k in range(self.num_layers)]

    def forward(self, inputs: Any, state: State = None) -> tuple[Any, State]:
        """Read a batch of sequences from state (layers, B, H); return outputs and state.

        Of a `PackedSequence` the state is that after the last real step of each sequence.
        """
        if not isinstance(inputs, PackedSequence):
            outputs, state, _ = unroll(self, inputs, state)
            return outputs, state
        padded, lengths = pad_packed_sequence(inputs, self.batch_first)
        outputs, _, layers = unroll(self, padded, state)
        rows = torch.arange(len(lengths))
        ends = zip(
            *([part[lengths - 1, rows] for part in layer.after] for layer in layers), strict=True
        )  # of each part: layers of (T, B, H) -> (B, H)
        last = self.cell.state(torch.stack(part) for part in ends)  # (layers, B, H)
        return pack_padded_sequence(outputs, lengths, self.batch_first, False), last

    def check_forward_args(self, inputs: Tensor, state: State, _: None) -> None:
        """Refuse inputs and states of other sizes."""
        if inputs.shape[-1] != self.input_size:
            raise RuntimeError(
                say("inputs have {given} features; expected input_size = {expected}",
                    given=inputs.shape[-1], expected=self.input_size)
            )  # fmt: skip
        expected = (self.num_layers, inputs.shape[not self.batch_first], self.hidden_size)
        for part in self.cell.parts(state):
            if tuple(part.shape) != expected:
                raise RuntimeError(
                    say("a hidden state has shape {given}; expected {expected}, (layers, B, H)",
                        given=tuple(part.shape), expected=expected)
                )  # fmt: skip

    def extra_repr(self) -> str:
        """Say which cell this is, and its sizes."""
        return f"{self.cell.name}, {self.input_size}, {self.hidden_size}, layers={self.num_layers}"


def weights_of(module: Any) -> list[Weights]:
    """Return weight_ih, weight_hh, bias_ih and bias_hh of each layer; no bias is None."""
    return [(w[0], w[1], *(w[2:4] if module.bias else (None, None))) for w in module.all_weights]


def unroll(
    module: Any, inputs: Tensor, state: State = None, *, derivable: bool = False
) -> tuple[Tensor, State, list[Layer]]:
    """Return the outputs and the state that a recurrent module returns, and what each layer did.

    Args:
        module: an nn.RNN, nn.GRU, nn.LSTM or `UnrolledCell`.
        inputs: a batch of sequences, as the module takes them.
        state: as the module takes it; None: zeros.
        derivable: let a gradient be taken with respect to each hidden state, also where no
            weight below it is trained.
    """
    cell = cell_of(module)
    assert cell is not None
    x = inputs.transpose(0, 1) if module.batch_first else inputs  # -> (T, B, D)
    if state is None:
        zeros = x.new_zeros(module.num_layers, x.shape[1], module.hidden_size)
        state = cell.state(zeros for _ in cell.state_parts)
    module.check_forward_args(inputs, state, None)  # torch's own errors, for size and dtype
    layers: list[Layer] = []
    for number, weights in enumerate(weights_of(module)):
        if number > 0 and module.dropout > 0:
            x = dropout(x, module.dropout, module.training)
        states = [tuple(part[number] for part in cell.parts(state))]  # parts (B, H)
        for x_t in x.unbind():
            states.append(cell.parts(cell.step(x_t, cell.state(states[-1]), *weights)))
            if derivable and torch.is_grad_enabled() and not states[-1][0].requires_grad:
                states[-1][0].requires_grad_()
        layers.append(Layer(x, states))
        x = torch.stack(layers[-1].hidden[1:])  # T of (B, H) -> (T, B, H)
    ends = zip(*(layer.states[-1] for layer in layers), strict=True)
    last = cell.state(torch.stack(part) for part in ends)  # layers of (B, H) -> (layers, B, H)
    return x.transpose(0, 1) if module.batch_first else x, last, layers
