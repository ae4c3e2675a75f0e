"""The exercises of notebook 07: the training loop, the validation loop, two halves of a batch."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from rnnlab.base.say import say
from rnnlab.course import trials
from rnnlab.course.judging import Wrong, first_of, near, wrong
from rnnlab.course.trials import CLIP_NORM, SIZES, Learner, small_batches
from rnnlab.loop.batch import PHASES, Batch
from rnnlab.loop.clipping import gradient_norm
from rnnlab.loop.evaluation import evaluate

DO = {phase.__name__: phase for phase in PHASES}
RATE = 0.5


def _follow(train_epoch: Any) -> tuple[Any, int, list[float], Tensor]:
    """Return the result, how many batches were read, the norm at each step, and the weights."""
    learner, reads, norms = Learner(learning_rate=RATE), [], []
    optimizer = learner.optimizer
    learner.model.register_forward_hook(lambda *_: reads.append(1))
    optimizer.register_step_pre_hook(lambda *_: norms.append(gradient_norm(optimizer).item()))
    result = train_epoch(learner.model, small_batches(), nn.L1Loss(), optimizer, CLIP_NORM)
    return result, len(reads), norms, learner.weights()


def judge_1(train_epoch: Any) -> Wrong | None:
    """Judge the learner's loop by what it does to a small model; the doctor tells the cause."""
    done, findings, _ = trials.watched(lambda: _follow(train_epoch))
    cause = trials.explain(findings)
    if done is None:  # it has raised an error
        return cause
    result, reads, norms, ended = done
    right = Learner(learning_rate=RATE)
    losses, weights = [], [right.weights()]  # before the first batch, and after each
    for batch in small_batches():
        ((loss, _),) = right.train([batch], loss_fn=nn.L1Loss(), clip_norm=CLIP_NORM)
        losses.append(loss)
        weights.append(right.weights())
    return (
        trials.about_batches("train_epoch", reads)
        or (None if near(ended, weights[-1]) else cause or _about_weights(ended, norms, weights))
        or trials.about_result("train_epoch", result, cause)
        or trials.about_average(float(result), losses, SIZES, say("examples"))
    )


def _about_weights(ended: Tensor, norms: list[float], right: Sequence[Tensor]) -> Wrong | None:
    """Say what the doctor cannot: it knows no clip_norm, and no number of updates."""
    count, largest = len(norms), max(norms, default=0.0)
    mistakes = {
        "not moved": near(ended, right[0]),
        "one update": count == 1 < len(SIZES),
        "updates": count != len(SIZES),
        "late": near(ended, right[-2]),
        "unclipped": largest > 1.01 * CLIP_NORM,
        "else": True,
    }
    counts = {"batches": len(SIZES), "count": count}
    fields = {"norms": [round(norm, 3) for norm in norms], "largest": largest, **counts}
    return first_of(mistakes, clip_norm=CLIP_NORM, away=(ended - right[-1]).norm(), **fields)


def judge_2(validation_loss: Any) -> Wrong | None:
    """Judge the learner's validation by the switches it sets, and by its average."""
    model, seen, loss_fn = trials.small_model(dropout=0.5), [], nn.L1Loss()
    hook = model.register_forward_hook(
        lambda *_: seen.append((model.training, torch.is_grad_enabled()))
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        first = validation_loss(model, small_batches(), loss_fn)
        ended_in_training, read = model.training, len(seen)
        model.train()
        second = validation_loss(model, small_batches(), loss_fn)
    hook.remove()
    if verdict := trials.about_batches("validation_loss", read):
        return verdict
    training, graphs = (any(switch) for switch in zip(*seen, strict=True))
    if training and all(isinstance(loss, (float, Tensor)) for loss in (first, second)):
        return wrong("dropout", first=float(first), second=float(second))
    if graphs:
        return wrong("graph recorded")
    losses = [evaluate(model, [batch], loss_fn=loss_fn) for batch in small_batches()]
    return (
        trials.about_result("validation_loss", first)
        or (None if ended_in_training else wrong("left in eval"))
        or trials.about_average(float(first), losses, SIZES, say("examples"))
    )


def judge_3(order: Any) -> Wrong | None:
    """Judge the order by running it beside the update that the whole batch makes."""
    if not isinstance(order, (list, tuple)) or any(name not in [*DO] for name in order):
        return wrong("unknown", order=order, known=", ".join(DO))
    chain = [name for name in order if name in ("forward", "loss", "backward")]
    counts = {"forwards": order.count("forward"), "steps": order.count("step")}
    mistakes = {
        "forwards": counts["forwards"] != 2,
        "chain": chain != ["forward", "loss", "backward"] * 2,
        "steps": counts["steps"] != 1,
        "not cleared": "zero_grad" not in order,
    }
    if verdict := first_of(mistakes, chain=", ".join(chain), **counts):
        return verdict
    inputs, targets = (torch.cat(parts) for parts in zip(*small_batches()[:2], strict=True))
    whole, learner = Learner(learning_rate=RATE), Learner(learning_rate=RATE)
    ((_, full),) = whole.train([(inputs, targets)], clip_norm=CLIP_NORM)
    found = _run(order, learner, zip(inputs.chunk(2), targets.chunk(2), strict=True))
    one, two = (k for k, name in enumerate(order) if name == "backward")
    mistakes = {
        "no gradient": found == 0,
        "cleared between": "zero_grad" in order[one:two],
        "early step": "step" in order[:two],
        "unclipped": found > 1.01 * CLIP_NORM,
        "half clipped": True,
    }
    right = near(learner.weights(), whole.weights())
    return None if right else first_of(mistakes, found=found, full=full, clip_norm=CLIP_NORM)


def _run(order: Sequence[str], learner: Learner, halves: Iterator[tuple[Tensor, Tensor]]) -> float:
    """Run the phases on two halves of a batch, and return the norm that the step found."""
    model, optimizer, found = learner.model, learner.optimizer, 0.0
    half = Batch(model, None, None, lambda *pair: mse_loss(*pair) / 2, optimizer, CLIP_NORM)
    for name in order:
        if name == "forward":
            (half.inputs, half.targets), half.state = next(halves), None
        if name == "step":
            found = gradient_norm(optimizer).item()
        half.grad_norm = None  # to be measured anew
        DO[name](half)
    return found
