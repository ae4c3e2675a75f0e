"""The cells: of each its equations for one time step, and the record that everything else reads.

Weights have torch's layout: `weight_ih` (G*H, D) and `weight_hh` (G*H, H), where G is the number
of gates, and equations are those of the documentation of `torch.nn.RNN`, `GRU` and `LSTM`. A new
cell is one more `Cell`: a step and the names of its gates are enough, the rest is faster or shows
more.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from rnnlab.base.checks import check_known
from rnnlab.loop.hidden import State
from rnnlab.model import recurrence

Weights = tuple[Tensor, Tensor, Tensor | None, Tensor | None]  # and biases, of a layer
Parts = tuple[Tensor, ...]  # of a state: (h,), or (h, c)
Back = Callable[..., Parts]  # of t and the gradients of the parts at t: those at t - 1


class KerasLayer(NamedTuple):
    """How Keras has a cell: the layer's name, its gates in its order, and how many biases."""

    name: str
    gates: str
    biases: int = 1


@dataclass(frozen=True)
class Cell:
    """All that the package needs to know of a recurrent cell. B rows, D inputs, H units.

    Attributes:
        name: what it is called in tables and menus.
        step: of (x (B, D), state, weight_ih, weight_hh, bias_ih, bias_hh), the next state, in
            operations of torch. A state is h (B, H), or a tuple if it has several parts.
        gate_names: a letter for each block of H rows of the weights, in their order.
        gates: of what `step` takes, the value of each gate, (..., H); x and state may have a
            time axis in front. None: it has none to show.
        signed_gates: those with values from -1 to 1; the others go from 0 to 1.
        state_parts: the names of the parts of its state, h first, which is its output.
        back: of a layer's inputs (T, B, D), its state before and after each time step, and its
            weights: the function `Back`, one time step of BPTT for many losses at once, each
            gradient (losses, B, H). None: autograd does it, more slowly.
        torch_module: torch's own for all of time; None: `UnrolledCell` repeats the step.
        fast_module: one that computes the same faster; None: there is none.
        time_first: whether its outputs lie in memory with time first, so that a readout that takes
            them in this order copies nothing: 3 to 6 % of a long step.
        options: of these modules.
        keras: the same in Keras, None if Keras has no such layer.
    """

    name: str
    step: Callable[..., State]
    gate_names: str = "h"
    gates: Callable[..., Parts] | None = None
    signed_gates: str = ""
    state_parts: tuple[str, ...] = ("h",)
    back: Callable[[Tensor, Parts, Parts, Weights], Back] | None = None
    torch_module: type[nn.RNNBase] | None = None
    fast_module: type[nn.RNNBase] | None = None
    time_first: bool = False
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    keras: KerasLayer | None = None

    def parts(self, state: State) -> Parts:
        """Return a state as a tuple of its parts."""
        return tuple(state) if len(self.state_parts) > 1 else (state,)

    def state(self, parts: Iterable[Tensor]) -> State:
        """Return a state of its parts: a tensor if there is one part, else a tuple."""
        parts = tuple(parts)
        return parts if len(parts) > 1 else parts[0]

    def __str__(self) -> str:
        """Return the name, as tables show it."""
        return self.name


def rnn_step(
    x: Tensor, h: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor | None,
    bias_hh: Tensor | None,
) -> Tensor:  # fmt: skip
    """Return the next hidden state (B, H) of an Elman RNN from x (B, D) and h (B, H)."""
    return torch.tanh(linear(x, weight_ih, bias_ih) + linear(h, weight_hh, bias_hh))


def rnn_back(inputs: Tensor, before: Parts, after: Parts, weights: Weights) -> Back:
    """Return d_h_{t-1} = (d_h_t * (1 - h_t^2)) W_hh as a function of t and d_h_t."""
    slope = 1 - after[0].square()
    return lambda t, d_h: ((d_h * slope[t]) @ weights[1],)


def relu_rnn_step(x: Tensor, h: Tensor, *weights: Any) -> Tensor:
    """Return the next hidden state (B, H) of an RNN with relu in place of tanh."""
    weight_ih, weight_hh, bias_ih, bias_hh = weights
    return torch.relu(linear(x, weight_ih, bias_ih) + linear(h, weight_hh, bias_hh))


def relu_rnn_back(inputs: Tensor, before: Parts, after: Parts, weights: Weights) -> Back:
    """Return d_h_{t-1} as a function of t and d_h_t: the slope is 1 where h_t > 0, else 0."""
    slope = (after[0] > 0).to(after[0].dtype)
    return lambda t, d_h: ((d_h * slope[t]) @ weights[1],)


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


def gru_step(x: Tensor, h: Tensor, *weights: Tensor | None) -> Tensor:
    """Return the next hidden state (B, H) of a GRU from x (B, D) and h (B, H)."""
    _, z, n = gru_gates(x, h, *weights)  # type: ignore[arg-type]  # weights alone may not be None
    return (1 - z) * n + z * h


