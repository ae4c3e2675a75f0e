"""The recurrences of an RNN and a GRU in NumPy: `rnnlab.model.bptt`, faster; this one trains.

Three things make it fast. What does not need the time step before it is one product over all of
time; only the recurrence itself is a loop. In the loop a call of NumPy, on the memory of torch's
tensors, costs half of one of torch for the few numbers of one time step, and its tanh a fifth.
And the backward loop multiplies factors that were computed for many time steps at once.

The loops are functions of arrays alone: time first, so that one time step is one piece of memory,
then perhaps an axis of runs, (T, ..., B, H), with weights (..., H, H) to it. Around them
`RNNThroughTime` and `GRUThroughTime` are what autograd calls, batch first as torch's modules.
`d_x` is the gradient of the loss with respect to x.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import Function, forward_ad

Array = np.ndarray
Gradients = tuple[Tensor | None, ...]

ONE_THREAD = 2**18  # multiplications of a product for which NumPy's BLAS takes one thread
BLOCK = 2**16  # numbers of a gate that are computed at once: they stay in the processor's cache

# A run that diverges overflows here. It is the training loop that sees and reports it.
quiet = np.errstate(all="ignore")


def rnn_forward(states: Array, w_hh: Array, relu: bool) -> None:
    """Compute h_t = f(a_t), with a_t = (W_ih x_t + b) + W_hh h_{t-1}, in place.

    `states` (1 + T, ..., B, H) holds h_0 and the parts in brackets, which become h_t.
    """
    h_before, *h = states
    w_hh_t, from_before = transposed(w_hh), np.empty_like(h_before)
    product = best_product(h_before, w_hh_t)
    for h_t in h:
        product(h_before, w_hh_t, from_before)
        np.add(h_t, from_before, h_t)
        np.maximum(h_t, 0, out=h_t) if relu else np.tanh(h_t, h_t)
        h_before = h_t


def rnn_backward(d_h: Array, h: Array, w_hh: Array, relu: bool) -> None:
    """Compute d_a_t = (d_h_t + d_a_{t+1} W_hh) * f'(a_t) in place: `d_h` becomes d_a."""
    slope = (h > 0).astype(h.dtype) if relu else 1 - np.square(h)
    d_a_after, from_after = np.zeros((2, *h[0].shape), h.dtype)
    product = best_product(d_a_after, w_hh)
    for d_a_t, slope_t in zip(d_h[::-1], slope[::-1], strict=True):
        product(d_a_after, w_hh, from_after)
        np.add(d_a_t, from_after, d_a_t)
        np.multiply(d_a_t, slope_t, d_a_t)
        d_a_after = d_a_t


def gru_forward(states: Array, rz: Array, n: Array, m: Array, w_hh: Array, b_hn: Array) -> None:
    """Compute r and z, n, m = W_hn h_{t-1} + b_hn, and h_t = n_t + z_t (h_{t-1} - n_t), in place.

    `rz` (T, ..., B, 2H) and `n` (T, ..., B, H) hold what comes from the input; `states` h_0.
    """
    size = w_hh.shape[-1]
    r, z = rz[..., :size], rz[..., size:]
    h_before, *h = states
    w_rz_t, w_n_t = transposed(w_hh[..., : 2 * size, :]), transposed(w_hh[..., 2 * size :, :])
    rz_product, n_product = best_product(h_before, w_rz_t), best_product(h_before, w_n_t)
    rz_from_before = np.empty_like(rz[0])
    for rz_t, r_t, z_t, n_t, m_t, h_t in zip(rz, r, z, n, m, h, strict=True):
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


