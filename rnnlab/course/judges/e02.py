"""The exercises of notebook 02: a step by hand, outputs and state, the readout of an LSTM."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from rnnlab.course.exercises import Hints, exercise


@exercise(
    "02.1",
    "The second hidden state by hand",
    """
x_2 = inputs[:, 1]  # (B, T, D) -> (B, D)
h_2 = torch.tanh(x_2 @ weight_ih.T + bias_ih + h_1 @ weight_hh.T + bias_hh)
""",
)
@torch.no_grad()
def judge_second_state(answer: Any, rnn: nn.RNN, inputs: Tensor) -> Hints | None:
    """Judge the second hidden state of an RNN that reads the inputs."""
    w_ih, w_hh, b_ih, b_hh = rnn.parameters()
    h_1, right = rnn(inputs[:, :2])[0].unbind(1)  # (B, 2, H) -> 2 of (B, H)
    if wrong := _wrong_shape(answer, right, "(B, H)"):
        return wrong
    if _equal(answer, right):
        return None
    now, before = inputs[:, 1] @ w_ih.T + b_ih, h_1 @ w_hh.T + b_hh
    if _equal(answer, h_1):
        return (
            "Your h_2 is h_1, the state after the first year",
            "It is made of h_1 and of what is read next",
            "The second year of both sequences is inputs[:, 1]",
        )
    if _equal(answer, torch.tanh(now + b_hh)):
        return (
            "Your h_2 does not depend on h_1: the state before it was zero",
            "Without the state before, a second year would be another first year",
            "Multiply weight_hh with h_1, where the first step had h_0",
        )
    if _equal(answer, torch.tanh(inputs[:, 0] @ w_ih.T + b_ih + before)):
        return (
            f"Your h_2 has read {inputs[0, 0, 0].item():.2f} again, the first year of sequence 0",
            "inputs is (B, T, D): which axis is time?",
            f"The second year of sequence 0 is {inputs[0, 1, 0].item():.2f}",
        )
    if _equal(answer, now + before):
        return (
            f"Your h_2 is the sum before the tanh; sequence 0 has {_row(answer)}",
            "A hidden state lies between -1 and 1",
            "h_t is the tanh of the sum of all four terms",
        )
    if _equal(answer, torch.tanh(now + h_1 @ w_hh + b_hh)):
        return (
            "You multiplied h_1 with weight_hh as it stands; it is square, so no shape protests",
            "Weights are stored as (out, in); a row (in) is multiplied by the transposed weight",
            "Look at what h_0 was multiplied with in the first step",
        )
    for name, less in (("bias_ih", b_ih), ("bias_hh", b_hh), ("either bias", b_ih + b_hh)):
        if _equal(answer, torch.tanh(now + before - less)):
            return (
                f"Your h_2 was made without {name}",
                "The equation has four terms: two products and two biases",
                f"The missing numbers are {_row(less[None])}",
            )
    return (
        f"Sequence 0 of your h_2 is {_row(answer)}, which is not the step from h_1",
        "The step is that of h_1: another input, another state before",
        f"The sum under the tanh for sequence 0 should be {_row(now + before)}",
    )


@exercise(
    "02.2",
    "The top layer's state after the last time step",
    """
