"""`preflight`: what can be known of a model, its batches and its loss before it is trained."""

import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from rnnlab.base.nested import first_tensor
from rnnlab.base.say import say
from rnnlab.base.showable import error_line
from rnnlab.base.torch_state import check_graph
from rnnlab.doctor.before.check import (
    DATA,
    FAULT,
    FIRST_LOSS,
    FORWARD,
    FUTURE,
    GRADIENTS,
    LOSS,
    ONE_BATCH,
    OPEN,
    OTHERS,
    PAST,
    SHAPES,
    Check,
    fault_of,
)
from rnnlab.doctor.before.data import check_data, check_shapes, is_finite
from rnnlab.doctor.before.dependence import Dependence
from rnnlab.doctor.before.first_loss import check_first_loss
from rnnlab.doctor.before.learning import (
    RATES,
    Trial,
    check_gradients,
    check_one_batch,
)
from rnnlab.doctor.before.rest import check_last_batch, check_made, check_optimizer
from rnnlab.doctor.before.result import Preflight
from rnnlab.doctor.before.subject import Subject, resolve_loss
from rnnlab.doctor.before.untouched import untouched

SECONDS = 2.0
FOR_DATA, FOR_LEARNING = 0.2, 0.5  # of these seconds
MOST_BATCHES = 8
FOR_A_CHANGE = FOR_AN_UPDATE = 4  # calls of the model, in time
PRINT = "print the types, shapes and dtypes of a batch beside what forward expects"
UNREADABLE = "look at the data set: print what it returns for the examples of this batch"
NO_TIME = "there was no time left for it"
METHODS = {OTHERS: "examples", FUTURE: "future", PAST: "past"}


def preflight(
    model: nn.Module,
    batches: Iterable[Any],
    loss_fn: Any,
    optimizer: Optimizer | None = None,
) -> Preflight:
    """Look at a model, its batches and its loss before training, for about two seconds at most.

    It measures on copies: weights, gradients, modes, random generators, the optimizer and the order
    of the batches are afterwards as before. What was not settled in time, or cannot be, is "not
    decided". The model and the loss are called once in any case; where that alone takes longer than
    two seconds, nearly all the rest is "not decided". What your loop does to the model between two
    batches, such as to detach a state that it keeps, belongs into `forward` here.

    Args:
        model: any module that takes the inputs as its one argument and returns predictions, or
            (predictions, state).
        batches: an iterable of pairs (inputs, targets) that can be read again: a list, a
            `DataLoader`, `Batches`. Inputs and targets may be tuples or dictionaries of tensors.
        loss_fn: "mse", "cross_entropy" (classes last) or a function of (predictions, targets).
        optimizer: the one that will train; without it Adam stands in on a copy.

    Returns:
        a `Preflight`: one `Check` for each thing that was looked at.

    Raises:
        TypeError, ValueError: for arguments that cannot be looked at.

    Example:
        rnnlab.preflight(model, batches, nn.MSELoss(), optimizer)
    """
    _check_arguments(model, batches, optimizer)
    torch.optim.SGD([torch.zeros(1)])  # for its first optimizer torch loads its compiler: not timed
    start = time.monotonic()
    loss_fn, report = resolve_loss(loss_fn), Preflight()
    with untouched(model, loss_fn, optimizer, batches):
        report.checks = [*_look(model, batches, loss_fn, optimizer, start)]
    report.seconds = time.monotonic() - start
    return report


def _check_arguments(model: Any, batches: Any, optimizer: Any) -> None:
    check_graph(no_grad=False)
    if not isinstance(model, nn.Module):
        text = "model is {kind}; expected a torch.nn.Module"
        raise TypeError(say(text, kind=type(model).__name__))
    if isinstance(batches, Iterator):
        text = (
            "batches is a {given} that can be read only once, and training would miss what was "
            "read here; give a list, a DataLoader or rnnlab.Batches"
        )
        raise TypeError(say(text, given=type(batches).__name__))
    if not isinstance(batches, Iterable) and not hasattr(batches, "__getitem__"):
        text = (
            "batches is {given}; expected pairs (inputs, targets): a list, a DataLoader or "
            "rnnlab.Batches"
        )
        raise TypeError(say(text, given=type(batches).__name__))
    if optimizer is not None and not isinstance(optimizer, Optimizer):
        text = (
            "optimizer is {given!r}; expected a torch.optim.Optimizer made from "
            "model.parameters(), or None"
        )
        raise TypeError(say(text, given=optimizer))


def _read(batches: Any, end: float) -> tuple[list[tuple[Any, Any]], Exception | None]:
    """Return the first batches, as many as there is time for, and what was raised, if anything."""
    read: list[Any] = []
    try:
        for batch in islice(batches, MOST_BATCHES):
            read.append(batch)
            if time.monotonic() > end:
                break
    except Exception as error:  # of the user's data set
        return _as_pairs(read), error
    if not read:
        raise ValueError(say("batches is empty; expected at least one pair (inputs, targets)"))
    return _as_pairs(read), None


