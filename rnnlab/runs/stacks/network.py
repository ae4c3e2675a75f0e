"""The network of many runs at once: a layer of an RNN or a GRU and a readout, (R, ...) arrays.

R runs, T time steps, B rows, D inputs, H units, O outputs. The recurrence is that of single runs,
`rnnlab.model.fast`, with an axis of runs: one call of NumPy serves them all. `d_x` is the gradient
of each run's loss with respect to x.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnnlab.model import fast
from rnnlab.model.fast import Array
from rnnlab.model.sequence_model import SequenceModel


class Network:
    """The weights of R models of one kind, side by side, and what to compute with them.

    The models' own parameters become views of `weights`: what is learned here is theirs at once.

    Attributes:
        weights, gradients: (R, P), a row for each run, in the order of the model's parameters.
        states: (1 + T, R, B, H), h_0 first, until the next forward pass, which uses their memory.
    """

    def __init__(self, models: Sequence[SequenceModel]) -> None:
        flat = [[p.detach().numpy().ravel() for p in model.parameters()] for model in models]
        self.weights = np.stack([np.concatenate(parts) for parts in flat])
        self.gradients = np.empty_like(self.weights)
        self.is_gru, self.relu = models[0].cell == "gru", _is_relu(models[0])
        self.named_shapes = [(n, tuple(p.shape)) for n, p in models[0].named_parameters()]
        self._rooms: dict[str, Array] = {}
        self._make_views(models)

    def _room(self, name: str, *shape: int) -> Array:
        """Return memory for an array of this name, the same at each update.

        New memory comes from the system page by page, which takes a seventh of a GRU's time.
        """
        size, room = math.prod(shape), self._rooms.get(name)
        if room is None or room.size < size:
            room = self._rooms[name] = np.empty(size, self.weights.dtype)
        return room[:size].reshape(shape)

    def _make_views(self, models: Sequence[SequenceModel]) -> None:
        views = [self._views(array) for array in (self.weights, self.gradients)]
        (self.w_ih, self.w_hh, self.b_ih, self.b_hh, self.w_out, self.b_out) = views[0]
        (self.d_w_ih, self.d_w_hh, self.d_b_ih, self.d_b_hh, self.d_w_out, self.d_b_out) = views[1]
        for k, model in enumerate(models):
            for parameter, view in zip(model.parameters(), views[0], strict=True):
                parameter.data = torch.from_numpy(view[k])

    def _views(self, array: Array) -> list[Array]:
        """Return the parameters (R, *shape) in an array (R, P), as views."""
        views, start = [], 0
        for _, shape in self.named_shapes:
            end = start + math.prod(shape)
            views.append(array[:, start:end].reshape(len(array), *shape))
            start = end
        return views

    def keep(self, which: Array, models: Sequence[SequenceModel]) -> None:
        """Go on with some of the runs, those of a mask (R,) and their models, alone."""
        self.weights, self.gradients = self.weights[which], self.gradients[which]
        self._make_views(models)

    def forward(self, x: Array, h_0: Array | None, steps: slice = slice(None)) -> Array:
        """Return predictions (steps, R, B, O) at some time steps, of inputs with a 1 after them.

        `x` (T, R, B, D + 1) or, the same for all runs, (T, 1, B, D + 1); `h_0` (R, B, H), None: 0.
        """
        runs, (time, _, rows, _) = len(self.weights), x.shape
        self.x, self.steps, size = x, steps, self.w_hh.shape[-1]
        self.states = self._room("states", 1 + time, runs, rows, size)
        self.states[0] = 0 if h_0 is None else h_0
        if self.is_gru:
            self._read_as_gru()
        else:
            np.matmul(x, self._from_input(slice(None), self.b_ih + self.b_hh), self.states[1:])
            fast.rnn_forward(self.states, self.w_hh, self.relu)
        self.outputs = self.states[1:][steps]
        return self.outputs @ self.w_out.swapaxes(1, 2) + self.b_out[:, None]

    def predict(self, inputs: Tensor) -> Tensor:
        """Return every run's predictions (R, B, T, O) for the same inputs (B, T, D)."""
        with np.errstate(all="ignore"):
            predictions = self.forward(with_one([inputs]), None)  # (T, R, B, O)
        return torch.from_numpy(np.moveaxis(predictions, 0, 2))

    def _read_as_gru(self) -> None:
        size = self.w_hh.shape[-1]
        rz, n = slice(2 * size), slice(2 * size, None)
        shape = self.states[1:].shape[:-1]
        self.rz, self.n, self.m = (
            self._room(name, *shape, wide * size) for name, wide in (("rz", 2), ("n", 1), ("m", 1))
        )
        np.matmul(self.x, self._from_input(rz, self.b_ih[:, rz] + self.b_hh[:, rz]), self.rz)
        np.matmul(self.x, self._from_input(n, self.b_ih[:, n]), self.n)
        b_hn = self.b_hh[:, None, n]  # (R, 3H) -> (R, 1, H)
        fast.gru_forward(self.states, self.rz, self.n, self.m, self.w_hh, b_hn)

    def _from_input(self, gates: slice, bias: Array) -> Array:
        """Return the weights (R, D + 1, gates) of the inputs and of the 1 after them."""
        w_ih = self.w_ih[:, gates].swapaxes(1, 2)  # (R, gates, D) -> (R, D, gates)
        return np.concatenate([w_ih, bias[:, None]], axis=1)

    def backward(self, d_predictions: Array) -> None:
        """Backpropagate through time: fill `gradients`, from d_predictions (steps, R, B, O)."""
        add_up(d_predictions, self.outputs, self.d_w_out)
        # as in `over_runs`: the same bits in any stack
        self.d_b_out[:] = np.ascontiguousarray(d_predictions.swapaxes(0, 1)).sum((1, 2))
        d_h = self._room("d_h", *self.states.shape)  # (1 + T, R, B, H), from h_0 on
        d_h[:] = 0
        np.matmul(d_predictions, self.w_out, d_h[1:][self.steps])
        if self.is_gru:
            return self._back_as_gru(d_h)
        fast.rnn_backward(d_h[1:], self.states[1:], self.w_hh, self.relu)
        add_up(d_h[1:], self.states[:-1], self.d_w_hh)
        self._back_to_input(d_h[1:])
        self.d_b_hh[:] = self.d_b_ih
        return None

    def _back_as_gru(self, d_h: Array) -> None:
        size = self.w_hh.shape[-1]
        gates = self._room("gates", *self.n.shape[:-1], 3, size)
        n_factors = self._room("n_factors", *self.n.shape)
        fast.gru_factors(self.rz, self.n, self.m, self.states, gates, n_factors)
        fast.gru_backward(d_h, gates, self.rz[..., size:], self.w_hh)
        sums = gates.reshape(*self.n.shape[:-1], -1)  # (T, R, B, 3, H) -> (T, R, B, 3H)
        add_up(sums, self.states[:-1], self.d_w_hh)
        self.d_b_hh[:] = sums.sum(0).sum(1)
        # the input's sums differ from the state's in n alone
        np.multiply(d_h[1:], n_factors, gates[..., 2, :])
        self._back_to_input(sums)

    def _back_to_input(self, d_a: Array) -> None:
        both = np.empty((*self.w_ih.shape[:2], self.x.shape[-1]), d_a.dtype)  # (R, G*H, D + 1)
        add_up(d_a, self.x, both)
        self.d_w_ih[:], self.d_b_ih[:] = both[..., :-1], both[..., -1]


def add_up(d_a: Array, y: Array, out: Array) -> None:
    """Write the sum over time of d_a_t^T y_t, (R, G, Y), from d_a (T, R, B, G), y (T, R, B, Y).

    One product a time step stays in the cache; one over all of time needs a copy of both first.
    """
    product = np.empty_like(out)
    out[:] = 0
    for d_a_t, y_t in zip(d_a, y, strict=True):
        np.matmul(d_a_t.swapaxes(1, 2), y_t, product)
        np.add(out, product, out)


def with_one(inputs: Sequence[Any]) -> Array:
    """Return inputs (B, T, D) of R runs as (T, R, B, D + 1): after the features a 1 for the bias.

    So one product adds the bias too, and one more sums its gradient.
    """
    arrays = [one.cpu().numpy() for one in inputs]
    rows, time, size = arrays[0].shape
    x = np.empty((time, len(arrays), rows, size + 1), arrays[0].dtype)
    for k, one in enumerate(arrays):
        x[:, k, :, :-1] = one.swapaxes(0, 1)
    x[..., -1] = 1
    return x


def _is_relu(model: SequenceModel) -> bool:
    return getattr(model.recurrence, "nonlinearity", "tanh") == "relu"
