"""Judges of notebook 06: momentum by hand, Adam's first step, what an optimizer does not hold."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from rnnlab.course.exercises import Hints, exercise
from rnnlab.model.sequence_model import SequenceModel


@exercise(
    "06.1",
    "Write a step of SGD with momentum",
    """
def momentum_step(parameters, velocities, learning_rate):
    with torch.no_grad():
        for p, v in zip(parameters, velocities, strict=True):
            v.mul_(0.9).add_(p.grad)
            p -= learning_rate * v
""",
)
def judge_momentum(answer: Any) -> Hints | None:
    """Judge a step with momentum by three of them on one small parameter and a matrix."""
    if not callable(answer):
        return _not_a_function("momentum_step", "(parameters, velocities, learning_rate)", answer)
    try:
        moved, velocity = _three_steps(answer)
    except RuntimeError as error:
        if "leaf Variable" not in str(error):
            raise
        return (
            "torch refuses to change a parameter in place while it records: is there a no_grad?",
            "The update of the weights is not part of the forward pass.",
            "Put the whole loop under with torch.no_grad():.",
        )
    right, right_velocity = _three_steps(_momentum)
    if torch.allclose(moved, right) and torch.allclose(velocity, right_velocity):
        return None
    if torch.equal(moved, torch.zeros_like(moved)):
        return (
            "After three calls no parameter has moved: was a new tensor made in place of it?",
            "p = p - ... gives the name p to a new tensor; the model keeps the old one.",
            "Use p -= ... or p.add_(...), which write into the parameter itself.",
        )
    if torch.allclose(moved, -right):
        return (
            f"The first number moved by {moved[0]:+.3f}, in the direction of its gradient.",
            "The gradient points uphill.",
            "Mind the sign: minus the learning rate times the velocity.",
        )
    if torch.equal(velocity, torch.zeros_like(velocity)):
        return (
            "After three calls the velocities are still zero: they do not remember anything.",
            "v = 0.9 * v + ... makes a new tensor that is lost at the end of the loop's body.",
            "Change v in place, with mul_ and add_, or with v *= ... and v += ...",
        )
    for parts, hints in _momentum_hints(moved, right).items():
        if torch.allclose(moved, _three_steps(parts)[0]):
            return hints
    return (
        f"After three steps the first number has moved by {moved[0]:+.4f}; right is "
        f"{right[0]:+.4f}.",
        "First v = 0.9 v + gradient, then minus the learning rate times v.",
        f"Your velocity of the first number is {velocity[0]:.3f} at the end, and should be "
        f"{right_velocity[0]:.3f}.",
    )


def _momentum_hints(moved: Tensor, right: Tensor) -> dict[Any, Hints]:
    share = (moved[0] / right[0]).item()
    return {
        _averaging: (
            f"Your steps are {share:.2f} of the right ones: the gradient enters as an average.",
            "This is Adam's average, 0.9 of the old and 0.1 of the new.",
            "Here the gradient is added as a whole.",
        ),
        _unused_velocity: (
            f"Your steps are those of plain SGD, {share:.2f} of the right ones.",
            "The velocities are right, but the parameters do not feel them.",
            "Step along v, not along p.grad.",
        ),
        _late_velocity: (
            f"Your steps are {share:.2f} of the right ones: each uses the velocity from before.",
            "The first step should already feel the first gradient.",
            "Update v first, then the parameter.",
        ),
        _no_friction: (
            f"Your steps are {share:.2f} of the right ones: the velocity adds up and never fades.",
            "Of the old velocity 0.9 remains at each step.",
            "Multiply v by 0.9 before the gradient is added.",
        ),
    }


def _momentum(parameters: list[Tensor], velocities: list[Tensor], rate: float) -> None:
    for p, v in zip(parameters, velocities, strict=True):
        v.mul_(0.9).add_(_gradient(p))
        p.data -= rate * v


def _averaging(parameters: list[Tensor], velocities: list[Tensor], rate: float) -> None:
    for p, v in zip(parameters, velocities, strict=True):
        v.mul_(0.9).add_(0.1 * _gradient(p))
        p.data -= rate * v


def _unused_velocity(parameters: list[Tensor], velocities: list[Tensor], rate: float) -> None:
    for p in parameters:
        p.data -= rate * _gradient(p)


def _late_velocity(parameters: list[Tensor], velocities: list[Tensor], rate: float) -> None:
    for p, v in zip(parameters, velocities, strict=True):
        p.data -= rate * v
        v.mul_(0.9).add_(_gradient(p))


def _no_friction(parameters: list[Tensor], velocities: list[Tensor], rate: float) -> None:
    for p, v in zip(parameters, velocities, strict=True):
        v.add_(_gradient(p))
        p.data -= rate * v


def _gradient(parameter: Tensor) -> Tensor:
    assert parameter.grad is not None  # _three_steps sets it
    return parameter.grad


def _three_steps(step: Any) -> tuple[Tensor, Tensor]:
    """Return how far three steps move five numbers (5,), and their velocities (5,)."""
    parameters = [nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(1, 2))]
    velocities = [torch.zeros_like(p) for p in parameters]
    for k in range(3):
        for p in parameters:
            p.grad = torch.arange(1.0, p.numel() + 1).view_as(p) * (1.0 + 0.5 * k)
        step(parameters, velocities, 0.1)
    ends = torch.cat([p.detach().flatten() for p in parameters])
    return ends - 1, torch.cat([v.detach().flatten() for v in velocities])


@exercise(
    "06.2",
    "By how much does Adam's first step change a weight?",
    """
