"""The exercises of notebook 09: a broken loop to name, a step and an epoch to mend."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.nn.utils import clip_grad_norm_, get_total_norm
from torch.optim import SGD

from rnnlab import hidden
from rnnlab.checks import Hints, exercise
from rnnlab.loop import Batch
from rnnlab.model import SequenceModel

Calls = list[tuple[str, float]]  # what was called, and the gradient's norm at that moment


def _learner() -> tuple[SequenceModel, SGD]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(9)
        model = SequenceModel(input_size=1, hidden_size=4, output_size=1)
    return model, SGD(model.parameters(), lr=0.1)


def _random(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(9))


def _norm(model: nn.Module) -> float:
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    return get_total_norm(gradients).item() if gradients else 0.0


def _moved(model: nn.Module, other: nn.Module) -> bool:
    pairs = zip(model.parameters(), other.parameters(), strict=True)
    return not all(torch.allclose(a, b, atol=1e-6) for a, b in pairs)


def _numbers(values: list[float]) -> str:
    return ", ".join(f"{value:.4g}" for value in values)


def _near(values: list[float], others: list[float]) -> bool:
    return all(math.isclose(a, b, rel_tol=1e-4) for a, b in zip(values, others, strict=True))


# 09.1


def _calls(puzzle: Callable[..., Any]) -> Calls:
    """Run one step of a loop; return its calls of backward, zero_grad and step, in order."""
    model, optimizer = _learner()
    calls: Calls = []
    clear, update = optimizer.zero_grad, optimizer.step

    def zero_grad(*args: Any, **options: Any) -> None:
        clear(*args, **options)
        calls.append(("zero_grad", _norm(model)))

    def step(*args: Any, **options: Any) -> Any:
        calls.append(("step", _norm(model)))
        return update(*args, **options)

    def backward(_: Tensor) -> None:  # called once for each parameter
        if calls and calls[-1][0] == "backward":
            calls.pop()
        calls.append(("backward", _norm(model)))

    for parameter in model.parameters():
        parameter.register_post_accumulate_grad_hook(backward)
    optimizer.zero_grad = zero_grad  # type: ignore[method-assign]  # to see the calls
    optimizer.step = step  # type: ignore[method-assign]  # as above
    puzzle(model, optimizer, _random(3, 5, 1), _random(3, 5, 1))
    return calls


def _diagnosis(calls: Calls) -> str | None:
    order = [name for name, _ in calls]
    if "backward" not in order:
        return "missing-backward"
    if "step" not in order:
        return "missing-step"
    if order.index("step") < order.index("backward"):
        return "step-before-backward"
    if "zero_grad" in order[order.index("backward") : order.index("step")]:
        return "zero-grad-after-backward"
    return None if "zero_grad" in order else "missing-zero-grad"


@exercise(
    "09.1",
    "name the mistake of a loop",
    """
