"""Backpropagation through time in plain torch, to be read: what `rnnlab.model.fast` computes.

`d_x` is the gradient of the loss with respect to x. Weights and equations are those of
`torch.nn.RNN` and `torch.nn.GRU`; time is the first axis, so that `x[t]` is one time step.
"""

import torch
from torch import Tensor


def rnn_forward(
    x: Tensor, h_0: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias: Tensor
) -> Tensor:
    """Return h_0 and the hidden states of an Elman RNN, (1 + T, B, H), from x (T, B, D)."""
    h = [h_0]  # (B, H)
    for t in range(len(x)):
        a_t = x[t] @ weight_ih.T + h[-1] @ weight_hh.T + bias  # (B, D), (B, H) -> (B, H)
        h.append(torch.tanh(a_t))
    return torch.stack(h)


def rnn_backward(
    d_outputs: Tensor, x: Tensor, h: Tensor, weight_ih: Tensor, weight_hh: Tensor
) -> tuple[Tensor, ...]:
    """Return the gradients of x, h_0, weight_ih, weight_hh and the bias.

    Args:
        d_outputs: (T, B, H), what reaches each hidden state from its own prediction.
        x: (T, B, D), as in the forward pass.
        h: (1 + T, B, H), what the forward pass has returned.
        weight_ih: (H, D).
        weight_hh: (H, H).
    """
    d_a = torch.zeros_like(h)  # (1 + T, B, H); nothing comes from after the last time step
    for t in reversed(range(len(x))):
        from_after = d_a[t + 1] @ weight_hh
        d_h = d_outputs[t] + from_after  # two gradients meet: its prediction's, the next step's
        d_a[t] = d_h * (1 - h[t + 1] ** 2)  # the slope of tanh
    d_a = d_a[:-1]  # (1 + T, B, H) -> (T, B, H)
    d_weight_ih = torch.einsum("tbh,tbd->hd", d_a, x)  # one matrix, used T times: a sum over time
    d_weight_hh = torch.einsum("tbh,tbk->hk", d_a, h[:-1])
    return d_a @ weight_ih, d_a[0] @ weight_hh, d_weight_ih, d_weight_hh, d_a.sum((0, 1))


def gru_forward(
    x: Tensor, h_0: Tensor, weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor, bias_hh: Tensor
) -> tuple[Tensor, ...]:
    """Return h_0 and the hidden states of a GRU, (1 + T, B, H), and r, z, n, m, (T, B, H) each."""
    h, gates = [h_0], []
    for t in range(len(x)):
        x_r, x_z, x_n = (x[t] @ weight_ih.T + bias_ih).chunk(3, -1)  # (B, D) -> 3 of (B, H)
        h_r, h_z, m = (h[-1] @ weight_hh.T + bias_hh).chunk(3, -1)  # (B, H) -> 3 of (B, H)
        r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
        n = torch.tanh(x_n + r * m)
        h.append((1 - z) * n + z * h[-1])
        gates.append(torch.stack([r, z, n, m]))
    return torch.stack(h), *torch.stack(gates, 1)


def gru_backward(
    d_outputs: Tensor, x: Tensor, states: tuple[Tensor, ...], weight_ih: Tensor, weight_hh: Tensor
) -> tuple[Tensor, ...]:
    """Return the gradients of x, h_0, both weights and both biases, as `rnn_backward` does.

    `states` is what the forward pass has returned. `d_r`, `d_z`, `d_n` are those of what goes into
    the sigmoids and the tanh.
    """
    h, r, z, n, m = states
    d_x_gates, d_h_gates = torch.zeros(2, *x.shape[:2], len(weight_hh)).to(h)  # (T, B, 3H) each
    d_h = torch.zeros_like(h[0])
    for t in reversed(range(len(x))):
        d_h = d_outputs[t] + d_h
        d_n = d_h * (1 - z[t]) * (1 - n[t] ** 2)
        d_z = d_h * (h[t] - n[t]) * z[t] * (1 - z[t])
        d_r = d_n * m[t] * r[t] * (1 - r[t])
        d_x_gates[t] = torch.cat([d_r, d_z, d_n], -1)  # 3 of (B, H) -> (B, 3H)
        d_h_gates[t] = torch.cat([d_r, d_z, d_n * r[t]], -1)
        d_h = d_h * z[t] + d_h_gates[t] @ weight_hh
    d_weight_ih = torch.einsum("tbg,tbd->gd", d_x_gates, x)
    d_weight_hh = torch.einsum("tbg,tbh->gh", d_h_gates, h[:-1])
    d_biases = d_x_gates.sum((0, 1)), d_h_gates.sum((0, 1))
    return d_x_gates @ weight_ih, d_h, d_weight_ih, d_weight_hh, *d_biases
