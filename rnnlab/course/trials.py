"""A learner's function on trial: it runs under the doctor, and what is seen becomes hints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.utils import (
    clip_grad_norm_,
    clip_grad_value_,
    get_total_norm,
    parameters_to_vector,
)

from rnnlab.course.judging import Hints, Wrong, compare, three_hints, wrong
from rnnlab.course.lesson_words import words_of
from rnnlab.doctor.report import Finding, Report
from rnnlab.doctor.trace import Trace
from rnnlab.doctor.watch import AlreadyWatched, watch
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.twins import keras_layout

Batch = tuple[Tensor, Tensor]  # inputs and targets
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


def grad_norm(model: nn.Module) -> float:
    """Return the norm of all gradients together, 0 if there are none."""
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    return get_total_norm(gradients).item() if gradients else 0.0


# ---- a step in torch ---------------------------------------------------------------------


class SteepTask:
    """A small model on made-up data whose gradient is longer than 1.

    Args:
        one_bias: train one bias, as Keras does.
    """

    def __init__(self, one_bias: bool = False) -> None:
        generator = torch.Generator().manual_seed(5)
        with torch.random.fork_rng(devices=[]):  # the learner's random numbers stay as they are
            self.model = SequenceModel(2, 4, 1)
        if one_bias:
            keras_layout.one_bias(self.model)
        self.trained = [p for p in self.model.parameters() if p.requires_grad]
        with torch.no_grad():
            for parameter in self.trained:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.8)
        self.inputs = torch.randn(3, 6, 2, generator=generator)
        self.targets = 6 + 3 * torch.randn(3, 6, 1, generator=generator)
        self.optimizer = torch.optim.SGD(self.trained, lr=0.1)

    def weights(self) -> Tensor:
        """Return a copy of all weights in one row."""
        return weights_of(self.model)

    def after(self, mistake: str, steps: int) -> Tensor:
        """Return the weights after some steps with a mistake."""
        self.updates(mistake, steps)
        return self.weights()

    def updates(self, mistake: str, steps: int) -> list[tuple[float, float]]:
        """Make steps, in the right way ("right") or with a mistake; return losses and norms."""
        return [self._update(mistake) for _ in range(steps)]

    def _update(self, mistake: str) -> tuple[float, float]:
        if mistake != "not cleared":
            self.optimizer.zero_grad()
        predictions, targets = self.model(self.inputs)[0], self.targets
        if mistake == "last prediction":
            predictions, targets = predictions[:, -1], targets[:, -1]
        loss = nn.functional.mse_loss(predictions, targets)
        loss.backward()
        norm = grad_norm(self.model)
        if mistake == "one by one":
            for parameter in self.trained:
                clip_grad_norm_([parameter], 1.0)
        elif mistake == "by value":
            clip_grad_value_(self.trained, 1.0)
        elif mistake != "unclipped":
            clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        return loss.item(), norm


# ---- hints by numbers --------------------------------------------------------------------


def about_batches(name: str, count: int) -> Wrong | None:
    """Judge how often the model was called: once for each small batch."""
    return (
        None if count == len(SIZES) else wrong("batches", name=name, given=len(SIZES), count=count)
    )


def about_result(name: str, result: Any, cause: Hints | None = None) -> Wrong | Hints | None:
    """Judge whether an average loss is a plain number; `cause`: the doctor's of a graph kept."""
    if isinstance(result, Tensor) and result.requires_grad:
        kept = wrong("graph", name=name, value=result.item())
        if not cause:
            return kept
        first, _, _ = kept.hints(three_hints(words_of("shared")["hints"]))
        return first, cause[1], cause[2]
    try:
        float(result)
    except (TypeError, ValueError, RuntimeError):
        return wrong("not a number", name=name, result=result)
    return None


def about_average(
    result: float, losses: Sequence[float], sizes: Sequence[int], unit: str
) -> Wrong | None:
    """Judge the average loss of an epoch.

    Args:
        result: of the learner.
        losses: mean of each batch.
        sizes: what each counts, in units such as "examples".
        unit: its name.
    """
    every = sum(sizes)
    summed = sum(loss * size for loss, size in zip(losses, sizes, strict=True))
    mistakes = {
        "mean of means": sum(losses) / len(losses),
        "last loss": losses[-1],
        "no sizes": sum(losses) / every,
    }
    given, counts = ", ".join(f"{loss:.2f}" for loss in losses), ", ".join(map(str, sizes))
    fields: dict[str, Any] = {
        "result": result,
        "losses": given,
        "sizes": counts,
        "last": losses[-1],
    }
    verdict = compare(result, summed / every, mistakes, unit=unit, all=every, **fields)
    return verdict._replace(mistake="average") if verdict and verdict.mistake == "else" else verdict
