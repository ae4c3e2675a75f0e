"""The exercises of notebook 07: the training loop, and the validation loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

import rnnlab.course.two_halves  # noqa: F401  # adds 07.3
from rnnlab.course.exercises import Hints, exercise
from rnnlab.course.trials import (
    CLIP_NORM,
    SIZES,
    about_average,
    about_batches,
    about_result,
    close,
    explain,
    grad_norm,
    not_a_function,
    small_batches,
    small_model,
    small_sgd,
    watched,
    weights_of,
)
from rnnlab.loop.batch import train_batch


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
        phases = train_batch(
            model, inputs, targets, loss_fn=nn.L1Loss(), optimizer=optimizer, clip_norm=CLIP_NORM
        )
        losses.append(list(phases)[-1].loss.item())  # type: ignore[union-attr]  # the last has one
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


@exercise(
    "07.1",
    "write your own loop",
    """
def train_epoch(model, batches, loss_fn, optimizer, clip_norm):
    total, examples = 0.0, 0
    for inputs, targets in batches:
        optimizer.zero_grad()
        predictions, state = model(inputs)
        loss = loss_fn(predictions, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
        optimizer.step()
        total += loss.item() * len(inputs)
        examples += len(inputs)
    return total / examples
""",
)
def judge_train_epoch(train_epoch: Any) -> Hints | None:
    """Judge the learner's loop by what it does to a small model; the doctor tells the cause."""
    if hints := not_a_function("train_epoch", train_epoch, "an epoch's average loss"):
        return hints
    trial = watched(lambda: _follow(train_epoch))
    run, cause = trial.result, explain(trial)
    if run is None:  # it has raised an error
        return cause
    losses, weights = _right()
    return (
        about_batches("train_epoch", run.batches)
        or (None if close(run.weights, weights[-1]) else cause or _about_weights(run, weights))
        or about_result("train_epoch", run.result, cause)
        or about_average(float(run.result), losses, SIZES, "examples")
    )


def _about_weights(run: _Run, right: Sequence[Tensor]) -> Hints | None:
    """Say what the doctor cannot: it knows no clip_norm, and no number of updates."""
    norms, count = run.norms, len(run.norms)
    if close(run.weights, right[0]):
        text = f"The weights never moved in {len(SIZES)} batches"
        return (
            f"{text}.",
            f"{text}. {count} steps were made; the norms of the gradients they found: {norms}.",
            f"{text}. Only step changes them, by what backward has left in .grad.",
        )
    if count != len(SIZES):
        text = f"{len(SIZES)} batches, but {count} update{'s' if count > 1 else ''}"
        return (
            f"{text}.",
            f"{text}: each batch makes one.",
            f"{text}. Look at the indentation of optimizer.step().",
        )
    if close(run.weights, right[-2]):
        text = "Your first step found a gradient of norm 0"
        return (
            f"{text}: the updates come one batch late.",
            f"{text}, and the gradient of the last batch was left unused.",
            f"{text}. The step stands behind its own batch's backward, not before it.",
        )
    if max(norms) > 1.01 * CLIP_NORM:
        text = f"A step used a gradient of norm {max(norms):.3f}; clip_norm is {CLIP_NORM}"
        return (
            f"{text}. Nothing held it to the bound.",
            f"{text}. All gradients together, seen as one vector, must keep to it.",
            f"{text}. Is there a clip, behind backward and before the step, with clip_norm?",
        )
    text = f"Your weights end {(run.weights - right[-1]).norm():.3f} away from the right ones"
    return (
        f"{text}; the right update is another one.",
        f"{text}. The norms that your steps found: {[round(n, 3) for n in norms]}; "
        f"clipped to {CLIP_NORM} they should be.",
        f"{text}. Compare line by line: the loss_fn given, the order, the arguments.",
    )


@exercise(
    "07.2",
    "measure the loss on held-out batches",
    """
def validation_loss(model, batches, loss_fn):
    model.eval()
    total, examples = 0.0, 0
    with torch.no_grad():
        for inputs, targets in batches:
            predictions, state = model(inputs)
            total += loss_fn(predictions, targets).item() * len(inputs)
            examples += len(inputs)
    model.train()
    return total / examples
""",
)
def judge_validation_loss(validation_loss: Any) -> Hints | None:
    """Judge the learner's validation by the switches it sets, and by its average."""
    if hints := not_a_function("validation_loss", validation_loss, "the average loss"):
        return hints
    model, modes, graphs = small_model(dropout=0.5), [], []

    def look(*_: Any) -> None:
        modes.append(model.training)
        graphs.append(torch.is_grad_enabled())

    hook = model.register_forward_hook(look)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        first = validation_loss(model, small_batches(), nn.L1Loss())
        ended_in_training, read = model.training, len(modes)
        model.train()
        second = validation_loss(model, small_batches(), nn.L1Loss())
    hook.remove()
    return (
        about_batches("validation_loss", read)
        or _about_switches(any(modes), any(graphs), first, second)
        or about_result("validation_loss", first)
        or (None if ended_in_training else _left_in_eval())
        or about_average(float(first), _held_out_losses(model), SIZES, "examples")
    )


def _held_out_losses(model: nn.Module) -> list[float]:
    model.eval()
    with torch.no_grad():
        return [
            nn.L1Loss()(model(inputs)[0], targets).item() for inputs, targets in small_batches()
        ]


def _about_switches(training: bool, graph: bool, first: Any, second: Any) -> Hints | None:
    if training and isinstance(first, (float, Tensor)) and isinstance(second, (float, Tensor)):
        text = f"The same model on the same data: {float(first):.4f}, then {float(second):.4f}"
        return (
            f"{text}. Something still plays dice.",
            f"{text}. Dropout was at work: the model was in training mode.",
            f"{text}. no_grad() does not end dropout; that is the other switch's job.",
        )
    if graph:
        text = "The model's calls recorded a graph that no backward will ever use"
        return (
            f"{text}.",
            f"{text}. eval() does not stop that; it is the other switch's job.",
            f"{text}. Put the loop over the batches into the block that switches it off.",
        )
    return None


def _left_in_eval() -> Hints:
    text = "After your function model.training is False"
    return (
        f"{text}.",
        f"{text}: the next epoch would train with no dropout at all.",
        f"{text}. Before you return, put the model back in the mode it came in.",
    )