last = deep_outputs[:, -1]  # (B, T, H) -> (B, H); deep_state[-1] is the same
""",
)
@torch.no_grad()
def judge_last_state(answer: Any, outputs: Tensor, state: Tensor) -> Hints | None:
    """Judge the last hidden state of the top layer."""
    right = state[-1]
    if isinstance(answer, Tensor) and answer.shape == outputs[-1].shape:
        if _equal(answer, outputs[-1]):
            return (
                f"You have {tuple(answer.shape)}: all time steps of the last sequence of the batch",
                "The first axis of outputs (B, T, H) is the batch",
                "All of the batch, then the last time step",
            )
    if isinstance(answer, Tensor) and answer.shape == state.shape and _equal(answer, state):
        return (
            f"You have {tuple(answer.shape)}: the last states of all {len(state)} layers",
            "The first axis of state is the layer, from the bottom up",
            "Take one of the layers",
        )
    if wrong := _wrong_shape(answer, right, "(B, H)"):
        return wrong
    if _equal(answer, right):
        return None
    if _equal(answer, state[0]):
        return (
            "This is the last state of the bottom layer, the one that reads the years",
            "state is (layers, B, H), from the bottom up",
            "With one layer, state[0] is top and bottom; with two it is only one of them",
        )
    for t in range(outputs.shape[1]):
        if _equal(answer, outputs[:, t]):
            return (
                f"This is the top layer at time step {t}; the last one is {outputs.shape[1] - 1}",
                "Time steps are counted from 0",
                "An index of -1 is the last",
            )
    return (
        f"Sequence 0 of your answer is {_row(answer)}, which is no state of the top layer",
        "outputs holds the top layer's state of every time step",
        "One index gives it: nothing has to be summed or averaged",
    )


@exercise(
    "02.3",
    "Predict the next year with an LSTM",
    """
outputs, (h, c) = lstm(inputs)
next_year = head(outputs[:, -1])  # (B, T, H) -> (B, H) -> (B, 1); head(h[0]) is the same
""",
)
@torch.no_grad()
def judge_next_year(answer: Any, lstm: nn.LSTM, head: nn.Linear, inputs: Tensor) -> Hints | None:
    """Judge the readout of an LSTM's last hidden state."""
    outputs, (h, c) = lstm(inputs)
    right = head(h[-1])
    if not isinstance(answer, Tensor):
        return _wrong_shape(answer, right, "(B, 1)")
    if answer.shape == outputs.shape[:2] + right.shape[1:]:
        return (
            f"You have {tuple(answer.shape)}: a prediction after each of the "
            f"{outputs.shape[1]} years; only the one after the last is asked for",
            "The time axis is the second one",
            "Take the last time step of the outputs, before the readout or after it",
        )
    if answer.shape == h.shape[:1] + right.shape:
        return (
            f"You have {tuple(answer.shape)}: the axis of the layers is still there",
            "h is (layers, B, H)",
            "Take the one layer there is",
        )
    if answer.shape == h[-1].shape:
        return (
            f"You have {tuple(answer.shape)}, a hidden state: {h.shape[2]} numbers a sequence. "
            "It has not been read out",
            "The readout makes one number of them",
            "head(...) of that hidden state",
        )
    if wrong := _wrong_shape(answer, right, "(B, 1)"):
        return wrong
    if _equal(answer, right):
        return None
    if _equal(answer, head(c[-1])):
        return (
            "You have read out c, the memory; predictions are read from what the LSTM shows",
            "The second thing that an LSTM returns is the pair (h, c), in this order",
            "h equals the last of the outputs; c does not",
        )
    if _equal(answer, head(outputs[:, 0])):
        return (
            "You have read out the state after the first year",
            f"There are {outputs.shape[1]} years in the inputs",
            "The index of the last time step is -1",
        )
    return (
        f"You predict {_row(answer.T)}; the readout of the last state gives something else",
        "Read inputs from the start, with no state given",
        "outputs, (h, c) = lstm(inputs); which of the three do you hand to head?",
    )


def _wrong_shape(answer: Any, right: Tensor, axes: str) -> Hints | None:
    wanted = f"expected a tensor of shape {tuple(right.shape)}, {axes}"
    if not isinstance(answer, Tensor):
        text = f"Your answer is a {type(answer).__name__}; {wanted}"
    elif answer.shape != right.shape:
        text = f"Your answer has the shape {tuple(answer.shape)}; {wanted}"
    else:
        return None
    return text, text, text


def _equal(answer: Tensor, other: Tensor) -> bool:
    return answer.shape == other.shape and torch.allclose(answer, other, atol=1e-5)


def _row(values: Tensor) -> str:
    """Return the first row of values (B, H) as text."""
    return ", ".join(f"{value:.3f}" for value in values[0].tolist())
