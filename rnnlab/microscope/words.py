"""What a phase did to a batch, in words with the run's own numbers."""

from typing import Any

from torch import Tensor

from rnnlab.base.nested import map_tensors
from rnnlab.base.say import say, sentences, short, translated
from rnnlab.loop.hidden import State
from rnnlab.microscope.stepping import Parameters, PhaseStepper
from rnnlab.microscope.through_time import loss_again

FAILED = {  # by the phase that has raised: what there is not, therefore
    "batch": "There is no batch to train on.",
    "zero_grad": "The gradients are what they were.",
    "forward": "The model has not read the batch: there are no predictions.",
    "loss": "There is no loss: the predictions could not be compared with the targets.",
    "backward": "No gradient has come back: the way through the graph is broken.",
    "clip": "The gradients are not clipped.",
    "step": "No weight has moved.",
}
LEFT_OUT = {  # what follows, by the phase that a fault leaves out
    "zero_grad": (
        "zero_grad is left out on purpose. The gradients stay what they were: norm {norm}."
    ),
    "step": (
        "step is left out on purpose. The gradients are there, and no weight moves: norm {norm}."
    ),
}
STARTS = {  # where the state of a batch comes from
    "zeros": "The state starts from zeros.",
    "detached": "The state is that of the batch before, detached.",
    "kept": ("The state is that of the batch before, not detached: its graph comes along."),
}


def failed_words(phase: str) -> str:
    """Return what there is not, because a phase has raised."""
    return translated(FAILED[phase])


def shape(value: Any) -> str:
    """Return the shape of a tensor, or of each in a tuple, list or dictionary, as text."""
    if value is None:
        return say("none")
    return str(map_tensors(lambda tensor: tuple(tensor.data.shape), value))


def sizes(inputs: Any) -> str:
    """Return in words what the three axes of inputs (B, T, D) are, with a colon; else nothing."""
    if not isinstance(inputs, Tensor) or inputs.dim() != 3:
        return ""
    rows, steps, features = inputs.shape
    text = "{rows} sequences of {steps} time steps, {features} numbers at each: "
    if features == 1:
        text = "{rows} sequences of {steps} time steps, one number at each: "
    return say(text, rows=rows, steps=steps, features=features)


def number(value: float | None) -> str:
    """Return a number to three significant digits, "none" for none."""
    return say("none") if value is None else short(value)


def state_words(state: State) -> str:
    """Return what a state is, in a few words."""
    return say("zeros") if state is None else say("shape {shape}", shape=shape(state))


def phase_words(stepper: PhaseStepper) -> str:
    """Return what the last phase did, in one to three sentences."""
    if stepper.phase is None:
        return say(
            "Nothing has run yet. The first phase takes a batch: inputs, targets, and the state "
            "that it starts from."
        )
    planned = next(phase for phase in stepper.plan if phase.name == stepper.phase)
    if planned.left_out:
        return say(LEFT_OUT[stepper.phase], norm=number(stepper.after.grad_norm))
    return WORDS[stepper.phase](stepper, stepper.before, stepper.after)


def _batch(stepper: PhaseStepper, before: Parameters, after: Parameters) -> str:
    inputs, start = stepper.batch.inputs, "zeros"
    if stepper.batch.state is not None:
        start = "kept" if stepper.plan[0].moved else "detached"
    return say(
        "Batch {number} of epoch {epoch}: {sizes}inputs {inputs}, targets {targets}. {start}",
        number=stepper.index + 1, epoch=stepper.epoch, sizes=sizes(inputs), inputs=shape(inputs),
        targets=shape(stepper.batch.targets), start=translated(STARTS[start]),
    )  # fmt: skip


