"""Lines that are missing, or out of their order, and modes that are left on."""

from rnnlab.base.say import in_short, say, translated
from rnnlab.doctor.events import Event, Place
from rnnlab.doctor.rules.rule import BACKWARD, CLIPPING, LOOP, RULES, STEP, Evidence, Rule
from rnnlab.doctor.trace import Trace


@Rule(
    "missing-zero-grad",
    "In {times} of {updates} updates backward has added to gradients that an earlier update had "
    "used already.",
    why="backward adds to .grad: the old gradients are used again and again.",
    fix="optimizer.zero_grad()  # before loss.backward()",
    lesson=BACKWARD,
)
def _missing_zero_grad(trace: Trace) -> Evidence:
    added, backward = [], None
    for event in trace.of("backward", "step"):
        backward = event if event.kind == "backward" else backward
        if event.kind == "step" and event.numbers["stale"] and backward is not None:
            added.append(backward)
    return added


@Rule(
    "zero-grad-after-backward",
    "In {times} of {updates} updates the gradients were cleared between backward and the "
    "optimizer's step, which found none.",
    why="The gradients are what the step needs.",
    fix="optimizer.zero_grad() before loss.backward(), or after optimizer.step()",
    lesson=LOOP,
)
def _zero_grad_after_backward(trace: Trace) -> Evidence:
    if _begins_with_a_step(trace):  # the same circle, entered elsewhere: the step is too early
        return []
    emptied = []
    for *events, step in trace.updates():
        backwards = [k for k, event in enumerate(events) if event.kind == "backward"]
        if not backwards or step.numbers["norm"] != 0 or step.numbers["closure"]:
            continue
        cleared = [event for event in events[backwards[-1] :] if event.kind == "zero_grad"]
        if cleared and any(events[k].numbers["filled"] for k in backwards):
            emptied.append(cleared[-1])
    return emptied


@Rule(
    "missing-step",
    "{times} backward passes, and no optimizer step: no weight has changed.",
    why="Without a step the weights stay what they are.",
    fix="optimizer.step()  # after loss.backward()",
    lesson=STEP,
    least=3,
)
def _missing_step(trace: Trace) -> Evidence:
    cleared = trace.of("zero_grad")
    trains = any(event.numbers["by_optimizer"] for event in cleared) or (
        (trace.optimizers and len(cleared) > 2) or trace.counts["descent"] > 2
    )
    if trace.counts["step"] or trace.weights_changed or not trains:
        return []
    return [event for event in trace.of("backward") if event.numbers["filled"]]


@Rule(
    "missing-backward",
    "{forwards} forward passes and {times} optimizer steps, no backward: every step found no "
    "gradient.",
    why="Without backward there are no gradients to step by.",
    fix="loss.backward()  # before optimizer.step()",
    lesson=LOOP,
    least=3,
)
def _missing_backward(trace: Trace) -> Evidence:
    steps = [s for s in trace.of("step") if not s.numbers["grads"] and not s.numbers["closure"]]
    forwards = sum(forward.numbers["graph"] for forward in trace.of("forward"))
    if trace.counts["backward"] or trace.weights_changed or not forwards:
        return []
    every = len(steps) == trace.counts["step"]
    return [step.with_numbers(forwards=forwards) for step in steps] if every else []


def _step_after_the_loss(trace: Trace) -> Place | bool:
    """Return the line of the last thing before backward's error, if that was such a step."""
    last = trace.of("loss", "backward", "step")[-2:]
    return [event.kind for event in last] == ["loss", "step"] and last[-1].place


@Rule(
    "step-before-backward",
    "In {times} of {trained} updates the step came between the loss and its backward: it used the "
    "gradients of the batch before, or none.",
    why="The step uses what is in .grad at that time.",
    fix="loss.backward(), then optimizer.step()",
    lesson=STEP,
    raises=(r"modified by an inplace operation",),
    fits=_step_after_the_loss,
)
def _step_before_backward(trace: Trace) -> Evidence:
    events = [
        event
        for event in trace.of("loss", "backward", "step")
        if event.numbers["graph" if event.kind == "loss" else "seen"]
    ]
    trained = sum(event.kind == "step" for event in events)
    early = [
        step.with_numbers(trained=trained)
        for before, step, after in zip(events, events[1:], events[2:], strict=False)
        if (before.kind, step.kind, after.kind) == ("loss", "step", "backward")
    ]
    return early if len(early) >= 0.8 * trained else []


@RULES["step-before-backward"].sign(
    "In all of {times} updates the step came before backward, and found no gradient: it had been "
    "cleared.",
    least=3,
)
def _step_finds_what_was_cleared(trace: Trace) -> Evidence:
    measured = [step for step in trace.of("step") if step.numbers["norm"] is not None]
    empty = all(step.numbers["norm"] == 0 for step in measured)
    return measured if empty and _begins_with_a_step(trace) else []


def _begins_with_a_step(trace: Trace) -> bool:
    """Whether the loop makes a step before its first backward, and not by a closure."""
    first = next(iter(trace.of("backward", "step")), None)
    early = first is not None and first.kind == "step" and not first.numbers["closure"]
    return early and trace.counts["backward"] > 0


@Rule(
    "clip-before-backward",
    "In {times} updates the gradients were clipped before backward had brought any; what the step "
    "used was not clipped.",
    why="There is nothing to clip before backward.",
    fix="clip_grad_norm_(model.parameters(), max_norm)  # between backward and step",
    lesson=CLIPPING,
    raises=(r"nested_tensorlist\[0\]\.empty\(\)",),
    fits=lambda trace: not trace.counts["backward"],
)
def _clip_before_backward(trace: Trace) -> Evidence:
    return _misplaced_clips(trace, "before")