answer = "zero-grad-after-backward"
""",
)
def judge_name(answer: Any, puzzle: Callable[..., Any]) -> Hints | None:
    """Run the puzzle and follow its calls."""
    calls = _calls(puzzle)
    right = _diagnosis(calls)
    if right is None:
        text = "This loop is in order now: run the cell of the puzzle again as it was"
        return text, text, text
    if isinstance(answer, str) and answer.strip("`") == right:
        return None
    order, norms = ", ".join(name for name, _ in calls), dict(calls)
    at_backward, at_step = norms.get("backward", 0.0), norms.get("step", 0.0)
    told = {
        "missing-backward": f"backward is there: after it the gradient's norm is {at_backward:.3g}",
        "missing-step": "step is there: it was called "
        f"{order.count('step')} time in one batch, with a gradient of norm {at_step:.3g}",
        "step-before-backward": f"step comes after backward; the calls of one batch: {order}",
        "missing-zero-grad": "zero_grad is there, called "
        f"{order.count('zero_grad')} time in one batch; without it gradients add up and the "
        "loss moves",
        "clip-before-backward": "clipping comes after backward; it meets a norm of "
        f"{at_step:.3g}, but somebody else made it so",
        "clip-after-step": "clipping comes before step; take it out, and the loss still stands",
    }
    if not isinstance(answer, str):
        first = f"Your answer is {answer!r}; give the code in quotes, as it stands in a heading"
    else:
        first = told.get(
            answer.strip("`"),
            f"{answer!r} is no mistake that makes a loss repeat itself to the last digit; the "
            "table at the end of the lesson names four that do",
        )
    return (
        first[0].upper() + first[1:] + ".",
        f"Follow the gradient's norm: {at_backward:.3g} after backward, {at_step:.3g} when step "
        "reads it.",
        f"The calls of one batch are {order}. Which of them stands between the other two, and "
        "what does it do to .grad?",
    )


# 09.2

SHAPES = "(6, 1) against (6,) gives 36 differences instead of 6"


def _one_step(
    model: nn.Module, optimizer: SGD, inputs: Tensor, targets: Tensor, wrong: str = ""
) -> Tensor:
    """Make the step of the exercise, right or with one thing wrong."""
    if wrong != "no zero_grad":
        optimizer.zero_grad()
    predictions = model(inputs)[0][:, -1]  # (B, T, 1) -> (B, 1)
    loss = mse_loss(predictions, targets if wrong == "broadcast" else targets[:, None])
    loss.backward()
    if wrong == "cleared late":
        optimizer.zero_grad()
    if wrong != "no clip":
        clip_grad_norm_(model.parameters(), 1.0)
    if wrong != "no step":
        optimizer.step()
    return loss


def _three_losses(step: Callable[..., Any], *options: str) -> tuple[list[float], SequenceModel]:
    model, optimizer = _learner()
    inputs = _random(6, 5, 1)
    targets = 3 * inputs.sum((1, 2))  # (B, T, 1) -> (B,), large enough to be clipped
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        losses = [step(model, optimizer, inputs, targets, *options) for _ in range(3)]
    for loss in losses:
        if not isinstance(loss, Tensor):
            raise TypeError(f"the step returned {type(loss).__name__}; it should return the loss")
    return [loss.item() for loss in losses], model


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
    """Run three steps beside right and wrong ones."""
    if not callable(answer):
        text = f"fixed_step is {answer!r}; expected a function"
        return text, text, text
    losses, model = _three_losses(answer)
    right, trained = _three_losses(_one_step)
    yours = f"Your losses of three steps are {_numbers(losses)}"
    if _near(losses, right) and not _moved(model, trained):
        return None
    known = {
        wrong: _three_losses(_one_step, wrong)[0]
        for wrong in ("broadcast", "no zero_grad", "no clip", "no step")
    }
    if math.isclose(losses[0], known["broadcast"][0], rel_tol=1e-4):
        return (
            f"Your first loss is {losses[0]:.4g}, as when each prediction is compared with "
            "every target.",
            f"The shapes differ: {SHAPES}.",
            "predictions[:, -1] is (B, 1). Take its last axis away, or give targets one.",
        )
    if _near(losses, known["no step"]):
        return (
            f"{yours}: all the same, so the weights do not move.",
            f"After your step the gradient's norm is {_norm(model):.3g}. "
            "What did optimizer.step find?",
            "Look for a zero_grad between backward and step, or for a step that is missing.",
        )
    if math.isclose(losses[0], right[0], rel_tol=1e-4):
        if _near(losses, known["no clip"]):
            return (
                f"{yours}: the first is right, and they are those of a step with no clipping.",
                "When clipping is called, is the gradient there, and has it not been used?",
                "It belongs between backward and step.",
            )
        if _near(losses, known["no zero_grad"]):
            return (
                f"{yours}: two are right, then the gradient of step 1 pushes once more.",
                "backward adds to .grad; nobody has cleared it.",
                "One line at the start of the step is missing.",
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


def _batch_losses(model: nn.Module, optimizer: SGD, carry: bool = True) -> list[float]:
    """Make the epoch of the exercise and return the average loss of each batch."""
    losses, state = [], None
    for inputs, targets in _batches():
        optimizer.zero_grad()
        predictions, state = model(inputs, hidden.detach(state) if carry else None)
        loss = mse_loss(predictions, targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def _told_by_error(error: Exception) -> Hints:
    said = str(error)
    short = said.split(". ")[0].split(" (or ")[0].split(": [")[0]
    if "second time" in said:
        return (
            f'Your epoch still ends in "{short}".',
            "The second batch starts from a state that remembers how it was computed.",
            "Cut the state off from its graph where it goes into the next batch.",
        )
    if "inplace" in said:
        return (
            f'Your epoch ends in "{short}": backward went on into the batch before.',
            "retain_graph keeps a graph whose weights the step has changed since.",
            "Do without retain_graph; it is the state that must be cut off.",
        )
    if "NoneType" in said:
        return (
            f'Your epoch ends in "{short}": at the first batch the state is None.',
            "Detach it only where there is one; after the model has returned it there always is.",
            "rnnlab.hidden.detach takes None, too.",
        )
    text = f"Your epoch ends in {type(error).__name__}: {said}"
    return text, text, text


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
    if not callable(answer):
        text = f"fixed_epoch is {answer!r}; expected a function"
        return text, text, text
    (model, optimizer), (right, right_optimizer), (reset, reset_optimizer) = (
        _learner() for _ in range(3)
    )
    losses = _batch_losses(right, right_optimizer)
    _batch_losses(reset, reset_optimizer, carry=False)
    try:
        average = answer(model, optimizer, _batches())
    except (RuntimeError, AttributeError, TypeError) as error:
        return _told_by_error(error)
    if isinstance(average, Tensor) and average.requires_grad:
        return (
            f"Your average, {average.item():.4g}, is a tensor with a graph: that of all batches.",
            "A number to print needs no graph; this one keeps every batch in memory.",
            "Take the loss as a number, with .item(), before you add it up.",
        )
    if average is None:
        text = "Your epoch returned None; it should return the average loss"
        return text, text, text
    if not _moved(model, reset):
        return (
            "Your weights end where those of a state that is reset at each batch end.",
            "The state must go into the next batch: its values, not its graph.",
            "What is the second argument of model(...) in your second batch?",
        )
    if _moved(model, right):
        return (
            "Your average is "
            f"{float(average):.4g}, but your weights end elsewhere: the updates differ.",
            "One update for each batch: zero_grad, forward, loss, backward, step.",
            "The lines of the update were right; mend only the state and the average.",
        )
    return _about_average(float(average), losses)


def _about_average(average: float, losses: list[float]) -> Hints | None:
    sizes = [targets.numel() for _, targets in _batches()]
    summed = sum(loss * size for loss, size in zip(losses, sizes, strict=True))
    if math.isclose(average, summed / sum(sizes), rel_tol=1e-4):
        return None
    counts = f"the batches have {', '.join(map(str, sizes))} target values"
    if math.isclose(average, sum(losses) / len(losses), rel_tol=1e-4):
        return (
            f"The weights are right. Your average, {average:.4g}, is that of the four batch "
            f"averages, but {counts}.",
            f"The batch averages are {_numbers(losses)}; the last counts as much as the others.",
            "All batches have 3 rows and differ in T: multiply each loss by its number of target "
            "values, and divide by all of them.",
        )
    return (
        f"The weights are right. Your average is {average:.4g}; the batch averages are "
        f"{_numbers(losses)}, so it must lie between the smallest and the largest of them, or is "
        "weighted wrongly.",
        f"Add up loss times target values: {counts}.",
        f"Divide the sum by the number of all target values, {sum(sizes)}.",
    )
