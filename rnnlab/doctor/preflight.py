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
from rnnlab.base.showable import as_html, said, showable, showable_lines
from rnnlab.base.torch_state import check_graph
from rnnlab.doctor.before.check import FAULT, OPEN, VERDICTS, Check, fault_of
from rnnlab.doctor.before.data import check_data, check_first_loss, check_shapes, is_finite
from rnnlab.doctor.before.dependence import Dependence
from rnnlab.doctor.before.learning import (
    RATES,
    Trial,
    check_gradients,
    check_one_batch,
    check_optimizer,
)
from rnnlab.doctor.before.rest import check_last_batch, check_made
from rnnlab.doctor.before.subject import Subject, resolve_loss
from rnnlab.doctor.before.untouched import untouched
from rnnlab.doctor.report import STYLE

SECONDS = 2.0
FOR_DATA, FOR_LEARNING = 0.2, 0.5  # of these seconds
MOST_BATCHES = 8
FOR_AN_UPDATE = 4  # calls of the model, in time
PRINT = "print the types, shapes and dtypes of a batch beside what forward expects"
UNREADABLE = "look at the data set: print what it returns for the examples of this batch"
NAMES = {"other examples": "examples", "its future": "future", "its past": "past"}


class Preflight:
    """What `preflight` has found; the last line of a cell shows it as a table.

    Attributes:
        checks: the `Check`s, in the order in which they were made.
        seconds: how long it took.
    """

    def __init__(self) -> None:
        self.checks: list[Check] = []
        self.seconds = 0.0

    @property
    def worst(self) -> str | None:
        """The gravest verdict: "fault", "not decided", "fact" or "ok"; None without a check."""
        verdicts = {check.verdict for check in self.checks}
        return next((verdict for verdict in VERDICTS if verdict in verdicts), None)

    @property
    def faults(self) -> list[Check]:
        """The checks that found a fault."""
        return [check for check in self.checks if check.verdict == FAULT]

    def as_rows(self) -> list[dict[str, str]]:
        """Return the checks as plain dictionaries, for JSON."""
        return [check._asdict() for check in self.checks]

    def summary(self) -> str:
        """Return in one sentence how many checks found what."""
        counts = {v: sum(check.verdict == v for check in self.checks) for v in VERDICTS}
        text = "{count} checks in {seconds:.1f} s: {faults} faults, {open} not decided."
        return say(
            text, count=len(self.checks), seconds=self.seconds, faults=counts[FAULT],
            open=counts[OPEN],
        )  # fmt: skip

    def __str__(self) -> str:
        """Return the table as text."""
        blocks = []
        for check in self.checks:
            block = f"{check.verdict}: {check.name}\n  seen: {check.seen}"
            blocks.append(f"{block}\n  do:   {check.advice}" if check.advice else block)
        return "\n".join([*map(showable_lines, blocks), self.summary()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = []
        for check in self.checks:
            name, verdict, seen, advice = map(as_html, check)
            rows.append(
                f"<tr><td><b>{verdict}</b>: {name}</td><td>{seen}</td><td>{advice}</td></tr>"
            )
        return (
            f'{STYLE}<table class="rnnlab-report">'
            '<colgroup><col style="width: 22%"><col style="width: 46%"><col></colgroup>'
            '<thead><tr><th scope="col">verdict, and on what</th><th scope="col">what was seen</th>'
            f'<th scope="col">what to do</th></tr></thead><tbody>{"".join(rows)}</tbody></table>'
            f"<p>{as_html(self.summary())}</p>"
        )


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
    torch.optim.SGD([torch.zeros(1)])  # with its first optimizer torch loads much: that counts not
    start = time.monotonic()
    loss_fn, report = resolve_loss(loss_fn), Preflight()
    with untouched(model, loss_fn, optimizer, batches):
        report.checks = [*_look(model, batches, loss_fn, optimizer, start)]
    report.seconds = time.monotonic() - start
    return report


def _check_arguments(model: Any, batches: Any, optimizer: Any) -> None:
    check_graph(no_grad=False)
    if not isinstance(model, nn.Module):
        text = "model is {given}; expected a torch.nn.Module"
        raise TypeError(say(text, given=type(model).__name__))
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
        raise ValueError("batches is empty; expected at least one pair (inputs, targets)")
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
    of = f" of {len(value)}" if isinstance(value, tuple | list | dict) else ""
    return f"{type(value).__name__}{of}"


def _look(
    model: nn.Module, batches: Any, loss_fn: Any, optimizer: Optimizer | None, start: float
) -> Iterator[Check]:
    """Yield the checks, each as soon as it is made."""
    pairs, error = _read(batches, start + FOR_DATA)
    if error is not None:
        yield fault_of("inputs and targets", error, f"batch {len(pairs)}", UNREADABLE)
    else:
        yield check_data(pairs)
    batch = next(filter(is_finite, pairs), None)
    if batch is None:  # all else would follow from that
        return
    subject = Subject(model, batch, loss_fn, optimizer, start + (1 - FOR_LEARNING) * SECONDS)
    try:
        subject.predictions = subject.predict(training=True)
    except Exception as error:  # the user's, whatever it is
        yield fault_of("forward", error, "the model", PRINT)
        return
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            loss = subject.loss(subject.predictions)
        except Exception as error:
            yield fault_of("loss", error, "loss_fn", PRINT)
            loss = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # said once is enough
        yield from _rest(subject, batches, pairs, loss, " ".join(str(w.message) for w in warned))


def _rest(
    subject: Subject, batches: Any, pairs: Any, loss: float | None, warned: str
) -> Iterator[Check]:
    if loss is not None:
        yield _tried("shapes", lambda: check_shapes(subject, warned))
        yield _tried("first loss", lambda: check_first_loss(subject, loss))
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
    for name, method in NAMES.items():
        if not subject.is_time_for(4):
            yield Check(name, OPEN, "there was no time left for it")
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
        for name in ("gradients", "one batch"):
            yield Check(name, OPEN, "there was no time left for it")
        return
    try:
        for rate in RATES if subject.optimizer is None else RATES[:1]:
            if trials and check_one_batch(trials).verdict != FAULT:
                break
            trials.append(Trial(subject, subject.optimizer, rate))
    except Exception as error:  # a model or an optimizer that cannot be copied
        yield _undecided("gradients", error)
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
    text = "the model or the loss refused what was tried: {kind}: {error}"
    return Check(name, OPEN, say(text, kind=type(error).__name__, error=showable(said(error), 200)))
