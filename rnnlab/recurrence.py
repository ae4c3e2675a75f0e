"""The recurrences: one time step as the equations write it, and all of time with BPTT by hand.

Weights have torch's layout: `weight_ih` (G*H, D) and `weight_hh` (G*H, H), where G is 1 for an
RNN, 3 for a GRU (gates r z n) and 4 for an LSTM (gates i f g o). The equations are those of the
documentation of `torch.nn.RNN`, `torch.nn.GRU` and `torch.nn.LSTM`.

In the classes, `d_x` is the derivative of the loss by x. What does not need the time step before
it is one product over all of time; only the recurrence itself is a loop. For the few numbers of
one time step a call of NumPy costs less than half of one of torch, and its tanh a fifth, so the
loops use both, on the same memory. An LSTM is left to torch, whose own is faster still.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn.functional import dropout, linear


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


class RNNThroughTime(Function):
    """One layer of an Elman RNN over all of time.

    Forward:   a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh,  h_t = f(a_t)
    Backward:  d_a_t = (d_h_t + d_a_{t+1} W_hh) * f'(a_t)
    with f = tanh and f' = 1 - h_t^2, or f = relu and f' = 1 where h_t > 0, else 0.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, h_0: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor,
        relu: bool,
    ) -> Tensor:  # fmt: skip
        """Return the hidden states (T, B, H) from x (T, B, D) and h_0 (B, H)."""
        h = input_product(x, w_ih, b_ih + b_hh)  # (T, B, D) -> (T, B, H)
        h_before, w_hh_t = h_0, w_hh.t()
        for h_t, same_h_t in zip(h.unbind(), h.numpy(), strict=True):
            h_t.addmm_(h_before, w_hh_t)
            h_t.relu_() if relu else np.tanh(same_h_t, out=same_h_t)
            h_before = h_t
        ctx.relu = relu
        ctx.save_for_backward(x, h_0, w_ih, w_hh, h)
        return h

    @staticmethod
    def backward(ctx: Any, d_h: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of the six tensors, from d_h (T, B, H) by the outputs alone."""
        refuse_second_derivative()
        x, h_0, w_ih, w_hh, h = ctx.saved_tensors
        slope = (h > 0).to(h.dtype) if ctx.relu else 1 - h.square()
        d_a = d_h.clone(memory_format=torch.contiguous_format)
        backwards = zip(d_a.unbind()[::-1], d_a.numpy()[::-1], slope.numpy()[::-1], strict=True)
        d_a_after = None
        for d_a_t, same_d_a_t, slope_t in backwards:
            if d_a_after is not None:
                d_a_t.addmm_(d_a_after, w_hh)
            np.multiply(same_d_a_t, slope_t, out=same_d_a_t)
            d_a_after = d_a_t
        d_x, d_w_ih, d_b = input_gradients(d_a, x, w_ih, ctx.needs_input_grad[0])
        d_h_0 = d_a[0] @ w_hh if ctx.needs_input_grad[1] else None
        return d_x, d_h_0, d_w_ih, recurrent_gradient(d_a, h, h_0), d_b, d_b, None


class GRUThroughTime(Function):
    """One layer of a GRU over all of time.

    Forward:   r_t = sigmoid(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr),  z_t alike
               m_t = W_hn h_{t-1} + b_hn
               n_t = tanh(W_in x_t + b_in + r_t m_t)
               h_t = n_t + z_t (h_{t-1} - n_t)
    Backward:  by each gate's sum it is d_h_t times a factor that the forward pass has fixed,
               d_n = d_h (1 - z) (1 - n^2)            d_m = d_n r
               d_r = d_n m r (1 - r)                  d_z = d_h (h_{t-1} - n) z (1 - z)
               d_h_{t-1} += d_h_t z_t + (d_r, d_z, d_m)_t W_hh
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, h_0: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor
    ) -> Tensor:
        """Return the hidden states (T, B, H) from x (T, B, D) and h_0 (B, H)."""
        size = h_0.shape[1]
        rz = input_product(x, w_ih[: 2 * size], (b_ih + b_hh)[: 2 * size])  # -> (T, B, 2H)
        n = input_product(x, w_ih[2 * size :], b_ih[2 * size :])  # (T, B, D) -> (T, B, H)
        m = b_hh[2 * size :].repeat(*n.shape[:2], 1)  # (H,) -> (T, B, H)
        r, z = rz.chunk(2, dim=2)  # (T, B, 2H) -> 2 of (T, B, H)
        h = torch.empty_like(n)
        w_rz_t, w_n_t = w_hh[: 2 * size].t(), w_hh[2 * size :].t()
        h_before = h_0
        every_t = zip(*(all_t.unbind() for all_t in (rz, r, z, m, n, h)), n.numpy(), strict=True)
        for rz_t, r_t, z_t, m_t, n_t, h_t, same_n_t in every_t:
            rz_t.addmm_(h_before, w_rz_t).sigmoid_()
            m_t.addmm_(h_before, w_n_t)
            n_t.addcmul_(r_t, m_t)
            np.tanh(same_n_t, out=same_n_t)
            h_before = torch.lerp(n_t, h_before, z_t, out=h_t)
        ctx.save_for_backward(x, h_0, w_ih, w_hh, rz, m, n, h)
        return h

    @staticmethod
    def backward(ctx: Any, d_out: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of the six tensors, from d_out (T, B, H) by the outputs alone."""
        refuse_second_derivative()
        x, h_0, w_ih, w_hh, rz, m, n, h = ctx.saved_tensors
        r, z = rz.chunk(2, dim=2)  # (T, B, 2H) -> 2 of (T, B, H)
        h_before = torch.cat([h_0.unsqueeze(0), h[:-1]])
        n_factor = (1 - z) * (1 - n.square())
        m_factor = n_factor * r
        z_factor = (h_before - n) * z * (1 - z)
        gates = torch.stack([m_factor * m * (1 - r), z_factor, m_factor], dim=2)  # (T, B, 3, H)
        d_h = torch.cat([torch.zeros_like(h_0).unsqueeze(0), d_out])  # (1 + T, B, H), from h_0 on
        same_gates, sums = gates.numpy(), gates.flatten(2)  # (T, B, 3, H) -> (T, B, 3H)
        d_hs, sums_of = d_h.unbind(), sums.unbind()
        for t in reversed(range(len(h))):
            d_h_t = d_hs[t + 1]
            np.multiply(same_gates[t], d_h_t.unsqueeze(1).numpy(), out=same_gates[t])
            d_hs[t].addcmul_(d_h_t, z[t]).addmm_(sums_of[t], w_hh)
        d_w_hh, d_b_hh = recurrent_gradient(sums, h, h_0), sums.sum((0, 1))
        gates[:, :, 2] = d_h[1:] * n_factor  # the input's sums differ from the state's in n alone
        d_x, d_w_ih, d_b_ih = input_gradients(sums, x, w_ih, ctx.needs_input_grad[0])
        return d_x, d_h[0], d_w_ih, d_w_hh, d_b_ih, d_b_hh


def input_product(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return W x_t + b of all time steps at once, (T, B, D) -> (T, B, rows of W)."""
    return torch.addmm(bias, x.flatten(0, 1), weight.t()).unflatten(0, x.shape[:2])


def input_gradients(
    d_a: Tensor, x: Tensor, w_ih: Tensor, wanted: bool
) -> tuple[Tensor | None, Tensor, Tensor]:
    """Return d_x (if wanted), d_W_ih and d_b_ih from d_a (T, B, G*H), over all of time at once."""
    flat = d_a.flatten(0, 1)  # (T, B, G*H) -> (T*B, G*H)
    d_x = (flat @ w_ih).view_as(x) if wanted else None
    return d_x, flat.t() @ x.flatten(0, 1), flat.sum(0)


def recurrent_gradient(d_a: Tensor, h: Tensor, h_0: Tensor) -> Tensor:
    """Return d_W_hh (G*H, H), the sum over time of d_a_t^T h_{t-1}."""
    later = d_a[1:].flatten(0, 1).t() @ h[:-1].flatten(0, 1)
    return later.addmm_(d_a[0].t(), h_0)


def refuse_second_derivative() -> None:
    """Refuse a backward pass that is itself recorded."""
    if torch.is_grad_enabled():
        raise RuntimeError(
            "create_graph=True asks for a second derivative, which the backward pass written by "
            'hand does not have: use SequenceModel(..., implementation="torch")'
        )


class RNN(nn.RNN):
    """`torch.nn.RNN`, batch first, with the recurrence and its BPTT by hand on the CPU.

    Parameters, their names, their start and their order are torch's, so a `state_dict` goes both
    ways. There is no second derivative.
    """

    def forward(  # type: ignore[override]
        self, inputs: Tensor, state: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Read inputs (B, T, D) from state (layers, B, H); return outputs (B, T, H) and state."""
        if not computes_by_hand(self, inputs):
            return super().forward(inputs, state)
        return through_layers(
            self, RNNThroughTime.apply, inputs, state, self.nonlinearity == "relu"
        )

    def extra_repr(self) -> str:
        """Say that this is not torch's own."""
        return super().extra_repr() + ", by hand on the CPU"


class GRU(nn.GRU):
    """`torch.nn.GRU`, batch first, by hand on the CPU; otherwise as `RNN`."""

    def forward(  # type: ignore[override]
        self, inputs: Tensor, state: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Read inputs (B, T, D) from state (layers, B, H); return outputs (B, T, H) and state."""
        if not computes_by_hand(self, inputs):
            return super().forward(inputs, state)
        return through_layers(self, GRUThroughTime.apply, inputs, state)

    def extra_repr(self) -> str:
        """Say that this is not torch's own."""
        return super().extra_repr() + ", by hand on the CPU"


TORCH_CELLS: dict[str, type[nn.RNNBase]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
CELLS: dict[str, type[nn.RNNBase]] = {"rnn": RNN, "gru": GRU, "lstm": nn.LSTM}


def computes_by_hand(module: nn.RNNBase, inputs: Any) -> bool:
    """Whether the code above can do this; torch's own does the rest."""
    return (
        isinstance(inputs, Tensor)  # not a packed sequence
        and inputs.device.type == "cpu"
        and inputs.dtype in (torch.float32, torch.float64)
        and inputs.dim() == 3
        and module.batch_first
        and module.bias
        and not module.bidirectional
        and not torch.is_autocast_enabled("cpu")
        and not torch.compiler.is_compiling()
    )


def through_layers(
    module: nn.RNNBase, one_layer: Callable[..., Tensor], inputs: Tensor, state: Tensor | None,
    *options: Any,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Apply the recurrence of one layer to each layer in turn, as torch's modules do."""
    if 0 in inputs.shape:
        raise ValueError(
            f"inputs have shape {tuple(inputs.shape)}; expected (batch, time, features) with at "
            "least one of each"
        )
    module.check_input(inputs, None)  # torch's own errors, for size and dtype
    x = inputs.transpose(0, 1)  # (B, T, D) -> (T, B, D)
    if state is None:
        state = x.new_zeros(module.num_layers, x.shape[1], module.hidden_size)
    else:
        module.check_forward_args(inputs, state, None)
    last = []
    for layer, weights in enumerate(module.all_weights):
        if layer > 0 and module.dropout > 0:
            x = dropout(x, module.dropout, module.training)
        x = one_layer(x, state[layer], *weights, *options)  # (T, B, D or H) -> (T, B, H)
        last.append(x[-1])
    return x.transpose(0, 1), torch.stack(last)  # (T, B, H) -> (B, T, H), and (layers, B, H)
