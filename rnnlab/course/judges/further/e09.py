"""The exercises of notebook 09: a broken loop to name, a step and an epoch to mend."""

import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from rnnlab.base.say import say
from rnnlab.course.judging import Wrong, near, wrong
from rnnlab.course.trials import Batch, Learner, about_average, about_result, explain, watched
from rnnlab.doctor.judge import RULES

ROUNDS = 4  # of a step on trial: enough for the doctor


def _random(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(9))


def _repeat(puzzle: Callable[..., Any]) -> set[float]:
    learner, batch = Learner(), (_random(3, 5, 1), _random(3, 5, 1))
    return {puzzle(learner.model, learner.optimizer, *batch).item() for _ in range(ROUNDS)}


def judge_1(answer: Any, puzzle: Callable[..., Any]) -> Wrong | None:
    """Run the puzzle, and compare the answer with what the doctor says."""
    losses, findings, trace = watched(lambda: _repeat(puzzle))
    if losses is not None and len(losses) == ROUNDS:
        return wrong("mended")
    name = answer.strip("`") if isinstance(answer, str) else "no text"
    if name == (findings[0].code if findings else "zero-grad-after-backward"):
        return None
    if not findings:
        return wrong("watched", answer=answer)
    events = trace.of("backward", "zero_grad", "step")
    calls = [event.kind for event in events][: len(events) // ROUNDS]  # those of one batch
    numbers = {event.kind: event.numbers for event in reversed(events)}  # of the first of each
    mistake = name if name in {*RULES, "no text"} else "else"
    fields = {"filled": 0, "norm": 0.0, **numbers.get("step", {}), **numbers.get("backward", {})}
    counts = {"steps": calls.count("step"), "clears": calls.count("zero_grad")}
    shown = {"calls": ", ".join(calls), "where": findings[0].where}
    return wrong(mistake, answer=answer, **fields, **counts, **shown)


def _batches() -> list[Batch]:
    inputs = _random(6, 5, 1)
    return [(inputs, 3 * inputs.sum((1, 2)))] * ROUNDS  # targets (B,), large enough to be clipped


def _last_loss(predictions: Tensor, targets: Tensor) -> Tensor:
    return mse_loss(predictions[:, -1, 0], targets)  # (B,) both


def _steps(step: Callable[..., Any]) -> tuple[list[float], Tensor]:
    """Return the losses of a few steps, and the weights after them."""
    learner = Learner()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        losses = [step(learner.model, learner.optimizer, *batch) for batch in _batches()]
    for loss in losses:
        if not isinstance(loss, Tensor):
            text = "the step returned {kind}; it should return the loss"
            raise TypeError(say(text, kind=type(loss).__name__))
    return [loss.item() for loss in losses], learner.weights()


def judge_2(answer: Any) -> Wrong | None:
    """Run some steps beside right ones; the doctor tells the cause."""
    done, findings, _ = watched(lambda: _steps(answer))
    if done is None:
        return explain(findings)
    learner, (losses, weights) = Learner(), done
    right, unclipped = (
        [loss for loss, _ in learner.train(_batches(), loss_fn=_last_loss, clip_norm=bound)]
        for learner, bound in ((learner, 1.0), (Learner(), None))
    )
    if near(losses, right) and near(weights, learner.weights()):
        return None
    if cause := explain(findings):
        return cause
    mistake, both = "unclipped" if near(losses, unclipped) else "else", (losses, right)
    given, wanted = (", ".join(f"{loss:.4g}" for loss in row) for row in both)
    return wrong(mistake, rounds=ROUNDS, losses=given, right=wanted)


def _parts() -> list[Batch]:
    series = _random(3, 17, 1)
    return [*zip(series.split(5, 1), series.cumsum(1).split(5, 1), strict=True)]  # T = 5, 5, 5, 2


def _epoch(answer: Callable[..., Any]) -> tuple[Any, Tensor]:
    learner = Learner()
    return answer(learner.model, learner.optimizer, _parts()), learner.weights()


def judge_3(answer: Any) -> Wrong | None:
    """Run an epoch beside the right one and one with a state that is reset."""
    try:
        done, findings, _ = watched(lambda: _epoch(answer))
    except AttributeError as error:
        if "'NoneType' object has no attribute 'detach'" not in str(error):  # not said
            raise
        return wrong("first state", error=error)
    cause = explain(findings)
    if done is None:
        return cause
    (average, weights), right, reset = done, Learner(), Learner()
    losses = [loss for loss, _ in right.train(_parts(), carry=True)]
    reset.train(_parts())
    if not near(weights, right.weights()):
        return wrong("reset") if near(weights, reset.weights()) else cause or wrong("weights")
    sizes = [targets.numel() for _, targets in _parts()]
    return about_result("fixed_epoch", average, cause) or about_average(
        float(average), losses, sizes, say("target values")
    )
