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

from rnnlab.course.exercises import Hints, exercise
from rnnlab.course.trials import (
    about_average,
    about_result,
    close,
    explain,
    not_a_function,
    small_model,
    watched,
    weights_of,
)
from rnnlab.doctor.trace import Trace
from rnnlab.loop import hidden
from rnnlab.runs.checks import Pair as Batch

ROUNDS = 4  # of a step on trial: enough for the doctor


def _learner() -> tuple[nn.Module, SGD]:
    model = small_model()
    return model, SGD(model.parameters(), lr=0.1)


def _random(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(9))


def _numbers(values: list[float]) -> str:
    return ", ".join(f"{value:.4g}" for value in values)


def _near(values: list[float], others: list[float]) -> bool:
    return close(torch.tensor(values), torch.tensor(others))


# 09.1


def _repeat(puzzle: Callable[..., Any]) -> set[float]:
    model, optimizer = _learner()
    inputs, targets = _random(3, 5, 1), _random(3, 5, 1)
    return {puzzle(model, optimizer, inputs, targets).item() for _ in range(ROUNDS)}


@exercise(
    "09.1",
    "name the mistake of a loop",
    """
answer = "zero-grad-after-backward"
""",
)
def judge_name(answer: Any, puzzle: Callable[..., Any]) -> Hints | None:
    """Run the puzzle, and compare the answer with what the doctor says."""
    trial = watched(lambda: _repeat(puzzle))
    if trial.result is not None and len(trial.result) == ROUNDS:
        text = "This loop is in order now: run the cell of the puzzle again as it was"
        return text, text, text
    right = trial.findings[0].code if trial.findings else "zero-grad-after-backward"
    if isinstance(answer, str) and answer.strip("`") == right:
        return None
    if not trial.findings:
        text = f"{answer!r} is not its mistake. For a hint run this cell outside of your own watch"
        return text, text, text
    order = [e.kind for e in trial.trace.of("backward", "zero_grad", "step")]
    order = order[: len(order) // ROUNDS]  # those of one batch
    filled, norm = _gradient(trial.trace)
    first = _told(answer, order, filled, norm)
    return (
        first[0].upper() + first[1:] + ".",
        f"Follow the gradient: backward gave one to {filled} parameters, and step found a norm of "
        f"{norm:.3g}.",
        f"The calls of one batch are {', '.join(order)}. Look at {trial.findings[0].where}. What "
        "does this line do to .grad, and who needs it?",
    )


def _gradient(trace: Trace) -> tuple[int, float]:
    """Return how many parameters backward has filled, and the norm that the step found."""
    backwards, steps = trace.of("backward"), trace.of("step")
    filled = backwards[0].numbers["filled"] if backwards else 0
    return filled, steps[0].numbers["norm"] if steps else 0.0


def _told(answer: Any, order: list[str], filled: int, norm: float) -> str:
    """Return what speaks against a wrong answer."""
    if not isinstance(answer, str):
        return f"your answer is {answer!r}; give the code in quotes, as it stands in a heading"
    times = {kind: f"called {order.count(kind)} time in one batch" for kind in order}
    told = {
        "missing-backward": f"backward is there: it gave {filled} parameters a gradient",
        "missing-step": f"step is there, {times.get('step')}, with a gradient of norm {norm:.3g}",
        "step-before-backward": "step comes after backward; the calls of one batch: "
        f"{', '.join(order)}",
        "missing-zero-grad": f"zero_grad is there, {times.get('zero_grad')}; without it "
        "gradients add up and the loss moves",
        "clip-before-backward": f"clipping comes after backward; it meets a norm of {norm:.3g}, "
        "but somebody else made it so",
        "clip-after-step": "clipping comes before step; take it out, and the loss still stands",
    }
    return told.get(
        answer.strip("`"),
        f"{answer!r} is no mistake that makes a loss repeat itself to the last digit; the "
        "table at the end of the lesson names four that do",
    )


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


@exercise(
    "09.2",
    "mend a step",
    """
def fixed_step(model, optimizer, inputs, targets):
    optimizer.zero_grad()
    predictions, _ = model(inputs)
    loss = mse_loss(predictions[:, -1, 0], targets)  # (B,) both
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss
""",
)
def judge_step(answer: Any) -> Hints | None:
    """Run some steps beside right ones; the doctor tells the cause."""
    if hints := not_a_function("fixed_step", answer, "the loss"):
        return hints
    trial = watched(lambda: _losses(answer))
    if trial.result is None:
        return explain(trial)
    (losses, weights), (right, trained) = trial.result, _losses(_one_step)
    if _near(losses, right) and close(weights, trained):
        return None
    yours = f"Your losses of {ROUNDS} steps are {_numbers(losses)}"
    if cause := explain(trial):
        return cause
    if _near(losses, _losses(_one_step, torch.inf)[0]):
        return (
            f"{yours}: the first is right, and they are those of a step with no clipping.",
            f"{yours}. When clipping is called, is the gradient there, and not used yet?",
            f"{yours}. Clipping belongs between backward and step.",
        )
    return (
        f"{yours}; right would be {_numbers(right)}.",
        "Only the last time step counts, and every line of the loop comes once, in its order.",
        "zero_grad, forward, loss of (B,) against (B,), backward, clip to 1, step.",
    )


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
        predictions, state = model(inputs, hidden.detach(state) if carry else None)
        loss = mse_loss(predictions, targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, weights_of(model)


def _epoch(answer: Callable[..., Any]) -> tuple[Any, Tensor]:
    model, optimizer = _learner()
    return answer(model, optimizer, _batches()), weights_of(model)


@exercise(
    "09.3",
    "mend an epoch",
    """
def fixed_epoch(model, optimizer, batches):
    total, count, state = 0.0, 0, None
    for inputs, targets in batches:
        optimizer.zero_grad()
        predictions, state = model(inputs, hidden.detach(state))
        loss = mse_loss(predictions, targets)
        loss.backward()
        optimizer.step()
        total += loss.item() * targets.numel()
        count += targets.numel()
    return total / count
""",
)
def judge_epoch(answer: Any) -> Hints | None:
    """Run an epoch beside the right one and one with a state that is reset."""
    if hints := not_a_function("fixed_epoch", answer, "the average loss"):
        return hints
    try:
        trial = watched(lambda: _epoch(answer))
    except AttributeError as error:
        if "'NoneType' object has no attribute 'detach'" not in str(error):
            raise
        return _about_first_state(error)
    cause = explain(trial)
    if trial.result is None:
        return cause
    (average, weights), (losses, right) = trial.result, _right_epoch()
    sizes = [targets.numel() for _, targets in _batches()]
    return (
        (None if close(weights, right) else _about_weights(weights, cause))
        or about_result("fixed_epoch", average, cause)
        or about_average(float(average), losses, sizes, "target values")
    )


def _about_first_state(error: AttributeError) -> Hints:
    return (
        f'Your epoch ends in "{error}": at the first batch the state is None.',
        "Detach it only where there is one; after the model has returned it there always is.",
        "rnnlab.loop.hidden.detach takes None, too.",
    )


def _about_weights(weights: Tensor, cause: Hints | None) -> Hints:
    if close(weights, _right_epoch(carry=False)[1]):
        return (
            "Your weights end where those of a state that is reset at each batch end.",
            "The state must go into the next batch: its values, not its graph.",
            "What is the second argument of model(...) in your second batch?",
        )
    return cause or (
        "Your weights do not end where they should: the updates differ.",
        "One update for each batch: zero_grad, forward, loss, backward, step.",
        "The lines of the update were right; mend only the state and the average.",
    )
