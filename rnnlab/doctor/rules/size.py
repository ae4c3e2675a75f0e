"""Gradients and steps that are too large or too small."""

from __future__ import annotations

import math
from statistics import median

from rnnlab.doctor.events import Event, Place
from rnnlab.doctor.rules.rule import Verdict, rule
from rnnlab.doctor.trace import Trace

TINY, FAR, HUGE = 2e-6, 0.1, 0.3  # length of a step, as a share of the weights' size
SHRINKS, GROWS = 0.15, 1.4  # factor a time step


@rule("nonfinite-gradient")
def _nonfinite_gradient(trace: Trace) -> Verdict:
    count, backward = 0, None
    for event in trace.of("backward", "step"):
        backward = event if event.kind == "backward" else backward
        count += event.kind == "step"
        norm = event.numbers.get("norm")
        if norm is not None and not math.isfinite(norm):
            place = (backward or event).place
            return (
                "error", place,
                f"At update {count} the norm of the gradients is {norm}: the "
                "weights are lost from here on.",
            )  # fmt: skip
    return None


@rule("learning-rate-too-low")
def _learning_rate_too_low(trace: Trace) -> Verdict:
    steps, values, lengths = _updates(trace)
    if min(len(steps), len(_norms(steps)), len(values)) < 15 or len(lengths) < 3:
        return None
    rates = [step.numbers["learning_rate"] for step in steps]
    raised = rates[-1] > rates[0]  # a warm-up goes on after what was seen
    small = max(lengths) < TINY and median(_norms(steps)) > 1e-3
    if raised or not small or median(values[-5:]) < 0.9 * median(values[:5]):
        return None
    return (
        "warning", steps[-1].place,
        f"At a learning rate of {rates[-1]:.2g} a step moves the weights by {median(lengths):.1g} "
        f"of their size; the loss was {values[0]:.4g} at first and is {values[-1]:.4g} after "
        f"{trace.counts['step']} updates.",
    )  # fmt: skip


@rule("learning-rate-too-high")
def _learning_rate_too_high(trace: Trace) -> Verdict:
    steps, values, lengths = _updates(trace)
    if len(steps) < 10 or len(lengths) < 2 or len(values) < 10:
        return None
    end = values[-(len(values) // 3) :]
    first, last, low = max(values[0], 0.0), median(end), sorted(end)[len(end) // 5]
    far = median(lengths) > HUGE
    worse = max(lengths) > FAR and last > 3 * first and low > 1.2 * first
    no_better = max(lengths) > 2 * FAR and last > 1.1 * first and low > 0.8 * first
    jumped = max(lengths) > HUGE and max(values) > 5 * first
    if any(s.numbers["stale"] for s in steps) or not (far or worse or no_better or jumped):
        return None
    return (
        "warning", steps[-1].place,
        f"At a learning rate of {steps[-1].numbers['learning_rate']:.2g} a step moves the weights "
        f"by up to {max(lengths):.0%} of their size; the loss was {values[0]:.4g} at first, "
        f"{max(values):.4g} at most, and {last:.4g} in the last third of the batches.",
    )  # fmt: skip


@rule("vanishing-gradient")
def _vanishing_gradient(trace: Trace) -> Verdict:
    found = []
    for place, norms in _ways_back(trace):
        top = max(range(len(norms)), key=norms.__getitem__)
        share = norms[0] / norms[top] if norms[top] > 0 else 1.0
        if top >= 5 and share < 1e-6 and share ** (1 / top) < SHRINKS:
            found.append((place, share, top))
    if len(found) < 2 or len(found) < 0.8 * len(_ways_back(trace)):
        return None
    place, share, top = found[-1]
    left = f"{share:.1g} of what it was, {share ** (1 / top):.2g} a step" if share else "exactly 0"
    return (
        "warning", place,
        f"On its way back over {top} time steps the gradient shrinks to {left}. What the first "
        "steps read cannot be learnt.",
    )  # fmt: skip


@rule("exploding-gradient")
def _exploding_gradient(trace: Trace) -> Verdict:
    found = []
    for place, norms in _ways_back(trace):
        end = next((norm for norm in reversed(norms) if norm > 0), 0.0)
        factor = norms[0] / end if end > 0 else 1.0
        if factor > 300 and factor ** (1 / len(norms)) > GROWS:
            found.append((place, factor, len(norms)))
    if len(found) < 2 or trace.counts["clip"] or not trace.counts["step"]:
        return None
    place, factor, length = found[-1]
    return (
        "warning", place,
        f"On its way back over {length} time steps the gradient grows {factor:.2g} times, and "
        "nothing clips it.",
    )  # fmt: skip


def _updates(trace: Trace) -> tuple[list[Event], list[float], list[float]]:
    """Return the steps of a loop, the loss of each update, and the lengths that were measured."""
    steps = _single_steps(trace)
    lengths = [step.numbers["length"] for step in steps if step.numbers["length"] is not None]
    return steps, _values(trace), lengths


def _single_steps(trace: Trace) -> list[Event]:
    """Return the updates of a loop with one optimizer; of several none can be judged alone."""
    steps = [step for step in trace.of("step") if not step.numbers["closure"]]
    kinds = {(step.numbers["optimizer"], step.place) for step in steps}
    return steps if len(kinds) == 1 else []


def _norms(steps: list[Event]) -> list[float]:
    return [step.numbers["norm"] or 0.0 for step in steps if step.numbers["norm"] is not None]


def _values(trace: Trace) -> list[float]:
    """Return the loss of each update: the numbers from which backward started."""
    return [
        sum(e.numbers["value"] for e in events if e.kind == "backward" and "value" in e.numbers)
        for events in trace.rounds()
        if events[-1].kind == "step"
    ]


def _ways_back(trace: Trace) -> list[tuple[Place, list[float]]]:
    """Return the gradient's norm at each time step, for each recurrence and backward looked at."""
    return [
        (event.place, norms)
        for event in trace.of("backward")
        for norms in event.numbers.get("back_in_time", [])
        if all(math.isfinite(norm) for norm in norms)
    ]
