"""Gradients and steps that are too large or too small."""

import math
from collections.abc import Iterator
from statistics import median

from rnnlab.base.say import translated
from rnnlab.doctor.events import Event
from rnnlab.doctor.rules.rule import BACKWARD, CLIPPING, RULES, STEP, Evidence, Rule
from rnnlab.doctor.trace import Trace

TINY, FAR, HUGE = 2e-6, 0.1, 0.3  # length of a step, as a fraction of the weights' size
SHRINKS, GROWS = 0.15, 1.4  # factor of one time step
UNDERFLOW = 1e-30  # of a gradient in float32: below, it is 0 whatever its factor a step is


@Rule(
    "nonfinite-gradient",
    "At update {update} the norm of the gradients is {norm}: the weights are lost from here on.",
    why="A step with such gradients makes every weight nan.",
    fix="clip_grad_norm_(model.parameters(), 1.0, error_if_nonfinite=True)",
    lesson=CLIPPING,
    least=1,
)
def _nonfinite_gradient(trace: Trace) -> Evidence:
    count, backward = 0, None
    for event in trace.of("backward", "step"):
        backward = event if event.kind == "backward" else backward
        count += event.kind == "step"
        norm = event.numbers.get("norm")
        if norm is not None and not math.isfinite(norm):
            return [
                (backward or event).with_numbers(
                    update=count, norm=norm, fix=_cure(trace, backward)
                )
            ]
    return []


def _cure(trace: Trace, backward: Event | None) -> str:
    """Return what helps against a gradient that is nan or infinite: its cause decides."""
    if any(call.numbers.get("finite") is False for call in trace.of("recurrent")):
        fix = "the inputs hold nan or inf: leave those rows out; clipping does not help"
        return translated(fix)
    if any(not math.isfinite(loss.numbers.get("target_mean", 0.0)) for loss in trace.of("loss")):
        fix = "the targets hold nan or inf: leave those rows out; clipping does not help"
        return translated(fix)
    if backward is not None and math.isfinite(backward.numbers.get("value", math.nan)):
        rooted = [e for e in trace.of("backward") if e.numbers.get("roots")]
        if any(event.place == backward.place for event in rooted):
            return translated("torch.sqrt(x + 1e-8): the slope of a square root at 0 is infinite")
    return ""


@Rule(
    "learning-rate-too-low",
    "At a learning rate of {learning_rate:.2g} a step moves the weights by {moved:.1g} of their "
    "size; the loss was {first:.4g} at first and is {last:.4g} after {all_updates} updates.",
    why="Each step goes the right way and hardly moves.",
    fix="multiply the learning rate by 10 until the loss jumps, then go back one",
    lesson=STEP,
    severity="warning",
    least=1,
)
def _learning_rate_too_low(trace: Trace) -> Evidence:
    steps, losses, lengths = _steps_of_one_optimizer(trace)
    norms = [step.numbers["norm"] for step in steps if step.numbers["norm"] is not None]
    if min(len(steps), len(norms), len(losses)) < 15 or len(lengths) < 3:
        return []
    raised = steps[-1].numbers["learning_rate"] > steps[0].numbers["learning_rate"]  # a warm-up
    small = max(lengths) < TINY and median(norms) > 1e-3
    if raised or not small or median(losses[-5:]) < 0.9 * median(losses[:5]):
        return []
    numbers = {"moved": median(lengths), "first": losses[0], "last": losses[-1]}
    return [steps[-1].with_numbers(**numbers, all_updates=trace.counts["step"])]


