"""What is wrong with a loop, judged by its trace: a small function for each mistake.

A rule takes the trace and returns (severity, place, what was seen), or None. It is added by
`@rule(code)`; why it is wrong and what to write stands in `advice`. What a rule cannot judge it
leaves alone: a false alarm costs more trust than a miss.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from rnnlab.doctor.advice import ADVICE
from rnnlab.doctor.raised import judge_error
from rnnlab.doctor.report import SEVERITIES, Finding
from rnnlab.doctor.trace import Event, Place, Trace

Verdict = tuple[str, Place, str] | None
RULES: dict[str, Callable[[Trace], Verdict]] = {}


def rule(code: str) -> Callable[[Callable[[Trace], Verdict]], Callable[[Trace], Verdict]]:
    """Add a function to the rules under the code of its mistake."""

    def add(function: Callable[[Trace], Verdict]) -> Callable[[Trace], Verdict]:
        RULES[code] = function
        return function

    return add


def judge(trace: Trace) -> list[Finding]:
    """Return what is wrong, the gravest first."""
    verdicts = {code: function(trace) for code, function in RULES.items()}
    if trace.error is not None:
        verdicts.update(judge_error(trace))
    findings = [
        Finding(code, severity, place, what, *ADVICE[code])
        for code, verdict in verdicts.items()
        if verdict is not None
        for severity, place, what in [verdict]
    ]
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


@rule("missing-zero-grad")
def _missing_zero_grad(trace: Trace) -> Verdict:
    steps = trace.of("step")
    stale = [step for step in steps if step.numbers["stale"]]
    backwards = trace.of("backward")
    if len(stale) < 2 or not backwards:
        return None
    return (
        "error", backwards[-1].place,
        f"In {len(stale)} of {len(steps)} updates backward has added to gradients that an earlier "
        "update had used already.",
    )  # fmt: skip


@rule("zero-grad-after-backward")
def _zero_grad_after_backward(trace: Trace) -> Verdict:
    emptied = []
    for events in trace.rounds():
        kinds = [event.kind for event in events]
        step = events[-1]
        if step.kind != "step" or "backward" not in kinds or step.numbers["norm"] > 0:
            continue
        after = events[len(kinds) - kinds[::-1].index("backward") :]
        cleared = [event for event in after if event.kind == "zero_grad"]
        filled = any(e.numbers["filled"] for e in events if e.kind == "backward")
        if cleared and filled and not step.numbers["closure"]:
            emptied.append(cleared[-1])
    if len(emptied) < 2:
        return None
    return (
        "error", emptied[-1].place,
        f"In {len(emptied)} of {trace.counts['step']} updates the gradients were cleared between "
        "backward and the optimizer's step, which found none.",
    )  # fmt: skip


@rule("missing-step")
def _missing_step(trace: Trace) -> Verdict:
    backwards = [e for e in trace.of("backward") if e.numbers["filled"]]
    trains = trace.counts["zero_grad"] or trace.counts["clip"]
    if len(backwards) < 3 or trace.counts["step"] or trace.weights_changed or not trains:
        return None
    return (
        "error", backwards[-1].place,
        f"{len(backwards)} backward passes, and no optimizer step: no weight has changed.",
    )  # fmt: skip


@rule("missing-backward")
def _missing_backward(trace: Trace) -> Verdict:
    steps = [s for s in trace.of("step") if not s.numbers["grads"] and not s.numbers["closure"]]
    losses = [forward for forward in trace.of("forward") if forward.numbers["graph"]]
    if trace.counts["backward"] or len(steps) < 3 or len(steps) < trace.counts["step"]:
        return None
    if not losses or trace.weights_changed:
        return None
    return (
        "error", steps[-1].place,
        f"{len(losses)} forward passes and {len(steps)} optimizer steps, no backward: every step "
        "found no gradient.",
    )  # fmt: skip


@rule("step-before-backward")
def _step_before_backward(trace: Trace) -> Verdict:
    kinds = [(e.kind, e) for e in trace.of("loss", "backward", "step") if _in_training(e)]
    early = [
        step
        for (first, _), (second, step), (third, _) in zip(kinds, kinds[1:], kinds[2:], strict=False)
        if (first, second, third) == ("loss", "step", "backward")
    ]
    if len(early) < 2 or len(early) < 0.8 * trace.counts["step"]:
        return None
    return (
        "error", early[-1].place,
        f"In {len(early)} of {trace.counts['step']} updates the step came between the loss and "
        "its backward: it used the gradients of the batch before, or none.",
    )  # fmt: skip


def _in_training(event: Event) -> bool:
    return event.kind != "loss" or bool(event.numbers["graph"])


@rule("clip-before-backward")
def _clip_before_backward(trace: Trace) -> Verdict:
    early = _misplaced_clips(trace, "before")
    empty = [clip for clip in trace.of("clip") if clip.numbers["empty"]]
    if len(empty) > 1 and not early and trace.counts["backward"]:
        return (
            "error", empty[-1].place,
            f"{len(empty)} times the clipping was given no parameter with a gradient; a generator "
            "such as model.parameters() is empty when it is used again.",
        )  # fmt: skip
    if len(early) < 2:
        return None
    return (
        "error", early[-1].place,
        f"In {len(early)} updates the gradients were clipped before backward had brought any; "
        "what the step used was not clipped.",
    )  # fmt: skip


@rule("clip-after-step")
def _clip_after_step(trace: Trace) -> Verdict:
    late = _misplaced_clips(trace, "after")
    if len(late) < 2:
        return None
    return (
        "error", late[-1].place,
        f"In {len(late)} updates the gradients were clipped after the step that had used them.",
    )  # fmt: skip


def _misplaced_clips(trace: Trace, where: str) -> list[Event]:
    """Return clippings with no backward since the last step, in rounds with no other clipping."""
    found = []
    for events in trace.rounds():
        kinds = [event.kind for event in events]
        if "backward" not in kinds or "step" not in kinds or "clip" not in kinds:
            continue
        backward = kinds.index("backward")
        if "clip" in kinds[backward:]:
            continue
        clip = kinds.index("clip")
        computed = any(kind in ("zero_grad", "forward", "loss") for kind in kinds[:clip])
        if computed == (where == "before"):
            found.append(events[clip])
    return found


@rule("loss-broadcast")
def _loss_broadcast(trace: Trace) -> Verdict:
    for loss in trace.of("loss"):
        shape, target = loss.numbers["shape"], loss.numbers["target"]
        if not loss.numbers["elementwise"] or math.prod(target) < 2 or math.prod(shape) < 2:
            continue
        both = _broadcast(shape, target)
        if both is not None and math.prod(both) > max(math.prod(shape), math.prod(target)):
            return (
                "error", loss.place,
                f"{loss.numbers['name']} was given shapes {shape} and {target}; they are "
                f"stretched to {both}, so every prediction is compared with every target.",
            )  # fmt: skip
    return None


def _broadcast(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...] | None:
    sizes = []
    length = max(len(one), len(other))
    for a, b in zip((1,) * (length - len(one)) + one, (1,) * (length - len(other)) + other,
                    strict=True):  # fmt: skip
        if a != b and 1 not in (a, b):
            return None
        sizes.append(max(a, b))
    return tuple(sizes)


@rule("cross-entropy-axis")
def _cross_entropy_axis(trace: Trace) -> Verdict:
    for loss in trace.of("loss"):
        shape, target = loss.numbers["shape"], loss.numbers["target"]
        if loss.numbers["name"] == "cross_entropy" and loss.numbers["linear"] and (
            len(shape) == 3 and len(target) == 2 and shape[1] == shape[2]
        ):  # fmt: skip
            return (
                "error", loss.place,
                f"cross_entropy was given the output {shape} of a linear layer as it is: the "
                "classes are on its last axis, and axis 1, time, is taken for them.",
            )  # fmt: skip
    return None


@rule("softmax-before-cross-entropy")
def _softmax_before_cross_entropy(trace: Trace) -> Verdict:
    losses = [e for e in trace.of("loss") if "probabilities" in e.numbers and e.numbers["graph"]]
    wrong = [loss for loss in losses if loss.numbers["probabilities"]]
    if len(wrong) < 2 or len(wrong) < len(losses):
        return None
    return (
        "error", wrong[-1].place,
        f"cross_entropy was given probabilities: in {len(wrong)} of {len(losses)} batches all "
        "values are at least 0 and those of the classes sum to 1.",
    )  # fmt: skip


@rule("nonfinite-gradient")
def _nonfinite_gradient(trace: Trace) -> Verdict:
    count, backward = 0, None
    for event in trace.of("backward", "step"):
        backward = event if event.kind == "backward" else backward
        count += event.kind == "step"
        if event.kind == "step" and not math.isfinite(event.numbers["norm"]):
            step, place = event, (backward or event).place
            return (
                "error", place,
                f"At update {count} the norm of the gradients is {step.numbers['norm']}: the "
                "weights are lost from here on.",
            )  # fmt: skip
    return None


@rule("parameters-not-in-optimizer")
def _parameters_not_in_optimizer(trace: Trace) -> Verdict:
    steps = trace.of("step")
    if len(steps) < 3 or not trace.left_out:
        return None
    return (
        "error", steps[-1].place,
        f"{', '.join(trace.left_out)} had a gradient and never changed in {trace.counts['step']} "
        "updates: no optimizer holds them.",
    )  # fmt: skip


@rule("eval-mode-while-training")
def _eval_mode_while_training(trace: Trace) -> Verdict:
    wrong = []
    for events in trace.rounds():
        if events[-1].kind != "step" or not any(e.kind == "backward" for e in events):
            continue
        backward = next(k for k, e in enumerate(events) if e.kind == "backward")
        forwards = [e for e in events[:backward] if e.kind == "forward" and e.numbers["graph"]]
        if forwards and forwards[-1].numbers["noisy"] and not forwards[-1].numbers["training"]:
            wrong.append(forwards[-1])
    if len(wrong) < 2:
        return None
    return (
        "error", wrong[-1].place,
        f"In {len(wrong)} updates the model was in evaluation mode while it was trained: its "
        "dropout or batch norm was off.",
    )  # fmt: skip


@rule("validation-builds-graph")
def _validation_builds_graph(trace: Trace) -> Verdict:
    wrong, waiting = [], None
    for event in trace.of("forward", "backward"):
        if event.kind == "backward":
            waiting = None
            continue
        if waiting is not None:
            wrong.append(waiting)
        is_validation = event.numbers["graph"] and not event.numbers["training"]
        waiting = event if is_validation else None
    wrong += [waiting] if waiting is not None else []
    if len(wrong) < 2:
        return None
    return (
        "warning", wrong[-1].place,
        f"{len(wrong)} times the model, in evaluation mode, has built a graph that no backward "
        "used.",
    )  # fmt: skip


@rule("retain-graph")
def _retain_graph(trace: Trace) -> Verdict:
    kept, last = [], None
    for event in trace.of("recurrent", "backward"):
        if event.kind == "backward":
            last = event
        elif last is not None:
            if last.numbers["retained"] and event.numbers["state_has_graph"]:
                kept.append(last)
            last = None
    if len(kept) < 3:
        return None
    return (
        "error", kept[-1].place,
        f"After {len(kept)} backward passes with retain_graph=True the state went on with its "
        "graph: each backward goes through all batches before it.",
    )  # fmt: skip
