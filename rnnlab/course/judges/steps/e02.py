"""The exercises of notebook 02: a step by hand, outputs and state, the readout of an LSTM."""

from typing import Any

import torch
from torch import Tensor, nn

from rnnlab.course.judging import Wrong, about_tensor, compare, first_of, near


@torch.no_grad()
def judge_1(answer: Any, rnn: nn.RNN, inputs: Tensor) -> Wrong | None:
    """Judge the second hidden state of an RNN that reads the inputs."""
    w_ih, w_hh, b_ih, b_hh = rnn.parameters()
    h_1, right = rnn(inputs[:, :2])[0].unbind(1)  # (B, 2, H) -> 2 of (B, H)
    now, before = inputs[:, 1] @ w_ih.T + b_ih, h_1 @ w_hh.T + b_hh
    biases = {"bias_ih": b_ih, "bias_hh": b_hh, "biases": b_ih + b_hh}
    mistakes = {
        "first state": h_1,
        "no state": torch.tanh(now + b_hh),
        "first year": torch.tanh(inputs[:, 0] @ w_ih.T + b_ih + before),
        "no tanh": now + before,
        "not transposed": torch.tanh(now + h_1 @ w_hh + b_hh),
        **{name: torch.tanh(now + before - bias) for name, bias in biases.items()},
    }
    fields = {
        "sum": _row(now + before),
        **{name: _row(bias[None]) for name, bias in biases.items()},
    }
    years = inputs[0, :, 0].tolist()
    return about_tensor(answer, right.shape, ", (B, H)") or compare(
        answer, right, mistakes, row=_row(answer), years=years, **fields
    )


@torch.no_grad()
def judge_2(answer: Any, outputs: Tensor, state: Tensor) -> Wrong | None:
    """Judge the last hidden state of the top layer."""
    shape = tuple(getattr(answer, "shape", ()))
    whole = {"last sequence": outputs[-1], "all layers": state}
    found = {name: shape == part.shape and near(answer, part) for name, part in whole.items()}
    if verdict := first_of(found, shape=shape, layers=len(state)):
        return verdict
    if verdict := about_tensor(answer, state[-1].shape, ", (B, H)"):
        return verdict
    steps = [t for t, output in enumerate(outputs.unbind(1)) if near(answer, output)]
    mistakes = {"bottom layer": state[0], "time step": bool(steps)}
    fields = {"t": steps, "last": outputs.shape[1] - 1, "row": _row(answer)}
    return compare(answer, state[-1], mistakes, **fields)


@torch.no_grad()
def judge_3(answer: Any, lstm: nn.LSTM, head: nn.Linear, inputs: Tensor) -> Wrong | None:
    """Judge the readout of an LSTM's last hidden state."""
    outputs, (h, c) = lstm(inputs)
    right, years, shape = head(h[-1]), outputs.shape[1], tuple(getattr(answer, "shape", ()))
    shapes = {
        "every year": shape == outputs.shape[:2] + right.shape[1:],
        "layers": shape == h.shape[:1] + right.shape,
        "not read out": shape == h[-1].shape,
    }
    mistakes = {"memory": head(c[-1]), "first year": head(outputs[:, 0])}
    return (
        first_of(shapes, shape=shape, years=years, size=h.shape[2])
        or about_tensor(answer, right.shape, ", (B, 1)")
        or compare(answer, right, mistakes, years=years, row=_row(answer.T))
    )


def _row(values: Tensor) -> str:
    """Return the first row of values (B, H) as text."""
    return ", ".join(f"{value:.3f}" for value in values[0].tolist())
