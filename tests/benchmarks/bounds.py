"""Promises what no loop can undercut here: the matrix products alone; a bare RNN step in NumPy."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from tests.benchmarks.case import CLIP_NORM, LEARNING_RATE, Case, Loop, Took, timed

GATES = {"rnn": 1, "gru": 3, "lstm": 4}
Array = np.ndarray


def products(case: Case) -> Loop:
    """Make all matrix products of a training step and nothing else, into memory that is there."""
    multiply = _products_of_a_step(case)

    def run(steps: int, epochs: int) -> Took:
        with timed() as clock, torch.no_grad():
            for _ in range(steps * epochs):
                multiply()
        return Took(clock.seconds, math.nan)  # it trains nothing

    return run


def _products_of_a_step(case: Case) -> Callable[[], None]:
    length, batch, hidden = case.length, case.batch, case.hidden
    wide, every = GATES[case.cell] * hidden, length * batch
    random: Callable[..., Tensor] = torch.randn
    x, w_ih, w_hh, w_out = (random(every, 1), random(wide, 1), random(wide, hidden),
                            random(1, hidden))  # fmt: skip
    h, dz, dy = random(every, hidden), random(every, wide), random(every, 1)
    z_all, y, dh_all = random(every, wide), random(every, 1), random(every, hidden)
    dw_hh, dw_ih, dw_out = torch.empty_like(w_hh), torch.empty_like(w_ih), torch.empty_like(w_out)
    h_t, dz_t = h.split(batch), dz.split(batch)
    z, dh, w_hh_turned = random(batch, wide), random(batch, hidden), w_hh.t()

    def multiply() -> None:
        mm = torch.mm
        mm(x, w_ih.t(), out=z_all)  # (T*B, 1) -> (T*B, G*H)
        for t in range(length):
            mm(h_t[t], w_hh_turned, out=z)  # (B, H) -> (B, G*H)
        mm(h, w_out.t(), out=y)  # (T*B, H) -> (T*B, 1)
        mm(dy, w_out, out=dh_all)  # (T*B, 1) -> (T*B, H)
        mm(dy.t(), h, out=dw_out)
        for t in range(length):
            mm(dz_t[t], w_hh, out=dh)  # (B, G*H) -> (B, H)
        mm(dz.t(), h, out=dw_hh)  # (G*H, T*B) @ (T*B, H)
        mm(dz.t(), x, out=dw_ih)

    return multiply


class NumpyRNN:
    """An Elman RNN, a readout, MSE, clipping and Adam, written for speed in NumPy alone.

    All parameters lie in one flat array, so that clipping and Adam are a few operations.

    Args:
        model: gives the initial weights: a module with `recurrence` (nn.RNN) and `readout`.
        case: gives the sizes.
    """

    def __init__(self, model: nn.Module, case: Case) -> None:
        self.case = case
        weights = [p.detach().numpy() for p in model.parameters()]
        self.flat = np.concatenate([w.ravel() for w in weights])
        self.gradient, self.mean, self.square = (np.zeros_like(self.flat) for _ in range(3))
        self.weights, self.gradients = (
            _views(a, [w.shape for w in weights]) for a in (self.flat, self.gradient)
        )
        self.count = 0
        shape = (case.length, case.batch, case.hidden)
        self.h = np.zeros((case.length + 1, *shape[1:]), np.float32)
        self.a, self.dz = np.empty(shape, np.float32), np.empty(shape, np.float32)
        self.carry = np.empty(shape[1:], np.float32)

    def step(self, x: Array, y: Array) -> float:
        """Train on one batch, x and y (T, B, 1), and return its loss."""
        error = self._forward(x) - y
        loss = float(np.square(error).mean())
        self._backward(x, error * np.float32(2 / error.size))
        norm = float(np.sqrt(self.gradient @ self.gradient))
        if norm > CLIP_NORM:
            self.gradient *= CLIP_NORM / (norm + 1e-6)
        self._adam()
        return loss

    def _forward(self, x: Array) -> Array:
        w_ih, w_hh, b_ih, b_hh, w_out, b_out = self.weights
        np.multiply(x, w_ih[:, 0], out=self.a)  # (T, B, 1) -> (T, B, H): the input is 1 wide
        self.a += b_ih + b_hh
        for a, before, h in zip(self.a, self.h, self.h[1:], strict=False):
            np.matmul(before, w_hh.T, out=h)
            h += a
            np.tanh(h, out=h)
        return self.h[1:] @ w_out.T + b_out  # (T, B, 1)

    def _backward(self, x: Array, dy: Array) -> None:
        _, w_hh, _, _, w_out, _ = self.weights
        dw_ih, dw_hh, db_ih, db_hh, dw_out, db_out = self.gradients
        np.square(self.h[1:], out=self.a)
        np.subtract(1, self.a, out=self.a)  # the derivative of tanh, (T, B, H)
        np.multiply(dy, w_out[0], out=self.dz)
        self.carry.fill(0)
        for dz, slope in zip(self.dz[::-1], self.a[::-1], strict=True):
            dz += self.carry
            dz *= slope
            np.matmul(dz, w_hh, out=self.carry)
        dz, h, before = (a.reshape(-1, a.shape[2]) for a in (self.dz, self.h[1:], self.h[:-1]))
        np.matmul(dz.T, before, out=dw_hh)
        np.matmul(dz.T, x.reshape(-1, 1), out=dw_ih)
        np.matmul(dy.reshape(1, -1), h, out=dw_out)
        db_ih[:] = db_hh[:] = dz.sum(0)
        db_out[:] = dy.sum()

    def _adam(self) -> None:
        self.count += 1
        g = self.gradient
        self.mean += 0.1 * (g - self.mean)
        self.square *= 0.999
        self.square += 0.001 * g * g
        root = np.sqrt(self.square / (1 - 0.999**self.count)) + 1e-8
        self.flat -= LEARNING_RATE / (1 - 0.9**self.count) * self.mean / root


def _views(flat: Array, shapes: list[tuple[int, ...]]) -> list[Array]:
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    parts = np.split(flat, ends[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def numpy_rnn(case: Case) -> Loop:
    """Make whole training steps of an RNN in NumPy, on batches that are cut beforehand."""
    network = NumpyRNN(case.torch_model(), case)

    def run(steps: int, epochs: int) -> Took:
        batches = [tuple(_time_first(part) for part in pair) for pair in case.batches(steps)]
        with timed() as clock:
            for _ in range(epochs):
                for x, y in batches:
                    loss = network.step(x, y)
        return Took(clock.seconds, loss)

    return run


def _time_first(part: Tensor) -> Array:
    return part.transpose(0, 1).contiguous().numpy()
