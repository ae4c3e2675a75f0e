"""The runs with the next seeds beside the one that is shown: how much of its result is luck."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnnlab.base.say import say, sentences, short
from rnnlab.base.showable import said, showable
from rnnlab.base.step import Step
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.pictures.bands import Spread
from rnnlab.runs.random_states import RandomState, kept_random, random_state
from rnnlab.runs.stacks.stack import CELLS, Stack, train_stacked, why_not_stacked
from rnnlab.tasks.catalogue import Task
from rnnlab.tasks.common import validation_of
from rnnlab.tasks.forecast import SeriesTask
from rnnlab.tasks.recipe import prepare

LARGEST = 25_000  # weights; a step of 16 larger networks would keep the lab from answering
MOST_BYTES = 20_000_000  # of kept bands; beyond it every second one is dropped
LOSSES = (
    "Loss held out, over {count} seeds after epoch {epoch}: median {median}, from {low} to {high}."
)
SOME_LOSSES = (
    "Loss held out, over {those} of {count} seeds after epoch {epoch}: median {median}, from {low} "
    "to {high}; the others have diverged."
)
ERRORS = (
    "Typically off by, over {count} seeds after epoch {epoch}: median {median}, from {low} to "
    "{high}{unit}."
)
SOME_ERRORS = (
    "Typically off by, over {those} of {count} seeds after epoch {epoch}: median {median}, from "
    "{low} to {high}{unit}; the others have diverged."
)
Band = tuple[Tensor, Tensor]


class Seeds:
    """Runs as the one that is shown, with the next seeds, which train in a stack beside it.

    They make a step whenever it does, so at the end of an epoch all stand there. The run that is
    shown is only read: it stays bit for bit what it is alone. Whatever goes wrong with the others
    ends them, not it.

    Attributes:
        count: how many runs there are, the one that is shown among them.
        why: in a sentence why there are no others, or none any more; empty if nothing is wrong.

    Args:
        settings: of the run that is shown.
        task: what it is trained on.
        model: its model.
    """

    def __init__(self, settings: Mapping[str, Any], task: Task, model: SequenceModel) -> None:
        self.count: int = settings.get("seeds", 1)
        self.task, self.model, self._settings = task, model, dict(settings)
        self.why = ""
        self._is_series = type(task) is SeriesTask  # a subclass may do all in its own way
        self._stack: Stack | None = None
        self._random: RandomState | None = None  # the generators as the others left them
        self._ended = self.count == 1
        self._errors: dict[int, Any] = {}  # by epoch, of each run that has a finite one
        self._losses: list[tuple[float, ...]] = []  # epoch, lowest, median, highest
        self._bands: dict[int, Band] = {}
        if not self._ended and (reason := self._why_not()):
            self.end(reason)

    def _why_not(self) -> str | None:
        if getattr(self.model, "cell", None) not in CELLS:
            return say("runs train side by side with the cell rnn or gru only")
        if sum(weights.numel() for weights in self.model.parameters()) > LARGEST:
            text = "{count} networks of more than {most} weights would make the lab slow"
            return say(text, count=self.count, most=f"{LARGEST:,}")
        return why_not_stacked([self.model], self.task.loss_fn)

    def end(self, reason: str = "") -> None:
        """Let the others end where they are; what is known of them stays."""
        self._stack, self._ended = None, True
        if reason and self.count > 1 and not self.why:
            text = "One run only, not {count}: {reason}."
            self.why = say(text, count=self.count, reason=showable(reason))

    def prepare(self) -> None:
        """Make the others, if they are not there; before the first step of the run."""
        if self._ended or self._stack is not None:
            return
        with self._guarded():
            self._stack = self._make()
            if self.task.picture == "forecast":
                self._keep(None)

    def _make(self) -> Stack:
        of = self._settings
        names = ("cell", "hidden_size", "hidden_state")
        made = [
            prepare(self.task, seed=of["seed"] + k, **{name: of[name] for name in names})
            for k in range(1, self.count)
        ]
        return train_stacked(
            [model for model, _ in made], [batches for _, batches in made],
            loss_fn=self.task.loss_fn, optimizer=of["optimizer"], epochs=of["epochs"],
            learning_rate=of["learning_rate"], hidden_state=of["hidden_state"],
            clip_norm=of["clip_norm"] if of["clip"] else None,
            validation=None if self._is_series else validation_of(self.task),
        )  # fmt: skip

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """In the block draw random numbers of their own, and end the others if it raises."""
        draws = not self._is_series  # whose batches have a generator of their own
        with kept_random(self._random) if draws else nullcontext():
            try:
                yield
            except Exception as error:  # the run that is shown goes on
                self.end(said(error) or type(error).__name__)
            self._random = random_state() if draws else None

    def change(self, **changed: Any) -> None:
        """Go on with another learning rate or bound."""
        self._settings.update(changed)
        if self._stack is not None:
            of = self._settings
            self._stack.change(of["learning_rate"], of["clip_norm"] if of["clip"] else None)

    def follow(self, step: Step) -> None:
        """Make the step that the run which is shown has made."""
        stack = self._stack
        if stack is None:
            return
        with self._guarded():
            others = next(stack, {}) if stack.going else {}
            if step.train_loss is None:
                return
            if stack.going and stack.epoch != step.epoch:
                raise ValueError(say("their epochs have different numbers of batches"))
            self._keep(step, [one.validation_loss for one in others.values()])

    # ---- what is known of an epoch -----------------------------------------------------------

    def _keep(self, step: Step | None, losses: Sequence[Any] = ()) -> None:
        """Keep how far the runs lie apart after an epoch's last step; None: before the first.

        `losses` are those of the others, held out.
        """
        epoch, errors = 0 if step is None else step.epoch, None
        if self.task.picture == "forecast":
            forecasts = self._forecasts()
            self._keep_band(epoch, forecasts)
            if isinstance(self.task, SeriesTask):
                errors = np.array([self.task.rmse(forecast) for forecast in forecasts])
                if self._is_series:  # its loss, of which the forecast says all
                    losses = [*(errors[1:] / self.task.std) ** 2]
        if step is not None:
            held_out = finite([step.validation_loss, *losses])
            if len(held_out):
                row = (epoch, held_out.min(), float(np.median(held_out)), held_out.max())
                self._losses.append(row)
            errors = held_out if errors is None else errors
        if errors is not None:
            self._errors[epoch] = finite(errors)

    def _keep_band(self, epoch: int, forecasts: Tensor) -> None:
        forecasts = forecasts[forecasts.isfinite().all(1)]
        if not len(forecasts):
            return
        self._bands[epoch] = band = forecasts.amin(0), forecasts.amax(0)
        if 2 * band[0].nbytes * len(self._bands) > MOST_BYTES:
            self._bands = {e: self._bands[e] for e in [*self._bands][::2]} | {epoch: band}

    def _forecasts(self) -> Tensor:
        """Return what the picture shows of each run, (R, held out), the one that is shown first."""
        assert self._stack is not None  # it has been made
        stack, others = self._stack, []
        task: Any = self.task
        if self._is_series and stack.going:  # all at once
            predictions = stack.network.predict(task.scaled[None, :-1])  # (R, 1, N - 1, 1)
            others = task.to_forecast(predictions[:, 0])  # (R, held out)
        else:
            others = [task.answers(stack.models[k])[0] for k in stack.going]
        return torch.stack([task.answers(self.model)[0], *others])

    @property
    def losses(self) -> Any:
        """Epochs, and at each the lowest, median and highest held-out loss, (4, epochs) or None."""
        return np.array(self._losses).T if self._losses else None

    def spread(self, epoch: int) -> Spread:
        """Return what the picture of the task shows of an epoch."""
        errors, title, legend = self._errors.get(epoch, ()), "", ""
        if len(errors) and isinstance(self.task, SeriesTask):
            low, high = short(min(errors)), short(max(errors))
            title = say("{count} seeds: {low} to {high}", count=len(errors), low=low, high=high)
        if self.count > 1 and not self.why and self.task.picture == "forecast":
            # from the first picture on: a legend that grows would move what is below it
            text = (
                "Pale band: what all {count} seeds predicted at the end of an epoch, from the "
                "lowest to the highest."
            )
            legend = say(text, count=self.count)
        return Spread(self._bands.get(epoch), title, legend)

    def words(self, epoch: int) -> str:
        """Return in a sentence how far the runs lie apart at the end of an epoch, or why not."""
        return sentences(self._range(epoch), self.why)

    def _range(self, epoch: int) -> str:
        errors = self._errors.get(epoch)
        if errors is None:
            return ""
        if not len(errors):
            return say("All {count} seeds have diverged.", count=self.count)
        some, unit = len(errors) < self.count, ""
        text = SOME_LOSSES if some else LOSSES
        if isinstance(self.task, SeriesTask):
            text, unit = SOME_ERRORS if some else ERRORS, f" {self.task.unit}".rstrip()
        return say(
            text, count=self.count, those=len(errors), epoch=epoch, unit=unit,
            median=short(float(np.median(errors))), low=short(min(errors)), high=short(max(errors)),
        )  # fmt: skip


def finite(values: Any) -> Any:
    """Return those of some values (N,) that are numbers."""
    array = np.array(values, dtype=float)
    return array[np.isfinite(array)]