change = 0.003  # m and v, corrected, are g and g squared: minus the rate times g / |g|
""",
)
def judge_first_step(answer: Any, gradient: float, learning_rate: float) -> Hints | None:
    """Judge the change of a weight by Adam's first step."""
    change = float(answer)
    right = -learning_rate * gradient / (abs(gradient) + 1e-8)
    if math.isclose(change, right, rel_tol=1e-3):
        return None
    if math.isclose(change, -right, rel_tol=1e-3):
        return (
            f"The size {abs(change):g} is right, the sign is not.",
            f"The gradient is {gradient:g}: the loss falls when the weight grows.",
            "The weight moves against its gradient.",
        )
    if math.isclose(abs(change), learning_rate * abs(gradient), rel_tol=1e-3):
        return (
            f"Your {change:g} is the step of plain SGD.",
            "Adam divides by the usual size of this weight's gradient.",
            "After one step that usual size is the gradient's own.",
        )
    if math.isclose(abs(change), 0.1 / math.sqrt(0.001) * abs(right), rel_tol=1e-2):
        return (
            f"Your {change:.3g} is {abs(change / right):.2f} times the learning rate: the bias "
            "correction is missing.",
            "m is 0.1 times the gradient, and v 0.001 times its square.",
            "Divide m by 1 - 0.9 and v by 1 - 0.999 before you take the root.",
        )
    if math.isclose(abs(change), learning_rate / abs(gradient), rel_tol=1e-2):
        return (
            f"Your {change:.3g} divides by the square of the gradient: a root is missing.",
            f"The corrected v is {gradient**2:g}; below the line stands its root.",
            "The root of the gradient's square is its absolute value.",
        )
    if math.isclose(abs(change), 0.1 * abs(right), rel_tol=1e-2):
        return (
            f"Your {change:.3g} is a tenth of the learning rate: m is not corrected.",
            "m is 0.1 times the gradient after one step; it started at zero.",
            "Divide m by 1 - 0.9.",
        )
    return (
        f"Your change is {change:g}, {abs(change) / learning_rate:.3g} times the learning rate.",
        f"With the corrections, m is {gradient:g} and v is {gradient**2:g} after the first step.",
        "Put these two into the last formula, and mind the sign.",
    )


