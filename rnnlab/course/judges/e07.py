"""The exercises of notebook 07: the training loop, the validation loop, two halves of a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_

from rnnlab.course.exercises import exercise
from rnnlab.course.judging import Hints, Wrong, near, wrong
from rnnlab.course.trials import (
    CLIP_NORM,
    SIZES,
    about_average,
    about_batches,
    about_result,
    explain,
    grad_norm,
    small_batches,
    small_model,
    small_sgd,
    watched,
    weights_of,
)

PHASES = ("zero_grad", "forward", "loss", "backward", "clip", "step")


class _Run(NamedTuple):
    result: Any
    batches: int  # that the model read
    norms: list[float]  # of the gradients that each step found
    weights: Tensor


def _right() -> tuple[list[float], list[Tensor]]:
    """Return the right loop's losses, and its weights before the first batch and after each."""
    model = small_model()
    optimizer, losses, weights = small_sgd(model), [], [weights_of(model)]
    for inputs, targets in small_batches():
        optimizer.zero_grad()
        loss = nn.functional.l1_loss(model(inputs)[0], targets)
        loss.backward()
        clip_grad_norm_(model.parameters(), CLIP_NORM)
        optimizer.step()
        losses.append(loss.item())
        weights.append(weights_of(model))
    return losses, weights


def _follow(train_epoch: Callable[..., Any]) -> _Run:
    model = small_model()
    optimizer = small_sgd(model)
    reads: list[int] = []
    norms: list[float] = []
    model.register_forward_hook(lambda *_: reads.append(1))
    optimizer.register_step_pre_hook(lambda *_: norms.append(grad_norm(model)))
    result = train_epoch(model, small_batches(), nn.L1Loss(), optimizer, CLIP_NORM)
    return _Run(result, len(reads), norms, weights_of(model))


@exercise("07.1")
def judge_train_epoch(train_epoch: Any) -> Wrong | Hints | None:
    """Judge the learner's loop by what it does to a small model; the doctor tells the cause."""
    trial = watched(lambda: _follow(train_epoch))
    run, cause = trial.result, explain(trial)
    if run is None:  # it has raised an error
        return cause
    losses, weights = _right()
    return (
        about_batches("train_epoch", run.batches)
        or (None if near(run.weights, weights[-1]) else cause or _about_weights(run, weights))
        or about_result("train_epoch", run.result, cause)
        or about_average(float(run.result), losses, SIZES, "examples")
    )


def _about_weights(run: _Run, right: Sequence[Tensor]) -> Wrong:
    """Say what the doctor cannot: it knows no clip_norm, and no number of updates."""
    count, batches, norms = len(run.norms), len(SIZES), [round(norm, 3) for norm in run.norms]
    if near(run.weights, right[0]):
        return wrong("not moved", batches=batches, count=count, norms=norms)
    if count != batches:
        return wrong("updates", batches=batches, count=count, plural="s" * (count > 1))
    if near(run.weights, right[-2]):
        return wrong("late")
    if max(norms) > 1.01 * CLIP_NORM:
        return wrong("unclipped", largest=max(norms), clip_norm=CLIP_NORM)
    away = (run.weights - right[-1]).norm()
    return wrong("else", away=away, norms=norms, clip_norm=CLIP_NORM)


@exercise("07.2")
def judge_validation_loss(validation_loss: Any) -> Wrong | Hints | None:
    """Judge the learner's validation by the switches it sets, and by its average."""
    model, seen = small_model(dropout=0.5), []
    hook = model.register_forward_hook(
        lambda *_: seen.append((model.training, torch.is_grad_enabled()))
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        first = validation_loss(model, small_batches(), nn.L1Loss())
        ended_in_training, read = model.training, len(seen)
        model.train()
        second = validation_loss(model, small_batches(), nn.L1Loss())
    hook.remove()
    training, graphs = (any(switch) for switch in zip(*seen, strict=True)) if seen else (0, 0)
    if verdict := about_batches("validation_loss", read):
        return verdict
    if training and all(isinstance(loss, (float, Tensor)) for loss in (first, second)):
        return wrong("dropout", first=float(first), second=float(second))
    if graphs:
        return wrong("graph recorded")
    return (
        about_result("validation_loss", first)
        or (None if ended_in_training else wrong("left in eval"))
        or about_average(float(first), _held_out_losses(model), SIZES, "examples")
    )


def _held_out_losses(model: nn.Module) -> list[float]:
    model.eval()
    with torch.no_grad():
        return [
            nn.L1Loss()(model(inputs)[0], targets).item() for inputs, targets in small_batches()
        ]


@exercise("07.3")
def judge_two_halves(order: Any) -> Wrong | None:
    """Judge the order by running it beside the update that the whole batch makes."""
    if not isinstance(order, (list, tuple)) or any(name not in PHASES for name in order):
        return wrong("unknown", order=order, known=", ".join(PHASES))
    chain = [name for name in order if name in ("forward", "loss", "backward")]
    if order.count("forward") != 2:
        return wrong("forwards", forwards=order.count("forward"))
    if chain != ["forward", "loss", "backward"] * 2:
        return wrong("chain", chain=", ".join(chain))
    if order.count("step") != 1:
        return wrong("steps", steps=order.count("step"))
    if "zero_grad" not in order:
        return wrong("not cleared")
    whole, _ = _run_halves(PHASES, parts=1)
    _, full = _run_halves([name for name in PHASES if name != "clip"], parts=1)
    model, found = _run_halves(order, parts=2)
    if near(weights_of(model), weights_of(whole)):
        return None
    first, second = (k for k, name in enumerate(order) if name == "backward")
    mistakes = {
        "no gradient": found == 0,
        "cleared between": "zero_grad" in order[first:second],
        "early step": "step" in order[:second],
        "unclipped": found > 1.01 * CLIP_NORM,
        "half clipped": True,
    }
    mistake = next(name for name, made in mistakes.items() if made)
    return wrong(mistake, found=found, full=full, clip_norm=CLIP_NORM)


def _run_halves(order: Sequence[str], parts: int) -> tuple[nn.Module, float]:
    """Run the phases on a batch in so many parts; return the norm that the step found too."""
    inputs, targets = (torch.cat(tensors) for tensors in zip(*small_batches()[:2], strict=True))
    size, model = len(inputs) // parts, small_model()
    pieces = iter(zip(inputs.split(size), targets.split(size), strict=True))
    optimizer, predictions, loss, found = small_sgd(model), inputs, inputs, 0.0
    for name in order:
        if name == "zero_grad":
            optimizer.zero_grad()
        elif name == "forward":
            inputs, targets = next(pieces)
            predictions, _ = model(inputs)
        elif name == "loss":
            loss = nn.functional.mse_loss(predictions, targets) / parts
        elif name == "backward":
            loss.backward()
        elif name == "clip":
            clip_grad_norm_(model.parameters(), CLIP_NORM)
        else:
            found = grad_norm(model)
            optimizer.step()
    return model, found
