"""The recurrences of an RNN and a GRU in NumPy: `rnnlab.model.bptt`, faster; this one trains.

Three things make it fast. What does not need the time step before it is one product over all of
time; only the recurrence itself is a loop. In the loop a call of NumPy, on the memory of torch's
tensors, costs half of one of torch for the few numbers of one time step, and its tanh a fifth.
And the backward loop multiplies factors that were computed for many time steps at once.

All are functions of arrays: time first, so that one time step is one piece of memory, then
perhaps an axis of runs, (T, ..., B, H), with weights (..., G*H, H) to it. What autograd calls
stands in `rnnlab.model.recurrence`. `d_x` is the gradient of the loss with respect to x.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

Array = np.ndarray

ONE_THREAD = 2**18  # multiplications of a product for which NumPy's BLAS takes one thread
BLOCK = 2**16  # numbers whose factors are computed at once; with all of time, memory counts


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
    d_a_after, from_after = np.zeros((2, *h[0].shape), h.dtype)
    product = best_product(d_a_after, w_hh)
    for some in blocks(h[0].size, len(h))[::-1]:
        slope = (h[some] > 0).astype(h.dtype) if relu else 1 - np.square(h[some])
        for d_a_t, slope_t in zip(d_h[some][::-1], slope[::-1], strict=True):
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


def gru_factors(
    rz: Array, n: Array, m: Array, states: Array, gates: Array, n_factors: Array
) -> None:
    """Write the factors of d_h_t in d_r, d_z, d_m to gates (T, ..., B, 3, H), d_n's to n_factors.

    d_n = d_h (1 - z) (1 - n^2)      d_m = d_n r
    d_r = d_n m r (1 - r)            d_z = d_h (h_{t-1} - n) z (1 - z)

    A block of time steps at once: with all of time at once, every intermediate result takes memory
    (T = 1600, H = B = 64: 933 MB at the peak of a step, so 584).
    """
    size = n.shape[-1]
    for some in blocks(n[0].size, len(n)):
        r, z, n_t = rz[some, ..., :size], rz[some, ..., size:], n[some]
        one_z, n_factor = 1 - z, n_factors[some]
        np.multiply(one_z, 1 - np.square(n_t), n_factor)
        m_factor = np.multiply(n_factor, r, gates[some, ..., 2, :])
        np.multiply(m_factor * m[some], 1 - r, gates[some, ..., 0, :])
        np.multiply((states[:-1][some] - n_t) * z, one_z, gates[some, ..., 1, :])


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


def blocks(size: int, time: int) -> list[slice]:
    """Return the time steps in blocks of about `BLOCK` numbers, with `size` numbers a time step."""
    steps = max(1, BLOCK // size)
    return [slice(t, t + steps) for t in range(0, time, steps)]


def transposed(weight: Array) -> Array:
    """Return a weight (..., G*H, H) as (..., H, G*H), in this order in memory."""
    return np.ascontiguousarray(weight.swapaxes(-1, -2))


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
    is set to use.
    """
    if rows.shape[-2] * weight.shape[-2] * weight.shape[-1] > ONE_THREAD:
        return torch_product
    return np.matmul if weight.ndim > 2 else np.dot


def torch_product(a: Array, b: Array, out: Array) -> None:
    """Write the matrix product of two arrays, perhaps of many, to a third, with torch."""
    torch.matmul(torch.from_numpy(a), torch.from_numpy(b), out=torch.from_numpy(out))