@exercise(
    "06.3",
    "Which parameters does the optimizer not hold?",
    """
def left_out(model, optimizer):
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    return [name for name, p in model.named_parameters() if id(p) not in held]
""",
)
def judge_left_out(answer: Any) -> Hints | None:
    """Judge a function that names what an optimizer does not hold, on four pairs."""
    if not callable(answer):
        return _not_a_function("left_out", "(model, optimizer)", answer)
    for model, optimizer in _pairs():
        held = {id(p) for group in optimizer.param_groups for p in group["params"]}
        names = [name for name, _ in model.named_parameters()]
        right = [name for name, p in model.named_parameters() if id(p) not in held]
        try:
            given = answer(model, optimizer)
        except RuntimeError as error:
            return _compared_by_value(f"torch said: {error}.")
        if given is None or isinstance(given, (str, Tensor)):
            return _not_a_list(type(given).__name__)
        found = list(given)
        if not all(isinstance(name, str) for name in found):
            return _not_a_list(f"a list of {type(found[0]).__name__}")
        if sorted(found) != sorted(right):
            return _name_hints(sorted(found), names, right, optimizer, model)
    return None


def _not_a_function(name: str, signature: str, answer: Any) -> Hints:
    text = f"{name} is {type(answer).__name__}; expected a function. "
    return (
        text + f"Replace the line by def {name}{signature}: ...",
        text + "Do not call it; the check calls it with values of its own.",
        text + f"Start the cell with def {name}{signature}:",
    )


def _compared_by_value(what: str) -> Hints:
    return (
        f"The parameters are compared by their numbers, not by being the same tensor. {what}",
        "Two tensors can hold equal numbers and still be two; p in a list compares numbers.",
        "Compare id(p), which is different for every tensor.",
    )


def _not_a_list(kind: str) -> Hints:
    return (
        f"Your function returns {kind}; expected a list of names.",
        "model.named_parameters() gives pairs of name and parameter.",
        "Collect the names, as strings, of those that the optimizer does not hold.",
    )


def _name_hints(
    found: list[str], names: list[str], right: list[str], optimizer: Any, model: nn.Module
) -> Hints:
    if found == sorted(set(names) - set(right)):
        return (
            f"Your function names {len(found)} parameters, those that the optimizer holds.",
            f"Asked are the other {len(right)} of {len(names)}.",
            "A not is missing.",
        )
    if len(optimizer.param_groups) > 1 and set(found) > set(right):
        return (
            f"With {len(optimizer.param_groups)} groups your function names {len(found)} "
            f"parameters, but {len(right)} are left out: does it look into every group?",
            "add_param_group makes a second group.",
            "Go through all of optimizer.param_groups, not only the first.",
        )
    short = {name.rpartition(".")[2] for name in right}
    if found and set(found) <= short:
        return (
            f"Your names, such as {found[0]!r}, lack the layer they belong to.",
            "model.named_parameters() gives names with dots.",
            "Take the whole name that named_parameters gives.",
        )
    if len(found) < len(right):
        held = [p for group in optimizer.param_groups for p in group["params"]]
        missed = [p for name, p in model.named_parameters() if name in set(right) - set(found)]
        if any(torch.equal(p, q) for p in missed for q in held):
            return _compared_by_value("A copy with equal numbers was taken for the original.")
    return (
        f"Your function names {len(found)} parameters ({', '.join(found) or 'none'}); "
        f"{len(right)} of {len(names)} are left out.",
        "Collect what the optimizer holds from every group, then go through the model's names.",
        "Compare id(p) of each of the model's parameters with the ids that the optimizer holds.",
    )


def _pairs() -> list[tuple[nn.Module, torch.optim.Optimizer]]:
    """Return models and optimizers: one layer replaced, two groups, a copy, nothing left out."""
    with torch.random.fork_rng(devices=[]):  # the learner's random numbers stay as they are
        models = [SequenceModel(1, 4, 1) for _ in range(4)]
        optimizers = [torch.optim.SGD(model.parameters(), lr=0.1) for model in models]
        models[0].readout = nn.Linear(4, 1)
        optimizers[1] = torch.optim.SGD(list(models[1].recurrence.parameters())[:2], lr=0.1)
        optimizers[1].add_param_group({"params": models[1].readout.parameters()})
        models[2].readout.weight = nn.Parameter(models[2].readout.weight.detach().clone())
    return list(zip(models, optimizers, strict=True))
