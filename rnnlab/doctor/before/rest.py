"""What else training meets: a smaller last batch, predictions nobody made, its optimizer."""

from collections.abc import Sized
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import default_collate

from rnnlab.base.nested import map_tensors
from rnnlab.base.say import in_short, say, translated
from rnnlab.doctor.before.changes import parts_of, sizes
from rnnlab.doctor.before.check import (
    FACT,
    FAULT,
    LAST_BATCH,
    OK,
    OPEN,
    OPTIMIZER,
    PREDICTIONS,
    Check,
    fault_of,
)
from rnnlab.doctor.before.subject import Subject

DRAWS = 3  # of weights, under none of which a prediction moves
SOME = 10_007  # random numbers, repeated in larger weights: quick, and a prime is no row's length


def check_last_batch(subject: Subject, pairs: list[Any], batches: Any) -> Check | None:
    """Look whether a batch of fewer examples goes through too; None if there is none."""
    found = _smaller(subject, pairs, batches)
    if found is None:
        return None
    if not subject.is_time_for(2):
        return Check(LAST_BATCH, OPEN, say("there was no time left for it"))
    batch, what = found
    smaller = Subject(subject.model, batch, subject.loss_fn, subject.optimizer, subject.end)
    advice = say(
        "write len(inputs) for the batch size, squeeze(-1) for squeeze(), or drop_last=True"
    )
    try:
        smaller.predictions = smaller.predict(training=True)
        smaller.loss(smaller.predictions)
    except Exception as error:  # the user's, whatever it is
        check = fault_of(LAST_BATCH, error, say("the model or the loss"), advice)
        seen = say("{batch}: {seen}", batch=what, seen=check.seen)
        return check._replace(seen=seen, advice=advice)
    return Check(LAST_BATCH, OK, say("{batch} goes through as well", batch=what))


def _smaller(subject: Subject, pairs: list[Any], batches: Any) -> tuple[Any, str] | None:
    """Return a batch with fewer examples than the first, and a word for it."""
    size, data = getattr(batches, "batch_size", None), getattr(batches, "dataset", None)
    is_plain = getattr(batches, "collate_fn", None) is default_collate
    if is_plain and isinstance(size, int) and isinstance(data, Sized):
        rest = len(data) % size
        if rest and len(data) > size and not getattr(batches, "drop_last", False):
            cut = lambda part: part[:rest] if len(part) == size else part  # noqa: E731
            text = "the last batch, of {rest} in place of {size} examples"
            batch = map_tensors(cut, (subject.inputs, subject.targets))
            return batch, say(text, rest=rest, size=size)
    shapes = [sizes(parts_of(inputs)[0]) for inputs, _ in pairs]
    k = min(range(len(pairs)), key=lambda k: shapes[k][0] * shapes[k][1])
    if shapes[k] == sizes(parts_of(subject.inputs)[0]):
        return None
    text = "batch {index}, of {given} in place of {first}"
    first = sizes(parts_of(subject.inputs)[0])
    return pairs[k], say(text, index=k, given=shapes[k], first=first)


def check_made(subject: Subject) -> Check | None:
    """Look for predictions that are the same whatever the weights are, and that the loss counts."""
    predictions = subject.predictions
    if predictions.dim() < 2 or not subject.is_time_for(DRAWS) or not len(predictions):
        return None
    constant = torch.ones_like(predictions, dtype=torch.bool)
    for draw in range(DRAWS):
        constant &= predictions == subject.predict(training=True, prepare=other_weights(draw))
    if bool(constant.all()) or not bool(constant.any()):
        return None
    counted = constant & (_gradient(subject) != 0)
    for axis in range(predictions.dim() - 1):
        whole = constant.movedim(axis, 0).flatten(1).all(1)
        rows = [k for k in range(predictions.shape[axis]) if bool(whole[k])]
        if rows and bool(counted.movedim(axis, 0)[rows].any()):
            where = f"predictions[{':, ' * axis}{rows[0]}]"
            text = "{where} is the same whatever the weights are, and the loss counts it"
            advice = "fill it in forward, or leave it out of predictions and targets in the loss"
            return Check(PREDICTIONS, FAULT, say(text, where=where), translated(advice))
    return None


def check_optimizer(model: nn.Module, loss_fn: Any, optimizer: Optimizer) -> Check:
    """Compare what the optimizer holds with what the model, and the loss, have."""
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    own = {n: p for n, p in model.named_parameters() if p.requires_grad}
    known = {id(p) for p in model.parameters()}
    if isinstance(loss_fn, nn.Module):
        known |= {id(p) for p in loss_fn.parameters()}
    foreign = held - known
    missing = [n for n, p in own.items() if id(p) not in held]
    if foreign and len(missing) == len(own):
        seen = "the optimizer holds no parameter of this model, but those of another"
        advice = "make it after the model: torch.optim.Adam(model.parameters())"
        return Check(OPTIMIZER, FAULT, say(seen), translated(advice))
    if missing:
        text = "the optimizer does not hold {names}: they keep their first values"
        advice = "give it model.parameters(), or say that they stay: requires_grad_(False)"
        return Check(OPTIMIZER, FAULT, say(text, names=in_short(missing)), translated(advice))
    if foreign:
        text = "the optimizer holds all {own} parameters, and {count} that are not of this model"
        return Check(OPTIMIZER, FACT, say(text, own=len(own), count=len(foreign)))
    return Check(OPTIMIZER, OK, say("the optimizer holds all {count} parameters", count=len(own)))


def other_weights(draw: int) -> Any:
    """Return what gives a model other weights, standard normal ones."""

    def randomize(model: nn.Module) -> None:
        generator = torch.Generator().manual_seed(draw)
        for parameter in model.parameters():
            if parameter.is_floating_point():
                values = torch.randn(min(parameter.numel(), SOME), generator=generator)
                values = values.repeat(1 + parameter.numel() // SOME)[: parameter.numel()]
                parameter.data = values.view(parameter.shape).to(parameter)

    return randomize


@torch.enable_grad()
def _gradient(subject: Subject) -> Tensor:
    """Return the derivative of the loss with respect to the predictions."""
    predictions = subject.predictions.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(subject.loss_with_graph(predictions), predictions)
    return gradient