@RULES["clip-before-backward"].sign(
    "{times} times the clipping was given no parameter with a gradient; a generator such as "
    "model.parameters() is empty when it is used again.",
)
def _clip_of_nothing(trace: Trace) -> Evidence:
    cleared = len(_zero_grad_after_backward(trace)) > 1  # then that is why
    if cleared or _misplaced_clips(trace, "before") or not trace.counts["backward"]:
        return []
    return [clip for clip in trace.of("clip") if clip.numbers["empty"]]


@Rule(
    "clip-after-step",
    "In {times} updates the gradients were clipped after the step that had used them.",
    why="Clipping after the step has no effect.",
    fix="clip_grad_norm_(model.parameters(), max_norm)  # between backward and step",
    lesson=CLIPPING,
)
def _clip_after_step(trace: Trace) -> Evidence:
    return _misplaced_clips(trace, "after")


def _misplaced_clips(trace: Trace, where: str) -> Evidence:
    """Return clippings with no backward since the last step, in updates with no other clipping."""
    found = []
    for events in trace.updates():
        kinds = [event.kind for event in events]
        if "backward" not in kinds or "clip" not in kinds[: kinds.index("backward")]:
            continue
        clip = kinds.index("clip")
        computed = any(kind in ("zero_grad", "forward", "loss") for kind in kinds[:clip])
        if "clip" not in kinds[kinds.index("backward") :] and computed == (where == "before"):
            found.append(events[clip])
    return found


# why parameters do not move; the second where a plain list hides the layers
NOT_HELD = (
    "no optimizer holds them",
    "no optimizer holds them, and the layers stand in {list}, a plain list, which hides them",
)
HELD_BY_NONE = (
    "no optimizer holds them; the one that steps is made in line {line}",
    "no optimizer holds them; the one that steps is made in line {line}, and the layers stand in "
    "{list}, a plain list, which hides them",
)
IDLE = (
    "the optimizer that holds them, made in line {line}, makes no step",
    "the optimizer that holds them, made in line {line}, makes no step, and the layers stand in "
    "{list}, a plain list, which hides them",
)


@Rule(
    "parameters-not-in-optimizer",
    "{names} had a gradient and never changed in {all_updates} updates: {reason}.",
    why="An optimizer moves only what it was given when it was made.",
    fix="optimizer = torch.optim.Adam(model.parameters())  # after all layers are made",
    lesson=STEP,
    least=3,
)
def _parameters_not_in_optimizer(trace: Trace) -> Evidence:
    numbers = {"names": in_short(trace.left_out), "all_updates": trace.counts["step"]}
    if trace.head_alone:  # as in fine-tuning, where it is meant
        numbers["severity"] = "note"
    made, hides = trace.idle or trace.maker, bool(trace.hidden)
    if trace.idle is not None:
        reason = IDLE[hides]
        numbers["fix"] = translated("its step(), after the same backward")
    else:
        reason = (NOT_HELD if trace.maker is None else HELD_BY_NONE)[hides]
    if trace.hidden:
        numbers["fix"] = f"self.{trace.hidden} = nn.ModuleList({trace.hidden})"
    numbers["reason"] = say(reason, line=made.line if made else 0, list=trace.hidden)
    steps = [step.with_numbers(**numbers) for step in trace.of("step")]
    if trace.maker is not None:  # a trainer's step is at no line of the user's that would tell
        steps = [s if "step" in s.place.text else s._replace(place=trace.maker) for s in steps]
    return steps if trace.left_out else []


@Rule(
    "eval-mode-while-training",
    "In {times} updates the model was in evaluation mode while it was trained: its dropout or "
    "batch norm was off.",
    why="model.eval() turns dropout off; it does not turn gradients off.",
    fix="model.train()  # before the batches of each epoch",
    lesson=LOOP,
)
def _eval_mode_while_training(trace: Trace) -> Evidence:
    wrong = []
    for events in trace.updates():
        backwards = [k for k, event in enumerate(events) if event.kind == "backward"]
        held = events[-1].numbers["held"]  # a frozen critic's are not
        forwards = [
            event for event in events[: backwards[-1] if backwards else 0]
            if event.kind == "forward" and event.numbers["graph"]
            and not held.isdisjoint(event.numbers["parameters"])
        ]  # fmt: skip
        if forwards and forwards[-1].numbers["noisy"] and not forwards[-1].numbers["training"]:
            wrong.append(forwards[-1])
    return wrong


@Rule(
    "train-mode-in-validation",
    "{times} times the model answered a validation in training mode: its dropout or batch norm was "
    "on.",
    why="no_grad turns gradients off; it does not turn dropout off.",
    fix="model.eval()  # before the validation, and model.train() behind it",
    lesson=LOOP,
)
def _train_mode_in_validation(trace: Trace) -> Evidence:
    forwards = trace.of("forward")
    evaluated = {f.numbers["parameters"] for f in forwards if not f.numbers["training"]}
    at = {f.place: f.numbers["parameters"] for f in forwards if not f.numbers["graph"]}
    return [event for event in trace.of("validated") if at.get(event.place) not in evaluated]


@Rule(
    "validation-builds-graph",
    "{times} times the model, in evaluation mode, has built a graph that no backward used.",
    why="model.eval() does not turn gradients off: memory and time for nothing.",
    fix="with torch.no_grad():  # around the validation",
    lesson=LOOP,
    severity="warning",
)
def _validation_builds_graph(trace: Trace) -> Evidence:
    wrong: list[Event] = []
    waiting: list[Event] = []  # for a backward that may still come
    for event in trace.of("forward", "backward", "grad"):
        if event.kind != "forward":
            waiting = []
        elif event.numbers["training"]:
            wrong, waiting = wrong + waiting, []
        elif event.numbers["graph"]:
            waiting.append(event)
    return wrong + waiting