def _as_pairs(read: list[Any]) -> list[tuple[Any, Any]]:
    pairs: list[tuple[Any, Any]] = []
    for batch in read:
        if not isinstance(batch, tuple | list) or len(batch) != 2:
            text = (
                "a batch is {given}; expected a pair (inputs, targets): give batches as "
                "[(inputs, targets)]"
            )
            raise TypeError(say(text, given=_describe(batch)))
        if any(first_tensor(part) is None for part in batch):
            text = "a batch is a pair of {one} and {other}; expected inputs and targets of tensors"
            one, other = map(_describe, batch)
            raise TypeError(say(text, one=one, other=other))
        pairs.append((batch[0], batch[1]))
    return pairs


def _describe(value: Any) -> str:
    kind = type(value).__name__
    if isinstance(value, tuple | list | dict):
        return say("{kind} of {count}", kind=kind, count=len(value))
    return kind


def _look(
    model: nn.Module, batches: Any, loss_fn: Any, optimizer: Optimizer | None, start: float
) -> Iterator[Check]:
    """Yield the checks, each as soon as it is made."""
    pairs, error = _read(batches, start + FOR_DATA)
    if error is not None:
        yield fault_of(DATA, error, say("batch {index}", index=len(pairs)), say(UNREADABLE))
    else:
        yield check_data(pairs)
    batch = next(filter(is_finite, pairs), None)
    if batch is None:  # all else would follow from that
        return
    subject = Subject(model, batch, loss_fn, optimizer, start + (1 - FOR_LEARNING) * SECONDS)
    try:
        subject.predictions = subject.predict(training=True)
        if not subject.is_time_for(FOR_A_CHANGE) and subject.is_time_for(1):
            subject.predict(training=True)  # a first call may be slow by itself: ask another
    except Exception as error:  # the user's, whatever it is
        yield fault_of(FORWARD, error, say("the model"), say(PRINT))
        return
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            loss = subject.loss(subject.predictions)
        except Exception as error:
            yield fault_of(LOSS, error, "loss_fn", say(PRINT))
            loss = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # said once is enough
        yield from _rest(subject, batches, pairs, loss, " ".join(str(w.message) for w in warned))


def _rest(
    subject: Subject, batches: Any, pairs: Any, loss: float | None, warned: str
) -> Iterator[Check]:
    if loss is not None:
        yield _tried(SHAPES, lambda: check_shapes(subject, warned))
        yield _tried(FIRST_LOSS, lambda: check_first_loss(subject, loss))
        with suppress(Exception):  # a loss that takes no other predictions
            yield from filter(None, [check_made(subject)])
        yield from filter(None, [check_last_batch(subject, pairs, batches)])
    yield from _look_at_dependence(subject, batches)
    if subject.optimizer is not None:
        yield check_optimizer(subject.model, subject.loss_fn, subject.optimizer)
    if loss is not None:
        yield from _look_at_learning(subject)


def _look_at_dependence(subject: Subject, batches: Any) -> Iterator[Check]:
    dependence: Any = None
    for name, method in METHODS.items():
        if not subject.is_time_for(FOR_A_CHANGE):
            yield Check(name, OPEN, say(NO_TIME))
            continue
        try:
            dependence = dependence or Dependence(subject, batches)
        except Exception as error:
            yield _undecided(name, error)
            continue
        yield _tried(name, getattr(dependence, method))


def _look_at_learning(subject: Subject) -> Iterator[Check]:
    subject.end += FOR_LEARNING * SECONDS
    trials: list[Trial] = []
    if not subject.is_time_for(FOR_AN_UPDATE):
        for name in (GRADIENTS, ONE_BATCH):
            yield Check(name, OPEN, say(NO_TIME))
        return
    try:
        for rate in RATES if subject.optimizer is None else RATES[:1]:
            if trials and check_one_batch(trials).verdict != FAULT:
                break
            trials.append(Trial(subject, subject.optimizer, rate))
    except Exception as error:  # a model or an optimizer that cannot be copied
        yield _undecided(GRADIENTS, error)
    if trials:
        yield check_gradients(trials[0])
    if trials and trials[0].losses:
        yield check_one_batch(trials)


def _tried(name: str, check: Callable[[], Check]) -> Check:
    """Return a check, or that it is not decided: what was tried may be what a model refuses."""
    try:
        return check()
    except Exception as error:
        return _undecided(name, error)


def _undecided(name: str, error: Exception) -> Check:
    text = "the model or the loss refused what was tried: {error}"
    return Check(name, OPEN, say(text, error=error_line(error)))