def gru_factors(rz: Array, n: Array, m: Array, states: Array) -> tuple[Array, Array]:
    """Return the factors of d_h_t in d_r, d_z, d_m (T, ..., B, 3, H) and in d_n (T, ..., B, H).

    d_n = d_h (1 - z) (1 - n^2)      d_m = d_n r
    d_r = d_n m r (1 - r)            d_z = d_h (h_{t-1} - n) z (1 - z)

    A block of time steps at once: all of time needs memory for every intermediate result.
    """
    size = n.shape[-1]
    gates, n_factors = np.empty((*n.shape[:-1], 3, size), n.dtype), np.empty_like(n)
    steps = max(1, BLOCK // n[0].size)
    for some in (slice(t, t + steps) for t in range(0, len(n), steps)):
        r, z, n_t = rz[some, ..., :size], rz[some, ..., size:], n[some]
        one_z, n_factor = 1 - z, n_factors[some]
        np.multiply(one_z, 1 - np.square(n_t), n_factor)
        m_factor = np.multiply(n_factor, r, gates[some, ..., 2, :])
        np.multiply(m_factor * m[some], 1 - r, gates[some, ..., 0, :])
        np.multiply((states[:-1][some] - n_t) * z, one_z, gates[some, ..., 1, :])
    return gates, n_factors


def gru_backward(d_h: Array, gates: Array, z: Array, w_hh: Array) -> None:
    """Compute d_h_{t-1} += d_h_t z_t + (d_r, d_z, d_m)_t W_hh in place.

    `d_h` (1 + T, ..., B, H) begins with h_0's; the factors `gates` become d_r, d_z, d_m.
    """
    sums = gates.reshape(*gates.shape[:-2], -1)  # (T, ..., B, 3, H) -> (T, ..., B, 3H), no copy
    from_after = np.empty_like(d_h[0])
    product = best_product(sums[0], w_hh)
    every_t = (gates, sums, z, np.expand_dims(d_h[1:], -2), d_h[1:], d_h[:-1])
    for gates_t, sums_t, z_t, d_each_t, d_h_t, d_h_before in zip(
        *(all_t[::-1] for all_t in every_t), strict=True
    ):
        np.multiply(gates_t, d_each_t, gates_t)
        product(sums_t, w_hh, from_after)
        np.add(d_h_before, from_after, d_h_before)
        np.multiply(d_h_t, z_t, from_after)
        np.add(d_h_before, from_after, d_h_before)


class RNNThroughTime(Function):
    """One layer of an Elman RNN over all of time, with f = tanh or relu."""

    @staticmethod
    @quiet
    def forward(
        ctx: Any, x: Tensor, h_0: Tensor | None, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor,
        b_hh: Tensor, relu: bool,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        """Return outputs (B, T, H) and h_n (1, B, H), from x (B, T, D) and h_0 (B, H) or None."""
        states = room_for_states(x, h_0, len(w_hh))  # (1 + T, B, H)
        input_product(x, w_ih, b_ih + b_hh, out=states[1:])  # (B, T, D) -> (T, B, H)
        rnn_forward(states.numpy(), w_hh.numpy(), relu)
        ctx.in_torch = torch.rnn_relu if relu else torch.rnn_tanh
        ctx.save_for_backward(x, h_0, w_ih, w_hh, b_ih, b_hh, states)
        return results(ctx, states)

    @staticmethod
    @quiet
    def backward(ctx: Any, d_outputs: Tensor | None, d_h_n: Tensor | None) -> Gradients:
        """Return the gradients of the six tensors, from d_outputs (B, T, H) and d_h_n (1, B, H)."""
        if not is_plain_backward(ctx, d_outputs, d_h_n):
            return *gradients_in_torch(ctx, d_outputs, d_h_n), None
        x, _, w_ih, w_hh, _, _, states = ctx.saved_tensors
        d_a = np.empty_like(states.numpy()[1:])  # (T, B, H)
        write_gradients(d_outputs, d_h_n, d_a)
        rnn_backward(d_a, states.numpy()[1:], w_hh.numpy(), ctx.in_torch is torch.rnn_relu)
        d_x, d_w_ih, d_b = input_gradients(d_a, x, w_ih, ctx.needs_input_grad[0])
        d_h_0 = torch.from_numpy(d_a[0] @ w_hh.numpy()) if ctx.needs_input_grad[1] else None
        d_w_hh = weight_gradient(d_a, states.numpy()[:-1])
        return d_x, d_h_0, d_w_ih, d_w_hh, d_b, d_b.clone(), None


class GRUThroughTime(Function):
    """One layer of a GRU over all of time."""

    @staticmethod
    @quiet
    def forward(
        ctx: Any, x: Tensor, h_0: Tensor | None, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor,
        b_hh: Tensor,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        """Return outputs (B, T, H) and h_n (1, B, H), from x (B, T, D) and h_0 (B, H) or None."""
        size = w_hh.shape[1]
        states = room_for_states(x, h_0, size)  # (1 + T, B, H)
        rz, n, m = (x.new_empty(x.shape[1], len(x), wide * size) for wide in (2, 1, 1))
        b_rz = b_ih[: 2 * size] + b_hh[: 2 * size]
        input_product(x, w_ih[: 2 * size], b_rz, out=rz)  # (B, T, D) -> (T, B, 2H)
        input_product(x, w_ih[2 * size :], b_ih[2 * size :], out=n)  # (B, T, D) -> (T, B, H)
        arrays = [part.numpy() for part in (states, rz, n, m, w_hh, b_hh[2 * size :])]
        gru_forward(*arrays)
        ctx.in_torch = torch.gru
        ctx.save_for_backward(x, h_0, w_ih, w_hh, b_ih, b_hh, states, rz, n, m)
        return results(ctx, states)

    @staticmethod
    @quiet
    def backward(ctx: Any, d_outputs: Tensor | None, d_h_n: Tensor | None) -> Gradients:
        """Return the gradients of the six tensors, from d_outputs (B, T, H) and d_h_n (1, B, H)."""
        if not is_plain_backward(ctx, d_outputs, d_h_n):
            return gradients_in_torch(ctx, d_outputs, d_h_n)
        x, _, w_ih, w_hh, _, _, *kept = ctx.saved_tensors
        states, rz, n, m = (part.numpy() for part in kept)
        d_h = np.empty_like(states)  # (1 + T, B, H), from h_0 on
        d_h[0] = 0
        write_gradients(d_outputs, d_h_n, d_h[1:])
        gates, n_factors = gru_factors(rz, n, m, states)
        gru_backward(d_h, gates, rz[..., n.shape[-1] :], w_hh.numpy())
        sums = gates.reshape(*n.shape[:2], -1)  # (T, B, 3, H) -> (T, B, 3H), the same memory
        d_w_hh = weight_gradient(sums, states[:-1])
        d_b_hh = torch.from_numpy(sums).sum((0, 1))
        # the input's sums differ from the state's in n alone
        np.multiply(d_h[1:], n_factors, gates[:, :, 2])
        d_x, d_w_ih, d_b_ih = input_gradients(sums, x, w_ih, ctx.needs_input_grad[0])
        d_h_0 = torch.from_numpy(d_h[0].copy()) if ctx.needs_input_grad[1] else None
        return d_x, d_h_0, d_w_ih, d_w_hh, d_b_ih, d_b_hh


def is_transformed() -> bool:
    """Return whether torch.func or forward-mode derivatives are at work.

    Their tensors have no memory that NumPy can see, or more to them than that.
    """
    return torch._C._are_functorch_transforms_active() or forward_ad._current_level >= 0


def is_plain_backward(ctx: Any, *gradients: Tensor | None) -> bool:
    """Return whether a backward pass can be done here.

    It cannot if it is itself recorded, for a second derivative; if it is done for many gradients
    at once; or if an in-place operation on the outputs has changed the states that are kept.
    """
    if torch.is_grad_enabled() or is_transformed() or ctx.outputs._version > 0:
        return False
    try:
        return all(isinstance(d.numpy(), Array) for d in gradients if d is not None)
    except RuntimeError:  # many at once (is_grads_batched): there is no memory to see
        return False


def gradients_in_torch(ctx: Any, *gradients: Tensor | None) -> Gradients:
    """Return the gradients of the six tensors by torch's own operations, from the inputs anew."""
    recorded, needed = torch.is_grad_enabled(), ctx.needs_input_grad[:6]
    with torch.enable_grad():
        # views, so that the gradients stop at each of the six: h_0 may have been made from x
        six: list[Any] = [None if p is None else p.view_as(p) for p in ctx.saved_tensors[:6]]
        x, h_0, *weights = six
        start = x.new_zeros(len(x), weights[1].shape[1]) if h_0 is None else h_0
        results = ctx.in_torch(x, start[None], weights, True, 1, 0.0, False, False, True)
        used = [(y, d) for y, d in zip(results, gradients, strict=True) if d is not None]
        wanted = [p for p, is_needed in zip(six, needed, strict=True) if is_needed]
        outputs, d_outputs = zip(*used, strict=True)
        found = iter(torch.autograd.grad(outputs, wanted, d_outputs, create_graph=recorded))
    return tuple(next(found) if is_needed else None for is_needed in needed)


def results(ctx: Any, states: Tensor) -> tuple[Tensor, Tensor]:
    """Return outputs (B, T, H) and h_n (1, B, H) of states (1 + T, B, H).

    The outputs share the memory of the states: a copy would cost 3 % of a long step. So that an
    in-place operation on them is seen, as torch counts these, a second tensor stays here.
    """
    h = states.numpy()[1:]
    outputs = torch.from_numpy(h.swapaxes(0, 1))  # (T, B, H) -> (B, T, H), for torch no view
    ctx.outputs = outputs.detach()
    ctx.set_materialize_grads(False)  # no zeros for what the loss does not use
    return outputs, torch.from_numpy(h[-1:].copy())


def write_gradients(d_outputs: Tensor | None, d_h_n: Tensor | None, d_h: Array) -> None:
    """Write what reaches each hidden state from outside into d_h (T, B, H)."""
    d_h[:] = 0 if d_outputs is None else time_first(d_outputs)
    if d_h_n is not None:
        d_h[-1] += d_h_n[0].numpy()


def room_for_states(x: Tensor, h_0: Tensor | None, size: int) -> Tensor:
    """Return states (1 + T, B, H), of which only the first is there, h_0 or zero."""
    states = np.empty((x.shape[1] + 1, len(x), size), x.numpy().dtype)
    states[0] = 0 if h_0 is None else h_0.numpy()
    return torch.from_numpy(states)


def time_first(x: Tensor) -> Array:
    """Return a view of x (B, T, D) as an array (T, B, D)."""
    return x.numpy().swapaxes(0, 1)


def transposed(weight: Array) -> Array:
    """Return a weight (..., G*H, H) as (..., H, G*H), in this order in memory."""
    return np.ascontiguousarray(weight.swapaxes(-1, -2))


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


def sigmoid(a: Array) -> None:
    """Replace a by 1 / (1 + exp(-a)) = (1 + tanh(a / 2)) / 2, which cannot overflow."""
    np.multiply(a, 0.5, a)
    np.tanh(a, a)
    np.add(a, 1, a)
    np.multiply(a, 0.5, a)


def best_product(rows: Array, weight: Array) -> Callable[[Array, Array, Array], Any]:
    """Return the function (a, b, out) that multiplies matrices of these sizes best.

    NumPy's call is the cheaper one, and `dot` half of `matmul`, which an axis of runs needs; its
    BLAS keeps to one thread below this size. Above it torch multiplies, on as many threads as it
    is told to take.
    """
    if weight.ndim > 2:
        return np.matmul
    return np.dot if len(rows) * weight.size <= ONE_THREAD else torch_product


def torch_product(a: Array, b: Array, out: Array) -> None:
    """Write the matrix product of two arrays to a third, with torch."""
    torch.mm(torch.from_numpy(a), torch.from_numpy(b), out=torch.from_numpy(out))