def _zero_grad(stepper: PhaseStepper, before: Parameters, after: Parameters) -> str:
    text = "The gradients are cleared; there were none yet, now every .grad is None."
    if any(norm is not None for norm in before.gradients.values()):
        text = "The gradients are cleared; their norm was {norm}, now every .grad is None."
    late = ""
    if stepper.phases.index("zero_grad") > stepper.phases.index("backward"):
        late = say("The step that comes will find nothing.")
    return sentences(say(text, norm=number(before.grad_norm)), late)


def _forward(stepper: PhaseStepper, before: Parameters, after: Parameters) -> str:
    return say(
        "The model has read the batch: predictions {predictions}, state {state}. No gradient and "
        "no weight has changed.",
        predictions=shape(stepper.batch.predictions), state=state_words(stepper.batch.state),
    )  # fmt: skip


def _loss(stepper: PhaseStepper, before: Parameters, after: Parameters) -> str:
    text = (
        "The loss is {loss}: one number for the whole batch. No gradient and no weight has changed."
    )
    return say(text, loss=number(stepper.batch.loss.item()))


def _backward(stepper: PhaseStepper, before: Parameters, after: Parameters) -> str:
    known = {name: norm for name, norm in after.gradients.items() if norm is not None}
    if not known:
        return say("Backward has run, and no parameter has a gradient.")
    largest = max(known, key=lambda name: known[name])
    added, late = "", ""
    if stepper.clip_norm is not None and "clip" in stepper.done:
        bound = number(stepper.clip_norm)
        late = say("Clipping has run already: the bound {bound} does nothing to it.", bound=bound)
    if before.grad_norm > 0:
        text = "It was added to what stood there, of norm {norm}."
        added = say(text, norm=number(before.grad_norm))
    filled = say(
        "Backward through time has filled .grad: norm {norm} in all, the most in {name}, {most}.",
        norm=number(after.grad_norm), name=largest, most=number(known[largest]),
    )  # fmt: skip
    return sentences(filled, added, late, say("No weight has moved."))


def _clip(stepper: PhaseStepper, before: Parameters, after: Parameters) -> str:
    text = "The norm {norm} is not above the bound {bound}: nothing changed."
    if stepper.phases.index("clip") < stepper.phases.index("backward"):
        text = (
            "Clipping found a norm of {norm}: backward has not run yet, so there is nothing to "
            "clip. What backward brings will not be clipped."
        )
    elif after.grad_norm < before.grad_norm:
        text = (
            "The norm {norm} is above the bound {bound}: every gradient was multiplied by "
            "{factor}, and the norm is {now} now."
        )
    return say(
        text, norm=number(before.grad_norm), bound=number(stepper.clip_norm),
        factor=number(clip_factor(stepper)), now=number(after.grad_norm),
    )  # fmt: skip


def _step(stepper: PhaseStepper, before: Parameters, after: Parameters) -> str:
    if not any(after.moved.values()):
        return say("The optimizer found no gradient: no weight has moved.")
    order = sorted(after.moved, key=lambda name: -after.moved[name])
    steps = ", ".join(f"{name} {number(after.moved[name])}" for name in order)
    end = ""
    if stepper.at_end_of_epoch:
        average = number(stepper.history.steps[-1].train_loss)
        text = "The epoch is over; its average loss over all examples is {average}."
        end = say(text, average=average)
    better, now = "", loss_again(stepper)
    if now is not None:
        text = "The loss of this batch was {loss}; with the new weights it is {now}."
        better = say(text, loss=number(stepper.batch.loss.item()), now=number(now))
    largest = say("The largest first: {steps}.", steps=steps)
    return sentences(say("Every weight took its step."), better, largest, end)


WORDS = {f.__name__[1:]: f for f in (_batch, _zero_grad, _forward, _loss, _backward, _clip, _step)}


def clip_factor(stepper: PhaseStepper) -> float | None:
    """Return what the last phase multiplied all gradients by, if it was the clipping."""
    if stepper.phase != "clip":
        return None
    before, after = stepper.before.grad_norm, stepper.after.grad_norm
    return after / before if before > 0 else 1.0
