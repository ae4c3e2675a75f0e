"""One run of a sweep: from its settings to a row of results, on one thread, in any process."""

import math
import pickle
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import nn

from rnnlab.base.checks import check_count, check_known, check_positive
from rnnlab.base.say import say
from rnnlab.base.showable import error_line, said, showable
from rnnlab.loop.training import Run
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.runs.checks import TrainingDiverged
from rnnlab.runs.history import History
from rnnlab.runs.optimizers import OPTIMIZERS
from rnnlab.runs.training import train
from rnnlab.tasks import recipe
from rnnlab.tasks.catalogue import Task
from rnnlab.tasks.recipe import DEFAULTS, seeded

Row = dict[str, Any]
TaskMaker = Callable[..., Task]
ModelMaker = Callable[[Task, Row], nn.Module]

SETTINGS: Row = {
    **{name: DEFAULTS[name] for name in ("cell", "hidden_size", "hidden_state")},
    "optimizer": "adam",
    **{name: DEFAULTS[name] for name in ("learning_rate", "clip_norm", "epochs")},
    "batch_size": None,
    "stop_at": None,
    "seed": DEFAULTS["seed"],
}
CHECKS: dict[str, Callable[[str, Any], object]] = {
    **recipe.CHECKS,
    "optimizer": partial(check_known, known=OPTIMIZERS, plural="optimizers"),
    "batch_size": check_count,
    "stop_at": check_positive,
}
OPTIONAL = ("clip_norm", "batch_size", "stop_at")  # what may be None
RESULTS = ("outcome", "epochs_done", "steps", "train_loss", "validation_loss", "message")
OUTCOMES = ("finished", "solved", "diverged", "failed")


class Subject(NamedTuple):
    """What all runs of a sweep train."""

    task: Task | TaskMaker  # a task, or what makes one of options
    model: ModelMaker | None  # makes the model of (task, settings); None: a `SequenceModel`

    @property
    def makes_tasks(self) -> bool:
        """Whether the task is made of options."""
        return isinstance(self.task, type) or not hasattr(self.task, "batches")

    def make_task(self, settings: Row) -> Task:
        """Return the task, made of its options; if it is there already, they are the model's."""
        if not self.makes_tasks:
            return self.task  # type: ignore[return-value]  # it is one
        options = {name: value for name, value in settings.items() if name not in SETTINGS}
        try:
            return self.task(**options)  # type: ignore[operator]  # it is no task
        except TypeError as error:
            text = (
                "the task cannot be made of the grid's options ({names}), which are no settings of "
                "a sweep: {error}"
            )
            names = ", ".join(options) or "none"
            raise TypeError(say(text, names=names, error=error)) from None

    def make_model(self, task: Task, settings: Row) -> nn.Module:
        """Return a new model for the task."""
        if self.model is not None:
            return self.model(task, settings)
        sizes = task.input_size, settings["hidden_size"], task.output_size
        return SequenceModel(*sizes, settings["cell"])


def run_packed(subject: bytes, settings: Row) -> Row:
    """Train a subject that was packed, as a worker does, and return the `RESULTS`."""
    try:
        return _run(pickle.loads(subject), settings)
    except KeyboardInterrupt:
        raise
    except (
        BaseException
    ) as error:  # of the user's task or model, also sys.exit: costs this run only
        return failed(error_line(error))


def failed(message: str) -> Row:
    """Return the results of a run that raised an exception or was killed."""
    return {**dict.fromkeys(RESULTS), "outcome": "failed", "message": showable(message)}


def _run(subject: Subject, settings: Row) -> Row:
    """Train as the settings say and return the `RESULTS`.

    The same settings give the same numbers in every process and thread of one kind of machine: the
    random numbers come from their seed, and it computes on one thread.
    """
    torch.set_num_threads(1)
    task = subject.make_task(settings)
    model, batches = prepared(subject, task, settings)
    names = ("optimizer", "learning_rate", "epochs", "clip_norm", "hidden_state")
    run = train(
        model, batches, loss_fn=task.loss_fn, device="cpu",
        validation=None if settings["stop_at"] is None else task.validation_loss,
        **{name: settings[name] for name in names},
    )  # fmt: skip
    outcome, error = _to_the_end(run, settings["stop_at"])
    return ending(task, model, run.history, outcome, error)


def prepared(subject: Subject, task: Task, settings: Row) -> tuple[Any, Any]:
    """Return the model and the batches of a run, both from its seed."""
    seed = settings["seed"]
    model = seeded(lambda: subject.make_model(task, settings), seed)
    return model, task.batches(settings["hidden_state"], settings["batch_size"], seed)


def ending(
    task: Task, model: nn.Module, history: History, outcome: str, error: TrainingDiverged | None
) -> Row:
    """Return the `RESULTS` of a run that has ended, with its error if it diverged."""
    message, loss = "" if error is None else said(error), None
    if error is None:
        loss = float(task.validation_loss(model))
    if loss is not None and not math.isfinite(loss):
        outcome, message, loss = "diverged", f"the validation loss is {loss}", None
    epochs = history.epochs
    return {
        "outcome": outcome if error is None else "diverged",
        "epochs_done": len(epochs),
        "steps": len(history),
        "train_loss": epochs[-1].train_loss if epochs else None,
        "validation_loss": loss,
        "message": showable(message) or None,
    }


def _to_the_end(run: Run, stop_at: float | None) -> tuple[str, TrainingDiverged | None]:
    """Iterate over a run to its end and return its outcome and its error."""
    try:
        for step in run:
            loss = step.validation_loss
            if stop_at is not None and loss is not None and loss <= stop_at:
                return "solved", None
    except TrainingDiverged as error:
        return "diverged", error
    return "finished", None
