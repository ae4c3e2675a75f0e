"""Of the data alone, and of how predictions meet targets: values and shapes."""

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from rnnlab.base.say import say, translated
from rnnlab.doctor.before.changes import parts_of
from rnnlab.doctor.before.check import DATA, FACT, FAULT, OK, SHAPES, Check
from rnnlab.doctor.before.subject import Subject

NOT_FINITE = (
    "{wrong} of {all} values of the inputs of batch {index} are nan or infinite",
    "{wrong} of {all} values of the targets of batch {index} are nan or infinite",
)


def check_data(batches: list[tuple[Any, Any]]) -> Check:
    """Look for values that are no number."""
    for index, batch in enumerate(batches):
        for part in range(2):
            for values in map(_values, parts_of(batch[part])):
                wrong = int((~torch.isfinite(values)).sum())
                if wrong:
                    seen = say(NOT_FINITE[part], wrong=wrong, all=values.numel(), index=index)
                    advice = "fill the gaps or leave these rows out, before batches are made"
                    return Check(DATA, FAULT, seen, translated(advice))
    text = "all numbers are finite in the first {count} batches"
    if len(batches) == 1:
        text = "all numbers are finite in the first batch"
    return Check(DATA, OK, say(text, count=len(batches)))


def is_finite(batch: tuple[Any, Any]) -> bool:
    """Whether all values of a batch are numbers."""
    return all(bool(torch.isfinite(_values(part)).all()) for part in parts_of(batch))


def _values(part: Any) -> Tensor:
    return part.data if isinstance(part, PackedSequence) else part


def check_shapes(subject: Subject, warned: str) -> Check:
    """Look at predictions beside targets: are they compared value by value, or broadcast?"""
    predictions, targets = subject.predictions, subject.targets
    if not bool(torch.isfinite(predictions).all()):
        seen = say("the untrained model predicts nan or infinity from finite inputs")
        return Check(SHAPES, FAULT, seen, say("look for log, division or sqrt of 0 in forward"))
    if not isinstance(targets, Tensor):
        text = "predictions have shape {shape}, and targets are a {kind}"
        kind = type(targets).__name__
        return Check(SHAPES, FACT, say(text, shape=tuple(predictions.shape), kind=kind))
    shapes = {"predictions": tuple(predictions.shape), "targets": tuple(targets.shape)}
    if "target size" in warned or _are_broadcast(subject):  # not said
        text = (
            "predictions have shape {predictions}, targets {targets}: they are broadcast, each "
            "prediction meets other targets too"
        )
        advice = "make the shapes equal, as in loss_fn(predictions.squeeze(-1), targets)"
        return Check(SHAPES, FAULT, say(text, **shapes), translated(advice))
    text = "predictions have shape {predictions}, targets {targets}"
    return Check(SHAPES, OK, say(text, **shapes))


def _are_broadcast(subject: Subject) -> bool:
    """Whether the loss is another one when predictions have the targets' shape."""
    predictions, targets = subject.predictions, subject.targets
    if predictions.shape == targets.shape or predictions.numel() != targets.numel():
        return False
    if predictions.numel() == 1 or not targets.is_floating_point():
        return False
    some = torch.linspace(-3, 5, predictions.numel()).to(predictions).view(predictions.shape)
    try:
        return not all(
            math.isclose(
                subject.loss(p.reshape(targets.shape)), subject.loss(p), rel_tol=1e-4, abs_tol=1e-7
            )
            for p in (predictions, some)
        )
    except Exception:  # a loss for this shape alone
        return False