def gru_back(inputs: Tensor, before: Parts, after: Parts, weights: Weights) -> Back:
    """Return d_h_{t-1} as a function of t and d_h_t, by the equations of `rnnlab.model.bptt`."""
    (h,) = before
    r, z, n = gru_gates(inputs, h, *weights)
    m = linear(h, weights[1], weights[3]).chunk(3, dim=-1)[2]  # W_hn h_{t-1} + b_hn
    m_factor = (1 - z) * (1 - n.square()) * r
    z_factor = (h - n) * z * (1 - z)
    factors = torch.stack([m_factor * m * (1 - r), z_factor, m_factor], -2)  # (T, B, 3, H)

    def back(t: int, d_h: Tensor) -> Parts:
        d_gates = (d_h.unsqueeze(-2) * factors[t]).flatten(-2)  # (losses, B, 3, H) -> (.., 3H)
        return (d_h * z[t] + d_gates @ weights[1],)

    return back


def lstm_gates(
    x: Tensor, state: tuple[Tensor, Tensor], weight_ih: Tensor, weight_hh: Tensor,
    bias_ih: Tensor | None, bias_hh: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:  # fmt: skip
    """Return the gates i f g o of an LSTM, each (..., H), from x (..., D) and (h, c) before it."""
    sums = linear(x, weight_ih, bias_ih) + linear(state[0], weight_hh, bias_hh)
    i, f, g, o = sums.chunk(4, dim=-1)  # (..., 4H) -> 4 of (..., H)
    return torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)


def lstm_step(
    x: Tensor, state: tuple[Tensor, Tensor], *weights: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Return the next (h, c), each (B, H), of an LSTM from x (B, D) and (h, c)."""
    i, f, g, o = lstm_gates(x, state, *weights)  # type: ignore[arg-type]  # as for a GRU
    c = f * state[1] + i * g
    return o * torch.tanh(c), c


def lstm_back(inputs: Tensor, before: Parts, after: Parts, weights: Weights) -> Back:
    """Return d_h_{t-1} and d_c_{t-1} as a function of t, d_h_t and d_c_t."""
    c_before, c = before[1], after[1].tanh()
    i, f, g, o = lstm_gates(inputs, (before[0], c_before), *weights)
    c_factor, o_factor = o * (1 - c.square()), c * o * (1 - o)
    factors = torch.stack(
        [g * i * (1 - i), c_before * f * (1 - f), i * (1 - g.square())], -2
    )  # (T, B, 3, H), of i f g

    def back(t: int, d_h: Tensor, d_c: Tensor) -> Parts:
        d_c = d_c + d_h * c_factor[t]
        d_ifg = (d_c.unsqueeze(-2) * factors[t]).flatten(-2)  # (losses, B, 3, H) -> (.., 3H)
        d_gates = torch.cat([d_ifg, d_h * o_factor[t]], -1)  # (losses, B, 4H)
        return d_gates @ weights[1], d_c * f[t]

    return back


RNN = Cell(
    "rnn", rnn_step, back=rnn_back, torch_module=nn.RNN, fast_module=recurrence.RNN,
    keras=KerasLayer("SimpleRNN", "h"),
)  # fmt: skip
RELU_RNN = replace(RNN, step=relu_rnn_step, back=relu_rnn_back, options={"nonlinearity": "relu"})
GRU = Cell(
    "gru", gru_step, "rzn", gru_gates, signed_gates="n", back=gru_back, torch_module=nn.GRU,
    fast_module=recurrence.GRU, keras=KerasLayer("GRU", "zrn", biases=2),
)  # fmt: skip
LSTM = Cell(
    "lstm", lstm_step, "ifgo", lstm_gates, signed_gates="g", state_parts=("h", "c"),
    back=lstm_back, time_first=True, torch_module=nn.LSTM, keras=KerasLayer("LSTM", "ifgo"),
)  # fmt: skip

CELLS: dict[str, Cell] = {cell.name: cell for cell in (RNN, GRU, LSTM)}


def resolve_cell(cell: str | Cell) -> Cell:
    """Return the cell for a name, or the record itself.

    Raises:
        ValueError: for an unknown name, with the known ones.
    """
    if isinstance(cell, Cell):
        return cell
    check_known("cell", cell, CELLS, "cells")
    return CELLS[cell]


def cell_of(module: nn.Module) -> Cell | None:
    """Return the cell of a recurrent module for all of time, None if it is no such module."""
    cell = getattr(module, "cell", None)
    if isinstance(cell, Cell):
        return cell
    known = (c for c in (RELU_RNN, *CELLS.values()) if isinstance(module, c.torch_module or ()))
    return next((c for c in known if c.options.items() <= vars(module).items()), None)
