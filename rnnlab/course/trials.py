"""A learner's function on trial: it runs under the doctor, and what is seen becomes hints."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_, clip_grad_value_, parameters_to_vector

from rnnlab.base.say import say
from rnnlab.course.judging import Wrong, averages, compare, first_of, wrong
from rnnlab.doctor.report import UNKNOWN, Finding, Report
from rnnlab.doctor.trace import Trace
from rnnlab.doctor.watch import AlreadyWatched, watch
from rnnlab.loop import hidden
from rnnlab.loop.batch import PHASES, PhaseFunction, clip, loss, train_batch, zero_grad
from rnnlab.loop.batch import Batch as Holding
from rnnlab.loop.training import fetch
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.tasks.recipe import seeded
from rnnlab.twins import keras_layout

Batch = tuple[Tensor, Tensor]  # inputs and targets
SIZES = (4, 4, 4, 1)  # examples in each of the small batches: the last has fewer
CLIP_NORM = 0.1  # below the norm of each of these batches' gradients


def watched(trial: Callable[[], Any]) -> tuple[Any, list[Finding], Trace]:
    """Run a trial under the doctor; without it where the learner has a watch of their own.

    Args:
        trial: makes a model and calls the learner's code with it; it may be called twice.

    Returns:
        what the trial returned; what the doctor finds, the gravest first; and the trace. Where the
        learner's code raises an error whose cause the doctor knows: None, and this finding alone.

    Raises:
        Exception: of the learner's code, if the doctor does not know the cause.
    """
    report = Report()
    try:
        with watch() as report:
            result = trial()
        return result, report.findings, report.trace
    except Exception as error:
        message = f"{type(error).__name__}: "
        causes = [f for f in report.findings if f.what.startswith(message) and f.code != UNKNOWN]
        if causes:
            return None, causes[:1], report.trace
        if not isinstance(error, AlreadyWatched):
            raise
    return trial(), [], Trace()


def explain(findings: list[Finding]) -> Wrong | None:
    """Return hints from the gravest finding, None if there is none above a note."""
    finding = next((f for f in findings if f.severity != "note"), None)
    if finding is None:
        return None
    seen = finding.what.split(" (or ")[0].split(": [")[0]  # torch's errors are long
    seen = seen if seen.endswith((".", "。")) else say("{seen}.", seen=seen)
    fields = {"where": finding.where, "why": finding.why, "fix": finding.fix, "code": finding.code}
    return wrong("found", seen=seen, **fields)


def _clip_one_by_one(batch: Holding) -> None:
    for parameter in batch.model.parameters():
        clip_grad_norm_([parameter], batch.clip_norm)


def _clip_by_value(batch: Holding) -> None:
    clip_grad_value_(batch.model.parameters(), batch.clip_norm)


def _loss_of_last(batch: Holding) -> None:
    batch.predictions, batch.targets = batch.predictions[:, -1], batch.targets[:, -1]
    loss(batch)


MISTAKES: dict[str, dict[PhaseFunction, PhaseFunction | None]] = {  # what replaces a phase
    "unclipped": {clip: None},
    "not cleared": {zero_grad: None},
    "one by one": {clip: _clip_one_by_one},
    "by value": {clip: _clip_by_value},
    "last prediction": {loss: _loss_of_last},
}


class Learner:
    """A model with plain SGD, for a loop of the learner's, and for right and wrong ones beside it.

    Where no model is given it is a small one, with the same weights each time.
    """

    def __init__(self, model: SequenceModel | None = None, learning_rate: float = 0.1) -> None:
        self.model = small_model() if model is None else model
        self.trained = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.SGD(self.trained, learning_rate)

    def weights(self) -> Tensor:
        """Return a copy of all weights in one row."""
        return parameters_to_vector(self.model.parameters()).detach().clone()

    def train(
        self, batches: Iterable[Batch], mistake: str = "", carry: bool = False, **options: Any
    ) -> list[list[float]]:
        """Train on batches, by the mean squared error unless `options` of `train_batch` say more.

        `mistake` is one of `MISTAKES`, "" for none; with `carry` the state is carried on. Returns
        the loss of each batch, and the norm of its gradient.
        """
        replaced, done, state = MISTAKES.get(mistake, {}), [], None
        phases = tuple(filter(None, (replaced.get(phase, phase) for phase in PHASES)))
        options = {"loss_fn": "mse", "optimizer": self.optimizer, "phases": phases, **options}
        for batch in batches:
            *_, last = train_batch(self.model, *batch, state=state, **options)
            state = hidden.detach(last.state) if carry else None
            done.append(fetch(last.loss, last.grad_norm))
        return done


class SteepTask(Learner):
    """A small model, with Keras' one bias if asked, and data whose gradient is longer than 1."""

    def __init__(self, one_bias: bool = False) -> None:
        generator = torch.Generator().manual_seed(5)
        model = seeded(lambda: SequenceModel(2, 4, 1), 5)
        if one_bias:
            keras_layout.one_bias(model)
        super().__init__(model)
        with torch.no_grad():
            for parameter in self.trained:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.8)
        inputs = torch.randn(3, 6, 2, generator=generator)
        self.batch = inputs, 6 + 3 * torch.randn(3, 6, 1, generator=generator)

    def updates(self, steps: int, mistake: str = "") -> list[list[float]]:
        """Make steps, clipped to 1; return losses and norms."""
        return self.train([self.batch] * steps, clip_norm=1.0, mistake=mistake)

    def after(self, steps: int, mistake: str = "") -> Tensor:
        """Return the weights after some steps."""
        self.updates(steps, mistake)
        return self.weights()


def small_model(dropout: float = 0.0) -> SequenceModel:
    """Return a model with the same weights each time; with dropout, of two layers."""
    layers = 2 if dropout else 1
    return seeded(lambda: SequenceModel(1, 6, 1, num_layers=layers, dropout=dropout), 7)


def small_batches() -> list[Batch]:
    """Return batches of as many examples as SIZES says, the same each time."""
    generator = torch.Generator().manual_seed(7)
    values = torch.randn(sum(SIZES), 6, 1, generator=generator).cumsum(1)
    values[-1] *= 3  # the single example of the last batch is harder than the others
    return [(part[:, :-1], part[:, 1:]) for part in values.split(SIZES)]  # (B, T, D) each


def about_batches(name: str, count: int) -> Wrong | None:
    """Judge how often the model was called: once for each small batch."""
    return first_of({"batches": count != len(SIZES)}, name=name, given=len(SIZES), count=count)


def about_result(name: str, result: Any, cause: Wrong | None = None) -> Wrong | None:
    """Judge whether an average loss is a plain number; `cause`: the doctor's of a graph kept."""
    if isinstance(result, Tensor) and result.requires_grad:
        found = cause.values if cause else {}
        return wrong("graph found" if cause else "graph", name=name, value=result.item(), **found)
    try:
        float(result)
    except (TypeError, ValueError, RuntimeError):
        return wrong("not a number", name=name, result=result)
    return None


def about_average(
    result: float, losses: Sequence[float], sizes: Sequence[int], unit: str
) -> Wrong | None:
    """Judge the average loss of an epoch, from the mean of each batch.

    `sizes` says how much each batch holds of a unit such as "examples", in the learner's language.
    """
    right, mistakes = averages(losses, sizes, "mean of means", "last", "no sizes")
    given, counts = ", ".join(f"{loss:.2f}" for loss in losses), ", ".join(map(str, sizes))
    fields = {"result": result, "last": losses[-1], "losses": given, "sizes": counts, "unit": unit}
    return compare(result, right, {**mistakes, "average": True}, all=sum(sizes), **fields)
