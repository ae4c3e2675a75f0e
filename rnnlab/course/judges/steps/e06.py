"""Judges of notebook 06: momentum by hand, Adam's first step, what an optimizer does not hold."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD, Optimizer

from rnnlab.base.say import say
from rnnlab.course.judging import Wrong, compare, first_of, near, wrong
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.tasks.recipe import seeded

GRADIENTS = torch.tensor([1.0, 2, 3, 1, 2]) * torch.tensor([[1.0], [1.5], [2.0]])  # (3 steps, 5)


def judge_1(answer: Any) -> Wrong | None:
    """Judge a step with momentum by three of them on one small parameter and a matrix."""
    try:
        moved, velocity = _three_steps(answer)
    except RuntimeError as error:
        if "leaf Variable" not in str(error):  # not said
            raise
        return wrong("no_grad")
    right, right_velocity = _momentum()
    mistakes = {
        "not moved": not moved.any(),
        "uphill": -right,
        "no velocity": not velocity.any(),
        "averaging": _momentum(new=0.1)[0],
        "unused velocity": _momentum(old=0.0)[0],
        "late velocity": _momentum(late=True)[0],
        "no friction": _momentum(old=1.0)[0],
    }
    fields = {"moved": moved[0], "velocity": velocity[0], "right": right[0]}
    fields |= {"fraction": moved[0] / right[0], "right_velocity": right_velocity[0]}
    if near(moved, right) and not near(velocity, right_velocity):
        return wrong("else", **fields)
    return compare(moved, right, mistakes, **fields)


def _three_steps(step: Any) -> Tensor:
    """Return how far three steps of the learner's move five numbers, and the velocities."""
    parameters = [nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(1, 2))]
    velocities = [torch.zeros_like(p) for p in parameters]
    for gradient in GRADIENTS:
        for p, part in zip(parameters, gradient.split((3, 2)), strict=True):
            p.grad = part.clone().view_as(p)
        step(parameters, velocities, 0.1)
    ends = torch.cat([p.detach().flatten() for p in parameters])
    return torch.stack([ends - 1, torch.cat([v.detach().flatten() for v in velocities])])


def _momentum(old: float = 0.9, new: float = 1.0, late: bool = False) -> Tensor:
    """Return the same for steps that keep so much velocity and add so much of the gradient."""
    moved = velocity = torch.zeros(5)
    for gradient in GRADIENTS:
        before, velocity = velocity, old * velocity + new * gradient
        moved = moved - 0.1 * (before if late else velocity)
    return torch.stack([moved, velocity])


def judge_2(answer: Any, gradient: float, learning_rate: float) -> Wrong | None:
    """Judge the change of a weight by Adam's first step."""
    change, size = float(answer), abs(gradient)
    right, moved = -learning_rate * gradient / (size + 1e-8), abs(change)
    mistakes = {
        "sign": -right,
        "sgd": near(moved, learning_rate * size),
        "not corrected": near(moved, 0.1 / math.sqrt(0.001) * abs(right), 1e-2),
        "no root": near(moved, learning_rate / size, 1e-2),
        "m not corrected": near(moved, 0.1 * abs(right), 1e-2),
    }
    fields = {"size": moved, "gradient": gradient, "square": gradient**2}
    times = moved / learning_rate
    return compare(change, right, mistakes, 1e-3, change=change, times=times, **fields)


def judge_3(answer: Any) -> Wrong | None:
    """Judge a function that names what an optimizer does not hold, on four pairs."""
    for model, optimizer in seeded(_pairs, 0):
        try:
            given = answer(model, optimizer)
        except RuntimeError as error:
            return wrong("by value", what=say("torch said: {error}.", error=error))
        if given is None or isinstance(given, (str, Tensor)):
            return wrong("not a list", kind=type(given).__name__)
        found = list(given)
        if not all(isinstance(name, str) for name in found):
            kind = say("a list of {kind}", kind=type(found[0]).__name__)
            return wrong("not a list", kind=kind)
        if verdict := _about_names(sorted(found), model, optimizer):
            return verdict
    return None


def _about_names(found: list[str], model: nn.Module, optimizer: Optimizer) -> Wrong | None:
    groups, named = optimizer.param_groups, dict(model.named_parameters())
    held = {id(p): p for group in groups for p in group["params"]}
    right = sorted(name for name, p in named.items() if id(p) not in held)
    missed = [named[name] for name in {*right} - {*found}]
    copied = any(torch.equal(p, q) for p in missed for q in held.values())
    mistakes = {
        "held": found == sorted({*named} - {*right}),
        "first group": len(groups) > 1 and {*found} > {*right},
        "short names": found and {*found} <= {name.rpartition(".")[2] for name in right},
        "by value": len(found) < len(right) and copied,
        "else": found != right,
    }
    counts = {"found": len(found), "right": len(right), "all": len(named), "groups": len(groups)}
    texts = {"first": [*found, ""][0], "names": ", ".join(found) or say("none")}
    what = say("A copy with equal numbers was taken for the original.")
    return None if found == right else first_of(mistakes, what=what, **counts, **texts)


def _pairs() -> list[tuple[nn.Module, Optimizer]]:
    """Return models and optimizers: one layer replaced, two groups, a copy, nothing left out."""
    models = [SequenceModel(1, 4, 1) for _ in range(4)]
    optimizers = [SGD(model.parameters(), lr=0.1) for model in models]
    models[0].readout = nn.Linear(4, 1)
    optimizers[1] = SGD(list(models[1].recurrence.parameters())[:2], lr=0.1)
    optimizers[1].add_param_group({"params": models[1].readout.parameters()})
    models[2].readout.weight = nn.Parameter(models[2].readout.weight.detach().clone())
    return list(zip(models, optimizers, strict=True))
