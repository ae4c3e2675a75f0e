"""`torch.nn.RNN` and `torch.nn.GRU` with the recurrence and its BPTT by hand on the CPU.

Parameters, their names, their start and their order are torch's, so a `state_dict` goes both
ways. What cannot be done by hand is left to torch, and so is an LSTM, whose own is faster. Tensors
come in and go out batch first; the arrays of `rnnlab.model.fast` have time first.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd import Function, forward_ad
from torch.nn.functional import dropout

from rnnlab.base.say import say
from rnnlab.model import fast
from rnnlab.model.fast import Array

Gradients = tuple[Tensor | None, ...]

# A run that diverges overflows here. It is the training loop that sees and reports it.
quiet = np.errstate(all="ignore")


class RNNLayer(Function):
    """One layer of an Elman RNN, with tanh or relu."""

    @staticmethod
    @quiet
    def forward(
        ctx: Any, x: Tensor, h_0: Tensor | None, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor,
        b_hh: Tensor, relu: bool,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        """Return outputs (B, T, H) and h_n (1, B, H), from x (B, T, D) and h_0 (B, H) or None."""
        states = room_for_states(x, h_0, len(w_hh))  # (1 + T, B, H)
        input_product(x, w_ih, b_ih + b_hh, out=states[1:])  # (B, T, D) -> (T, B, H)
        fast.rnn_forward(states.numpy(), w_hh.numpy(), relu)
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
        fast.rnn_backward(d_a, states.numpy()[1:], w_hh.numpy(), ctx.in_torch is torch.rnn_relu)
        d_x, d_w_ih, d_b = input_gradients(d_a, x, w_ih, ctx.needs_input_grad[0])
        d_h_0 = torch.from_numpy(d_a[0] @ w_hh.numpy()) if ctx.needs_input_grad[1] else None
        d_w_hh = weight_gradient(d_a, states.numpy()[:-1])
        return d_x, d_h_0, d_w_ih, d_w_hh, d_b, d_b.clone(), None


class GRULayer(Function):
    """One layer of a GRU."""

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
        fast.gru_forward(*arrays)
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
        gates, n_factors = np.empty((*n.shape[:2], 3, n.shape[2]), n.dtype), np.empty_like(n)
        fast.gru_factors(rz, n, m, states, gates, n_factors)  # (T, B, 3, H), (T, B, H)
        fast.gru_backward(d_h, gates, rz[..., n.shape[-1] :], w_hh.numpy())
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

    The outputs share the memory of the states, which saves a copy. An in-place operation on them
    would spoil what the backward pass needs: torch counts such operations, for all tensors of one
    memory together, so a second tensor is kept to see the count.
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


class ByHand(nn.RNNBase):
    """What both have before torch's module: a forward by hand, where that can be done."""

    one_layer: Any  # of x, h_0 and the weights of a layer

    def forward(self, inputs: Any, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Read inputs (B, T, D) from state (layers, B, H); return outputs (B, T, H) and state."""
        weights = self.all_weights
        if not computes_by_hand(self, inputs, weights):
            return super().forward(inputs, state)
        if 0 in inputs.shape:
            text = (
                "inputs have shape {shape}; expected (batch, time, features) with at least one of "
                "each"
            )
            raise ValueError(say(text, shape=tuple(inputs.shape)))
        self.check_input(inputs, None)  # torch's own errors, for size and dtype
        if state is not None:
            self.check_forward_args(inputs, state, None)
        x, last = inputs, []
        for layer, own in enumerate(weights):
            if layer > 0 and self.dropout > 0:
                x = dropout(x, self.dropout, self.training)
            h_0 = None if state is None else state[layer]
            x, h_n = self.one_layer(x, h_0, *own)  # (B, T, D or H) -> (B, T, H), (1, B, H)
            last.append(h_n)
        return x, torch.cat(last) if len(last) > 1 else last[0]  # (B, T, H), (layers, B, H)

    def extra_repr(self) -> str:
        """Say that this is not torch's own."""
        return super().extra_repr() + ", by hand on the CPU"  # not said: a repr, like torch's own


class RNN(ByHand, nn.RNN):  # type: ignore[misc]
    """`torch.nn.RNN`, by hand where it is batch first and on the CPU."""

    def one_layer(self, *tensors: Tensor | None) -> Any:
        """Apply the recurrence of one layer to x, h_0 and the layer's weights."""
        return RNNLayer.apply(*tensors, self.nonlinearity == "relu")


class GRU(ByHand, nn.GRU):  # type: ignore[misc]
    """`torch.nn.GRU`, by hand where it is batch first and on the CPU."""

    one_layer = GRULayer.apply


def computes_by_hand(module: nn.RNNBase, inputs: Any, weights: list[list[nn.Parameter]]) -> bool:
    """Return whether the code by hand can do this; torch's own does the rest."""
    return (
        isinstance(inputs, Tensor)  # not a packed sequence
        and inputs.is_cpu
        and weights[0][0].is_cpu  # else torch says that the devices differ
        and inputs.dtype in (torch.float32, torch.float64)
        and inputs.dim() == 3
        and module.batch_first
        and module.bias
        and not module.bidirectional
        and not is_transformed()
        and not torch.is_autocast_enabled("cpu")
        and not torch.compiler.is_compiling()
        and not torch.jit.is_tracing()
    )
