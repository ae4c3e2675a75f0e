"""Lines that are missing, or out of their order, and modes that are left on."""

from __future__ import annotations

from rnnlab.doctor.events import Event
from rnnlab.doctor.rules.rule import Verdict, rule
from rnnlab.doctor.trace import Trace


@rule("missing-zero-grad")
def _missing_zero_grad(trace: Trace) -> Verdict:
    added, backward = [], None
    for event in trace.of("backward", "step"):
        backward = event if event.kind == "backward" else backward
        if event.kind == "step" and event.numbers["stale"] and backward is not None:
            added.append(backward)
    if len(added) < 2:
        return None
    return (
        "error", added[-1].place,
        f"In {len(added)} of {len(trace.of('step'))} updates backward has added to gradients that "
        "an earlier update had used already.",
    )  # fmt: skip


@rule("zero-grad-after-backward")
def _zero_grad_after_backward(trace: Trace) -> Verdict:
    if _begins_with_a_step(trace):  # the same circle, entered elsewhere: the step stands too early
        return None
    emptied = []
    for events in trace.rounds():
        kinds = [event.kind for event in events]
        step = events[-1]
        if step.kind != "step" or "backward" not in kinds or step.numbers["norm"] != 0:
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
    steps = [event for kind, event in kinds if kind == "step"]
    early = [
        step
        for (first, _), (second, step), (third, _) in zip(kinds, kinds[1:], kinds[2:], strict=False)
        if (first, second, third) == ("loss", "step", "backward")
    ]
    if len(early) > 1 and len(early) >= 0.8 * len(steps):
        return (
            "error", early[-1].place,
            f"In {len(early)} of {len(steps)} updates the step came between the loss and "
            "its backward: it used the gradients of the batch before, or none.",
        )  # fmt: skip
    seen = [step for step in trace.of("step") if step.numbers["norm"] is not None]
    empty = [step for step in seen if step.numbers["norm"] == 0]
    if _begins_with_a_step(trace) and len(empty) > 2 and len(empty) == len(seen):
        return (
            "error", empty[-1].place,
            f"In all of {len(empty)} updates the step came before backward, and found no gradient: "
            "it had been cleared.",
        )  # fmt: skip
    return None


def _begins_with_a_step(trace: Trace) -> bool:
    """Whether the loop makes a step before its first backward, and not by a closure."""
    first = next(iter(trace.of("backward", "step")), None)
    if first is None or first.kind != "step" or not trace.counts["backward"]:
        return False
    return not first.numbers["closure"]


def _in_training(event: Event) -> bool:
    return bool(event.numbers["graph"] if event.kind == "loss" else event.numbers["seen"])


@rule("clip-before-backward")
def _clip_before_backward(trace: Trace) -> Verdict:
    early = _misplaced_clips(trace, "before")
    empty = [clip for clip in trace.of("clip") if clip.numbers["empty"]]
    cleared = _zero_grad_after_backward(trace) is not None  # then that is why
    if len(empty) > 1 and not early and not cleared and trace.counts["backward"]:
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
    wrong: list[Event] = []
    waiting: list[Event] = []  # for a backward that may still come
    for event in trace.of("forward", "backward"):
        if event.kind == "backward":
            waiting = []
        elif event.numbers["training"]:
            wrong, waiting = wrong + waiting, []
        elif event.numbers["graph"]:
            waiting.append(event)
    wrong += waiting
    if len(wrong) < 2:
        return None
    return (
        "warning", wrong[-1].place,
        f"{len(wrong)} times the model, in evaluation mode, has built a graph that no backward "
        "used.",
    )  # fmt: skip
