"""An RNN and a GRU over all of time, with backpropagation through time written by hand.

`d_x` is the derivative of the loss by x. What does not need the time step before it is one
product over all of time; only the recurrence itself is a loop. In the loop a call of NumPy, on
the memory of torch's tensors, costs half of one of torch for the few numbers of one time step,
and its tanh a fifth. Tensors come in and go out with the batch first, as in the modules; arrays
have time first, so that one time step is one piece of memory. Weights and equations are torch's,
as in `rnnlab.model.recurrence`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import Function

Array = np.ndarray

ONE_THREAD = 2**18  # multiplications of a product for which NumPy's BLAS takes one thread

# A run that diverges overflows here. It is the training loop that sees and tells it.
quiet = np.errstate(all="ignore")


class RNNThroughTime(Function):
    """One layer of an Elman RNN over all of time.

    Forward:   a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh,  h_t = f(a_t)
    Backward:  d_a_t = (d_h_t + d_a_{t+1} W_hh) * f'(a_t)
    with f = tanh and f' = 1 - h_t^2, or f = relu and f' = 1 where h_t > 0, else 0.
    """

    @staticmethod
    @quiet
    def forward(
        ctx: Any, x: Tensor, h_0: Tensor | None, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor,
        b_hh: Tensor, relu: bool,
    ) -> Tensor:  # fmt: skip
        """Return the hidden states (B, T, H) from x (B, T, D) and h_0 (B, H), zero if None."""
        states = room_for_states(x, h_0, len(w_hh))  # (1 + T, B, H)
        input_product(x, w_ih, b_ih + b_hh, out=states[1:])  # (B, T, D) -> (T, B, H)
        h_before, *h = states.numpy()
        w_hh_t, from_before = np.ascontiguousarray(w_hh.numpy().T), np.empty_like(h_before)
        product = best_product(h_before, w_hh_t)
        for h_t in h:
            product(h_before, w_hh_t, from_before)
            np.add(h_t, from_before, h_t)
            np.maximum(h_t, 0, out=h_t) if relu else np.tanh(h_t, h_t)
            h_before = h_t
        ctx.relu = relu
        ctx.save_for_backward(x, w_ih, w_hh, states)
        return states[1:].transpose(0, 1)  # (T, B, H) -> (B, T, H)

    @staticmethod
    @quiet
    def backward(ctx: Any, d_outputs: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of the six tensors, from d_outputs (B, T, H)."""
        refuse_second_derivative()
        x, w_ih, w_hh, states = ctx.saved_tensors
        h, w = states.numpy()[1:], w_hh.numpy()
        slope = (h > 0).astype(h.dtype) if ctx.relu else 1 - np.square(h)
        d_a = np.array(time_first(d_outputs), order="C")  # d_h until the loop is there
        d_a_after, from_after = np.zeros((2, *h[0].shape), h.dtype)
        product = best_product(d_a_after, w)
        for d_a_t, slope_t in zip(d_a[::-1], slope[::-1], strict=True):
            product(d_a_after, w, from_after)
            np.add(d_a_t, from_after, d_a_t)
            np.multiply(d_a_t, slope_t, d_a_t)
            d_a_after = d_a_t
        d_x, d_w_ih, d_b = input_gradients(d_a, x, w_ih, ctx.needs_input_grad[0])
        d_h_0 = torch.from_numpy(d_a[0] @ w) if ctx.needs_input_grad[1] else None
        return d_x, d_h_0, d_w_ih, weight_gradient(d_a, states.numpy()[:-1]), d_b, d_b, None


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
    @quiet
    def forward(
        ctx: Any, x: Tensor, h_0: Tensor | None, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor,
        b_hh: Tensor,
    ) -> Tensor:  # fmt: skip
        """Return the hidden states (B, T, H) from x (B, T, D) and h_0 (B, H), zero if None."""
        size = w_hh.shape[1]
        states = room_for_states(x, h_0, size)  # (1 + T, B, H)
        rz, n, m = (x.new_empty(x.shape[1], len(x), wide * size) for wide in (2, 1, 1))
        b_rz = b_ih[: 2 * size] + b_hh[: 2 * size]
        input_product(x, w_ih[: 2 * size], b_rz, out=rz)  # (B, T, D) -> (T, B, 2H)
        input_product(x, w_ih[2 * size :], b_ih[2 * size :], out=n)  # (B, T, D) -> (T, B, H)
        r, z = rz.chunk(2, dim=2)  # (T, B, 2H) -> 2 of (T, B, H)
        h_before, *h = states.numpy()
        w, b_hn = w_hh.numpy(), b_hh[2 * size :].numpy()
        w_rz_t, w_n_t = (np.ascontiguousarray(part.T) for part in (w[: 2 * size], w[2 * size :]))
        rz_product, n_product = best_product(h_before, w_rz_t), best_product(h_before, w_n_t)
        rz_from_before = np.empty_like(rz[0])
        every_t = zip(*(all_t.numpy() for all_t in (rz, r, z, n, m)), h, strict=True)
        for rz_t, r_t, z_t, n_t, m_t, h_t in every_t:
            rz_product(h_before, w_rz_t, rz_from_before)
            np.add(rz_t, rz_from_before, rz_t)
            sigmoid(rz_t)
            n_product(h_before, w_n_t, m_t)
            np.add(m_t, b_hn, m_t)
            np.multiply(r_t, m_t, h_t)
            np.add(n_t, h_t, n_t)
            np.tanh(n_t, n_t)
            np.subtract(h_before, n_t, h_t)
            np.multiply(h_t, z_t, h_t)
            np.add(h_t, n_t, h_t)
            h_before = h_t
        ctx.save_for_backward(x, w_ih, w_hh, rz, n, m, states)
        return states[1:].transpose(0, 1)  # (T, B, H) -> (B, T, H)

    @staticmethod
    @quiet
    def backward(ctx: Any, d_outputs: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of the six tensors, from d_outputs (B, T, H)."""
        refuse_second_derivative()
        x, w_ih, w_hh, rz, n, m, states = ctx.saved_tensors
        r, z = rz.chunk(2, dim=2)  # (T, B, 2H) -> 2 of (T, B, H)
        n_factor = (1 - z) * (1 - n.square())
        m_factor = n_factor * r
        z_factor = (states[:-1] - n) * z * (1 - z)
        gates = torch.stack([m_factor * m * (1 - r), z_factor, m_factor], dim=2)  # (T, B, 3, H)
        sums = gates.flatten(2)  # (T, B, 3, H) -> (T, B, 3H), the same memory
        d_h = torch.empty_like(states)  # (1 + T, B, H), from h_0 on
        d_h[0], d_h[1:] = 0, d_outputs.transpose(0, 1)
        every_t = (gates, sums, z, d_h[1:].unsqueeze(2), d_h[1:], d_h[:-1])
        w, from_after = w_hh.numpy(), np.empty_like(d_h[0])
        product = best_product(sums[0], w)
        for gates_t, sums_t, z_t, d_each_t, d_h_t, d_h_before in zip(
            *(all_t.numpy()[::-1] for all_t in every_t), strict=True
        ):
            np.multiply(gates_t, d_each_t, gates_t)  # the factors become d_r, d_z, d_m
            product(sums_t, w, from_after)
            np.add(d_h_before, from_after, d_h_before)
            np.multiply(d_h_t, z_t, from_after)
            np.add(d_h_before, from_after, d_h_before)
        d_w_hh = weight_gradient(sums.numpy(), states.numpy()[:-1])
        d_b_hh = sums.sum((0, 1))
        gates[:, :, 2] = d_h[1:] * n_factor  # the input's sums differ from the state's in n alone
        d_x, d_w_ih, d_b_ih = input_gradients(sums.numpy(), x, w_ih, ctx.needs_input_grad[0])
        d_h_0 = d_h[0] if ctx.needs_input_grad[1] else None
        return d_x, d_h_0, d_w_ih, d_w_hh, d_b_ih, d_b_hh


def room_for_states(x: Tensor, h_0: Tensor | None, size: int) -> Tensor:
    """Return states (1 + T, B, H), of which only the first is there, h_0 or zero."""
    states = np.empty((x.shape[1] + 1, len(x), size), x.numpy().dtype)
    states[0] = 0 if h_0 is None else h_0.numpy()
    return torch.from_numpy(states)


def time_first(x: Tensor) -> Array:
    """Return a view of x (B, T, D) as an array (T, B, D)."""
    return x.numpy().swapaxes(0, 1)


def input_product(x: Tensor, weight: Tensor, bias: Tensor, out: Tensor) -> None:
    """Write W x_t + b of all time steps at once, (B, T, D) -> (T, B, rows of W)."""
    rows = torch.from_numpy(time_first(x).reshape(-1, weight.shape[1]))  # (T, B, D) -> (T*B, D)
    torch.addmm(bias, rows, weight.t(), out=out.view(-1, len(weight)))


def input_gradients(
    d_a: Array, x: Tensor, w_ih: Tensor, wanted: bool
) -> tuple[Tensor | None, Tensor, Tensor]:
    """Return d_x (if wanted), d_W_ih and d_b_ih from d_a (T, B, G*H), over all of time at once."""
    flat = torch.from_numpy(d_a).flatten(0, 1)  # (T, B, G*H) -> (T*B, G*H)
    d_x = None
    if wanted:
        d_x = (flat @ w_ih).view(*d_a.shape[:2], -1).transpose(0, 1)  # (T*B, G*H) -> (B, T, D)
    return d_x, weight_gradient(d_a, time_first(x)), flat.sum(0)


def weight_gradient(d_a: Array, y: Array) -> Tensor:
    """Return the sum over time of d_a_t^T y_t, from d_a (T, B, G*H) and y (T, B, D or H)."""
    d_a, y = d_a.reshape(-1, d_a.shape[2]), y.reshape(-1, y.shape[2])  # (T*B, ...)
    return torch.from_numpy(d_a).t() @ torch.from_numpy(y)


def sigmoid(a: Any) -> None:
    """Replace a by 1 / (1 + exp(-a)) = (1 + tanh(a / 2)) / 2, which cannot overflow."""
    np.multiply(a, 0.5, a)
    np.tanh(a, a)
    np.add(a, 1, a)
    np.multiply(a, 0.5, a)


def best_product(rows: Any, weight: Any) -> Callable[[Any, Any, Any], Any]:
    """Return the function (a, b, out) that multiplies matrices of these sizes best.

    NumPy's call is the cheaper one; its BLAS keeps to one thread below this size. Above it torch
    multiplies, on as many threads as torch is told to take.
    """
    return np.dot if len(rows) * weight.size <= ONE_THREAD else torch_product


def torch_product(a: Any, b: Any, out: Any) -> None:
    """Write the matrix product of two arrays to a third, with torch."""
    torch.mm(torch.from_numpy(a), torch.from_numpy(b), out=torch.from_numpy(out))


def refuse_second_derivative() -> None:
    """Refuse a backward pass that is itself recorded."""
    if torch.is_grad_enabled():
        raise RuntimeError(
            "create_graph=True asks for a second derivative, which the backward pass written by "
            'hand does not have: use SequenceModel(..., implementation="torch")'
        )
