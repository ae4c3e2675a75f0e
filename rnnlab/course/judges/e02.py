"""The exercises of notebook 02: a step by hand, outputs and state, the readout of an LSTM."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from rnnlab.course.exercises import exercise
from rnnlab.course.judging import Wrong, about_tensor, compare, near, wrong


@exercise("02.1")
@torch.no_grad()
def judge_second_state(answer: Any, rnn: nn.RNN, inputs: Tensor) -> Wrong | None:
    """Judge the second hidden state of an RNN that reads the inputs."""
    w_ih, w_hh, b_ih, b_hh = rnn.parameters()
    h_1, right = rnn(inputs[:, :2])[0].unbind(1)  # (B, 2, H) -> 2 of (B, H)
    now, before = inputs[:, 1] @ w_ih.T + b_ih, h_1 @ w_hh.T + b_hh
    mistakes = {
        "first state": h_1,
        "no state": torch.tanh(now + b_hh),
        "first year": torch.tanh(inputs[:, 0] @ w_ih.T + b_ih + before),
        "no tanh": now + before,
        "not transposed": torch.tanh(now + h_1 @ w_hh + b_hh),
    }
    biases = {"bias_ih": b_ih, "bias_hh": b_hh, "biases": b_ih + b_hh}
    mistakes |= {name: torch.tanh(now + before - bias) for name, bias in biases.items()}
    fields: dict[str, Any] = {name: _row(bias[None]) for name, bias in biases.items()}
    fields |= {"first_year": inputs[0, 0, 0].item(), "second_year": inputs[0, 1, 0].item()}
    return about_tensor(answer, right.shape, ", (B, H)") or compare(
        answer, right, mistakes, row=_row(answer), sum=_row(now + before), **fields
    )


@exercise("02.2")
@torch.no_grad()
def judge_last_state(answer: Any, outputs: Tensor, state: Tensor) -> Wrong | None:
    """Judge the last hidden state of the top layer."""
    if isinstance(answer, Tensor):
        for mistake, value in (("last sequence", outputs[-1]), ("all layers", state)):
            if near(answer, value):
                return wrong(mistake, shape=tuple(answer.shape), layers=len(state))
    if verdict := about_tensor(answer, state[-1].shape, ", (B, H)"):
        return verdict
    steps = [t for t, output in enumerate(outputs.unbind(1)) if near(answer, output)]
    return compare(
        answer,
        state[-1],
        {"bottom layer": state[0], "time step": bool(steps)},
        t=steps[:1] and steps[0],
        last=outputs.shape[1] - 1,
        row=_row(answer),
    )


@exercise("02.3")
@torch.no_grad()
def judge_next_year(answer: Any, lstm: nn.LSTM, head: nn.Linear, inputs: Tensor) -> Wrong | None:
    """Judge the readout of an LSTM's last hidden state."""
    outputs, (h, c) = lstm(inputs)
    right, years = head(h[-1]), outputs.shape[1]
    shapes = {
        "every year": outputs.shape[:2] + right.shape[1:],
        "layers": h.shape[:1] + right.shape,
        "not read out": h[-1].shape,
    }
    for mistake, shape in shapes.items():
        if isinstance(answer, Tensor) and answer.shape == shape:
            return wrong(mistake, shape=tuple(shape), years=years, size=h.shape[2])
    mistakes = {"memory": head(c[-1]), "first year": head(outputs[:, 0])}
    return about_tensor(answer, right.shape, ", (B, 1)") or compare(
        answer, right, mistakes, years=years, row=_row(answer.T)
    )


def _row(values: Tensor) -> str:
    """Return the first row of values (B, H) as text."""
    return ", ".join(f"{value:.3f}" for value in values[0].tolist())
