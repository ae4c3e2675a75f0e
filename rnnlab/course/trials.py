"""A learner's function on trial: it runs under the doctor, and what is seen becomes hints."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.utils import get_total_norm, parameters_to_vector

from rnnlab.course.exercises import Hints
from rnnlab.doctor.report import Finding, Report
from rnnlab.doctor.trace import Trace
from rnnlab.doctor.watch import AlreadyWatched, watch
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.runs.checks import Pair as Batch

Result = TypeVar("Result")
SIZES = (4, 4, 4, 1)  # examples in each of the small batches: the last has fewer
CLIP_NORM = 0.1  # below the norm of each of these batches' gradients


# ---- the doctor --------------------------------------------------------------------------


class Watched(NamedTuple, Generic[Result]):
    """What a trial has brought, and what the doctor says of it.

    Attributes:
        result: what the trial returned; None if the learner's code has raised an error whose cause
            the doctor knows, which is then the only finding.
        findings: the gravest first; empty if the doctor could not look.
        trace: what happened; empty if the doctor could not look.
    """

    result: Result | None
    findings: list[Finding]
    trace: Trace


def watched(trial: Callable[[], Result]) -> Watched[Result]:
    """Run a trial under the doctor; without it where the learner has a watch of their own.

    Args:
        trial: makes a model and calls the learner's code with it; it may be called twice.

    Raises:
        Exception: of the learner's code, if the doctor does not know the cause.
    """
    report = Report()
    try:
        with watch() as report:
            result = trial()
        return Watched(result, report.findings, report.trace)
    except Exception as error:
        said = f"{type(error).__name__}: "
        causes = [finding for finding in report.findings if finding.what.startswith(said)]
        if causes:
            return Watched(None, causes[:1], report.trace)
        if not isinstance(error, AlreadyWatched):
            raise
    return Watched(trial(), [], Trace())


def explain(trial: Watched[Any]) -> Hints | None:
    """Return hints from the gravest finding, None if there is none above a note.

    First what was seen, then also the line and why it is wrong, then the line and what to write.
    """
    finding = next((f for f in trial.findings if f.severity != "note"), None)
    if finding is None:
        return None
    seen = finding.what.split(" (or ")[0].split(": [")[0].rstrip(".")  # torch's errors are long
    there = f"{seen}. Look at {finding.where}"
    return f"{seen}.", f"{there}. {finding.why}", f"{there}. What helps: {finding.fix}"


# ---- what is trained ---------------------------------------------------------------------


def small_model(dropout: float = 0.0) -> SequenceModel:
    """Return a model with the same weights each time; with dropout, of two layers."""
    with torch.random.fork_rng(devices=[]):  # the learner's random numbers stay as they are
        torch.manual_seed(7)
        return SequenceModel(1, 6, 1, num_layers=2 if dropout else 1, dropout=dropout)


def small_sgd(model: nn.Module) -> torch.optim.SGD:
    """Return an optimizer for it."""
    return torch.optim.SGD(model.parameters(), lr=0.5)


def small_batches() -> list[Batch]:
    """Return batches of as many examples as SIZES says, the same each time."""
    generator = torch.Generator().manual_seed(7)
    values = torch.randn(sum(SIZES), 6, 1, generator=generator).cumsum(1)
    values[-1] *= 3  # the single example of the last batch is harder than the others
    return [(part[:, :-1], part[:, 1:]) for part in values.split(SIZES)]  # (B, T, D) each


def weights_of(model: nn.Module) -> Tensor:
    """Return a copy of all weights in one row."""
    return parameters_to_vector(model.parameters()).detach().clone()


def close(a: Tensor, b: Tensor) -> bool:
    """Return whether two tensors are equal up to rounding."""
    return torch.allclose(a, b, rtol=1e-4, atol=1e-6)


def grad_norm(model: nn.Module) -> float:
    """Return the norm of all gradients together, 0 if there are none."""
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    return get_total_norm(gradients).item() if gradients else 0.0


# ---- hints by numbers --------------------------------------------------------------------


def not_a_function(name: str, answer: Any, what: str) -> Hints | None:
    """Return hints if the answer cannot be called; `what` it should return."""
    if callable(answer):
        return None
    text = f"{name} is {answer!r}, not a function"
    return (
        f"{text}.",
        f"{text}: the check calls it on a small model.",
        f"{text}: write def {name}(...): and return {what}.",
    )


def about_batches(name: str, count: int) -> Hints | None:
    """Return hints if the model did not read each small batch once."""
    if count == len(SIZES):
        return None
    text = f"The check gave {len(SIZES)} batches; the model it gave read {count}"
    return (
        f"{text}.",
        f"{text}. Each batch goes through the model once.",
        f"{text}. Use {name}'s own arguments, not the notebook's variables, and return only "
        "after the loop over the batches.",
    )


def about_result(name: str, result: Any, cause: Hints | None = None) -> Hints | None:
    """Return hints if an average loss is no plain number; `cause`: the doctor's of a graph kept."""
    if isinstance(result, Tensor) and result.requires_grad:
        text = f"{name} returns a tensor that still holds its graph"
        second, third = (
            cause[1:]
            if cause
            else (
                f"{text}. A number is enough for an average.",
                f"{text}. What gives a tensor's value as a plain number?",
            )
        )
        return f"{text}: {result.item():.4g}.", second, third
    try:
        float(result)
    except (TypeError, ValueError, RuntimeError):
        text = f"{name} returns {result!r}"
        return (
            f"{text}; the average loss is a number.",
            f"{text}. Does it end in a return, behind the loop?",
            f"{text}. Return the sum of the losses over what they are an average of.",
        )
    return None


def about_average(
    result: float, losses: Sequence[float], sizes: Sequence[int], unit: str
) -> Hints | None:
    """Judge the average loss of an epoch.

    Args:
        result: of the learner.
        losses: mean of each batch.
        sizes: what each counts, in units such as "examples".
        unit: its name.
    """
    every = sum(sizes)
    summed = sum(loss * size for loss, size in zip(losses, sizes, strict=True))
    if _near(result, summed / every):
        return None
    text = f"You return {result:.4g}"
    given = ", ".join(f"{loss:.2f}" for loss in losses)
    counts = f"the batches have {', '.join(map(str, sizes))} {unit}"
    if _near(result, sum(losses) / len(losses)):
        return (
            f"{text}, the mean of the batch means.",
            f"{text}, but {counts}; the last one's loss of {losses[-1]:.2f} counts as much as the "
            "others.",
            f"{text}. Weight each batch's loss by its number of {unit}, and divide by all {every}.",
        )
    if _near(result, losses[-1]):
        return (
            f"{text}, the loss of the last batch alone.",
            f"{text}. The batches' losses are {given}.",
            f"{text}. Add up inside the loop, divide behind it.",
        )
    if _near(result, sum(losses) / every):
        return (
            f"{text}: the sum of batch means, divided by the {unit}.",
            f"{text}, less than any batch's loss: {given}.",
            f"{text}. A batch's loss is a mean; what makes it the sum over its {unit}?",
        )
    return (
        f"{text}; the average over {unit} is another number.",
        f"{text}. The batches' losses are {given}; {counts}.",
        f"{text}. Sum of (loss times {unit} of the batch), over all {every} {unit}.",
    )


def _near(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-4, abs_tol=1e-6)