@Rule(
    "learning-rate-too-high",
    "At a learning rate of {learning_rate:.2g} a step moves the weights by up to {moved:.0%} of "
    "their size; the loss was {first:.4g} at first, {most:.4g} at most, and {last:.4g} in the last "
    "third of the batches.",
    why="Each step goes downhill, and far past the valley.",
    fix="divide the learning rate by 10 until the loss falls",
    lesson=STEP,
    severity="warning",
    least=1,
)
def _learning_rate_too_high(trace: Trace) -> Evidence:
    steps, losses, lengths = _steps_of_one_optimizer(trace)
    if min(len(steps), len(losses)) < 10 or len(lengths) < 2:
        return []
    end = sorted(losses[-(len(losses) // 3) :])
    first, last, low, moved = max(losses[0], 0.0), median(end), end[len(end) // 5], max(lengths)
    far = median(lengths) > HUGE
    worse = moved > FAR and last > 3 * first and low > 1.2 * first
    no_better = moved > 2 * FAR and last > 1.1 * first and low > 0.8 * first
    jumped = moved > HUGE and max(losses) > 5 * first
    if any(s.numbers["stale"] for s in steps) or not (far or worse or no_better or jumped):
        return []
    return [steps[-1].with_numbers(moved=moved, first=losses[0], most=max(losses), last=last)]


def _steps_of_one_optimizer(trace: Trace) -> tuple[Evidence, list[float], list[float]]:
    """Return the steps, the loss of each update, and the lengths of steps that were measured.

    Of several optimizers none can be judged alone: then there are no steps.
    """
    steps = [step for step in trace.of("step") if not step.numbers["closure"]]
    if len({(step.numbers["optimizer"], step.place) for step in steps}) != 1:
        steps = []
    losses = [
        sum(e.numbers["value"] for e in events if e.kind == "backward" and "value" in e.numbers)
        for events in trace.updates()
    ]
    lengths = [step.numbers["length"] for step in steps if step.numbers["length"] is not None]
    return steps, losses, lengths


@Rule(
    "vanishing-gradient",
    "On its way back over {length} time steps the gradient shrinks to {left:.1g} of what it was, "
    "{factor:.2g} a step. What the first steps read cannot be learnt.",
    why="Each time step multiplies the gradient; here by little.",
    fix="an LSTM or GRU, larger recurrent weights (nn.init.orthogonal_), smaller inputs",
    lesson=BACKWARD,
    severity="warning",
)
def _vanishing_gradient(trace: Trace) -> Evidence:
    found = _shrinking(trace)
    return found if found and found[-1].numbers["left"] > 0 else []


@RULES["vanishing-gradient"].sign(
    "On its way back over {length} time steps the gradient shrinks to exactly 0. What the first "
    "steps read cannot be learnt.",
)
def _vanished_gradient(trace: Trace) -> Evidence:
    return _shrinking(trace)


def _shrinking(trace: Trace) -> Evidence:
    found, every = [], [*_through_time(trace)]
    for event, norms in every:
        top = max(range(len(norms)), key=norms.__getitem__)
        left = norms[0] / norms[top] if norms[top] > 0 else 1.0
        if top >= 5 and left < 1e-6 and (factor := _factor(norms[: top + 1])) < SHRINKS:
            found.append(event.with_numbers(length=top, left=left, factor=factor))
    return found if len(found) >= 0.8 * len(every) and not _learns(trace) else []


def _factor(norms: list[float]) -> float:
    """Return by what each step back multiplies, from the last norm to the first that is no 0."""
    first = next(k for k, norm in enumerate(norms) if norm > min(UNDERFLOW, norms[-1] / 2))
    steps = len(norms) - 1 - first
    return (norms[first] / norms[-1]) ** (1 / steps) if steps else 0.0


def _learns(trace: Trace) -> bool:
    """Whether the loss has fallen to less than half of what it was, whatever the gradient does."""
    _, losses, _ = _steps_of_one_optimizer(trace)
    part = len(losses) // 4
    return part >= 3 and 0 <= median(losses[-part:]) < median(losses[:part]) / 2


@Rule(
    "exploding-gradient",
    "On its way back over {length} time steps the gradient grows {factor:.2g} times, and nothing "
    "clips it.",
    why="Each time step multiplies the gradient; here by much.",
    fix="clip_grad_norm_(model.parameters(), 1.0)  # between backward and step",
    lesson=CLIPPING,
    severity="warning",
)
def _exploding_gradient(trace: Trace) -> Evidence:
    found = []
    for event, norms in _through_time(trace):
        end = next((norm for norm in reversed(norms) if norm > 0), 0.0)
        factor = norms[0] / end if end > 0 else 1.0
        if factor > 300 and factor ** (1 / len(norms)) > GROWS:
            found.append(event.with_numbers(length=len(norms), factor=factor))
    return found if trace.counts["step"] and not trace.counts["clip"] else []


def _through_time(trace: Trace) -> Iterator[tuple[Event, list[float]]]:
    """Yield the gradient's norm at each time step, for each recurrence of each backward."""
    for event in trace.of("backward"):
        for norms in event.numbers.get("through_time", []):
            if all(math.isfinite(norm) for norm in norms):
                yield event, norms
