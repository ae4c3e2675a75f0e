"""The exercises of notebook 09: a broken loop to name, a step and an epoch to mend."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.nn.utils import clip_grad_norm_
from torch.optim import SGD

from rnnlab.course.exercises import exercise
from rnnlab.course.judging import Hints, Wrong, near, wrong
from rnnlab.course.trials import (
    Batch,
    about_average,
    about_result,
    explain,
    small_model,
    watched,
    weights_of,
)

ROUNDS = 4  # of a step on trial: enough for the doctor


def _learner() -> tuple[nn.Module, SGD]:
    model = small_model()
    return model, SGD(model.parameters(), lr=0.1)


def _random(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(9))


def _numbers(values: list[float]) -> str:
    return ", ".join(f"{value:.4g}" for value in values)


# 09.1

NAMED = (  # which have a hint of their own
    "no text",
    "missing-backward",
    "missing-step",
    "step-before-backward",
    "missing-zero-grad",
    "clip-before-backward",
    "clip-after-step",
)


def _repeat(puzzle: Callable[..., Any]) -> set[float]:
    model, optimizer = _learner()
    inputs, targets = _random(3, 5, 1), _random(3, 5, 1)
    return {puzzle(model, optimizer, inputs, targets).item() for _ in range(ROUNDS)}


@exercise("09.1")
def judge_name(answer: Any, puzzle: Callable[..., Any]) -> Wrong | None:
    """Run the puzzle, and compare the answer with what the doctor says."""
    trial = watched(lambda: _repeat(puzzle))
    if trial.result is not None and len(trial.result) == ROUNDS:
        return wrong("mended")
    name = answer.strip("`") if isinstance(answer, str) else "no text"
    if name == (trial.findings[0].code if trial.findings else "zero-grad-after-backward"):
        return None
    if not trial.findings:
        return wrong("watched", answer=answer)
    events = trial.trace.of("backward", "zero_grad", "step")
    calls = [event.kind for event in events][: len(events) // ROUNDS]  # those of one batch
    filled = next((e.numbers["filled"] for e in events if e.kind == "backward"), 0)
    norm = next((e.numbers["norm"] for e in events if e.kind == "step"), 0.0)
    counts = {"steps": calls.count("step"), "clears": calls.count("zero_grad")}
    fields = {"filled": filled, "norm": norm, "calls": ", ".join(calls), **counts}
    mistake = name if name in NAMED else "else"
    return wrong(mistake, answer=answer, where=trial.findings[0].where, **fields)


# 09.2


def _one_step(
    model: nn.Module, optimizer: SGD, inputs: Tensor, targets: Tensor, clip_norm: float = 1.0
) -> Tensor:
    """Make the step of the exercise."""
    optimizer.zero_grad()
    loss = mse_loss(model(inputs)[0][:, -1, 0], targets)  # (B,) both
    loss.backward()
    clip_grad_norm_(model.parameters(), clip_norm)
    optimizer.step()
    return loss


def _losses(step: Callable[..., Any], *options: float) -> tuple[list[float], Tensor]:
    """Return the losses of a few steps, and the weights after them."""
    model, optimizer = _learner()
    inputs = _random(6, 5, 1)
    targets = 3 * inputs.sum((1, 2))  # (B, T, 1) -> (B,), large enough to be clipped
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        losses = [step(model, optimizer, inputs, targets, *options) for _ in range(ROUNDS)]
    for loss in losses:
        if not isinstance(loss, Tensor):
            raise TypeError(f"the step returned {type(loss).__name__}; it should return the loss")
    return [loss.item() for loss in losses], weights_of(model)


@exercise("09.2")
def judge_step(answer: Any) -> Wrong | Hints | None:
    """Run some steps beside right ones; the doctor tells the cause."""
    trial = watched(lambda: _losses(answer))
    if trial.result is None:
        return explain(trial)
    (losses, weights), (right, trained) = trial.result, _losses(_one_step)
    if near(losses, right) and near(weights, trained):
        return None
    if cause := explain(trial):
        return cause
    unclipped = near(losses, _losses(_one_step, torch.inf)[0])
    fields = {"rounds": ROUNDS, "losses": _numbers(losses), "right": _numbers(right)}
    return wrong("unclipped" if unclipped else "else", **fields)


# 09.3


def _batches() -> list[Batch]:
    inputs = _random(3, 17, 1)
    targets = inputs.cumsum(1)
    return list(zip(inputs.split(5, 1), targets.split(5, 1), strict=True))  # T = 5, 5, 5, 2


def _right_epoch(carry: bool = True) -> tuple[list[float], Tensor]:
    """Make the epoch of the exercise; return the loss of each batch, and the weights."""
    model, optimizer = _learner()
    losses, state = [], None
    for inputs, targets in _batches():
        optimizer.zero_grad()
        predictions, state = model(inputs, state.detach() if carry and state is not None else None)
        loss = mse_loss(predictions, targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, weights_of(model)


def _epoch(answer: Callable[..., Any]) -> tuple[Any, Tensor]:
    model, optimizer = _learner()
    return answer(model, optimizer, _batches()), weights_of(model)


@exercise("09.3")
def judge_epoch(answer: Any) -> Wrong | Hints | None:
    """Run an epoch beside the right one and one with a state that is reset."""
    try:
        trial = watched(lambda: _epoch(answer))
    except AttributeError as error:
        if "'NoneType' object has no attribute 'detach'" not in str(error):
            raise
        return wrong("first state", error=error)
    cause = explain(trial)
    if trial.result is None:
        return cause
    (average, weights), (losses, right) = trial.result, _right_epoch()
    if not near(weights, right):
        reset = near(weights, _right_epoch(carry=False)[1])
        return wrong("reset") if reset else cause or wrong("weights")
    sizes = [targets.numel() for _, targets in _batches()]
    return about_result("fixed_epoch", average, cause) or about_average(
        float(average), losses, sizes, "target values"
    )
