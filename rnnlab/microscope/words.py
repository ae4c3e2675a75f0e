"""What a phase did to a batch, in words with the run's own numbers."""

from typing import Any

from torch import Tensor

from rnnlab.base.nested import map_tensors
from rnnlab.base.say import say, short
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
    "zero_grad": "The gradients stay what they were: norm {norm}.",
    "step": "The gradients are there, and no weight moves: norm {norm}.",
}


def shape(value: Any) -> str:
    """Return the shape of a tensor, or of each in a tuple, list or dictionary, as text."""
    if value is None:
        return "none"
    return str(map_tensors(lambda tensor: tuple(tensor.data.shape), value))


def sizes(inputs: Any) -> str:
    """Return in words what the three axes of inputs (B, T, D) are, with a colon; else nothing."""
    if not isinstance(inputs, Tensor) or inputs.dim() != 3:
        return ""
    rows, steps, features = inputs.shape
    each = "one number" if features == 1 else f"{features} numbers"
    return f"{rows} sequences of {steps} time steps, {each} at each: "


def number(value: float | None) -> str:
    """Return a number to three significant digits, "none" for none."""
    return "none" if value is None else short(value)


def state_words(state: State) -> str:
    """Return what a state is, in a few words."""
    return "zeros" if state is None else f"shape {shape(state)}"


def phase_words(stepper: PhaseStepper) -> str:
    """Return what the last phase did, in one to three sentences."""
    if stepper.phase is None:
        return (
            "Nothing has run yet. The first phase takes a batch: inputs, targets, and the state "
            "that it starts from."
        )
    planned = next(phase for phase in stepper.plan if phase.name == stepper.phase)
    if planned.left_out:
        follows = say(LEFT_OUT[stepper.phase], norm=number(stepper.after.grad_norm))
        return say("{phase} is left out on purpose.", phase=stepper.phase) + f" {follows}"
    return WORDS[stepper.phase](stepper, stepper.before, stepper.after)


def _batch(stepper: PhaseStepper, before: Parameters, after: Parameters) -> str:
    inputs, targets = stepper.batch.inputs, stepper.batch.targets
    state = stepper.batch.state
    start = "The state starts from zeros."
    if state is not None:
        start = "The state is that of the batch before, detached."
        if stepper.plan[0].moved:
            start = "The state is that of the batch before, not detached: its graph comes along."
    return (
        f"Batch {stepper.index + 1} of epoch {stepper.epoch}: {sizes(inputs)}inputs "
        f"{shape(inputs)}, targets {shape(targets)}. {start}"
    )


def _zero_grad(stepper: PhaseStepper, before: Parameters, after: Parameters) -> str:
    had = (
        f"their norm was {number(before.grad_norm)}"
        if any(norm is not None for norm in before.gradients.values())
        else "there were none yet"
    )
    late = ""
    if stepper.phases.index("zero_grad") > stepper.phases.index("backward"):
        late = " The step that comes will find nothing."
    return f"The gradients are cleared; {had}, now every .grad is None.{late}"


def _forward(stepper: PhaseStepper, before: Parameters, after: Parameters) -> str:
    return (
        f"The model has read the batch: predictions {shape(stepper.batch.predictions)}, state "
        f"{state_words(stepper.batch.state)}. No gradient and no weight has changed."
    )


def _loss(stepper: PhaseStepper, before: Parameters, after: Parameters) -> str:
    return (
        f"The loss is {number(stepper.batch.loss.item())}: one number for the whole batch. "
        "No gradient and no weight has changed."
    )


def _backward(stepper: PhaseStepper, before: Parameters, after: Parameters) -> str:
    known = {name: norm for name, norm in after.gradients.items() if norm is not None}
    if not known:
        return "Backward has run, and no parameter has a gradient."
    largest = max(known, key=lambda name: known[name])
    added, late = "", ""
    if stepper.clip_norm is not None and "clip" in stepper.done:
        bound = number(stepper.clip_norm)
        late = f" Clipping has run already: the bound {bound} does nothing to it."
    if before.grad_norm > 0:
        added = f" It was added to what stood there, of norm {number(before.grad_norm)}."
    return (
        f"Backward through time has filled .grad: norm {number(after.grad_norm)} in all, the most "
        f"in {largest}, {number(known[largest])}.{added}{late} No weight has moved."
    )


def _clip(stepper: PhaseStepper, before: Parameters, after: Parameters) -> str:
    bound = number(stepper.clip_norm)
    if stepper.phases.index("clip") < stepper.phases.index("backward"):
        return (
            f"Clipping found a norm of {number(before.grad_norm)}: backward has not run yet, so "
            "there is nothing to clip. What backward brings will not be clipped."
        )
    if after.grad_norm < before.grad_norm:
        return (
            f"The norm {number(before.grad_norm)} is above the bound {bound}: every gradient was "
            f"multiplied by {number(clip_factor(stepper))}, and the norm is "
            f"{number(after.grad_norm)} now."
        )
    return f"The norm {number(before.grad_norm)} is not above the bound {bound}: nothing changed."


def _step(stepper: PhaseStepper, before: Parameters, after: Parameters) -> str:
    if not any(after.moved.values()):
        return "The optimizer found no gradient: no weight has moved."
    order = sorted(after.moved, key=lambda name: -after.moved[name])
    steps = ", ".join(f"{name} {number(after.moved[name])}" for name in order)
    end = ""
    if stepper.at_end_of_epoch:
        average = number(stepper.history.steps[-1].train_loss)
        end = f" The epoch is over; its average loss over all examples is {average}."
    better, now = "", loss_again(stepper)
    if now is not None:
        text = " The loss of this batch was {loss}; with the new weights it is {now}."
        better = say(text, loss=number(stepper.batch.loss.item()), now=number(now))
    return f"Every weight took its step.{better} The largest first: {steps}.{end}"


WORDS = {f.__name__[1:]: f for f in (_batch, _zero_grad, _forward, _loss, _backward, _clip, _step)}


def clip_factor(stepper: PhaseStepper) -> float | None:
    """Return what the last phase multiplied all gradients by, if it was the clipping."""
    if stepper.phase != "clip":
        return None
    before, after = stepper.before.grad_norm, stepper.after.grad_norm
    return after / before if before > 0 else 1.0
