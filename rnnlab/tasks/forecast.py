"""SeriesTask: predict the next value of a measured series, at every time step."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from rnnlab.base.checks import check_count, check_fraction, check_policy
from rnnlab.base.modes import evaluating
from rnnlab.base.say import say, short, translated
from rnnlab.base.showable import NAME, UNIT, showable
from rnnlab.data.batches import Batches, Streams, windows
from rnnlab.data.series import Series, check_series, find_column
from rnnlab.data.shipped import load_co2, load_sunspots, make_sine
from rnnlab.loop.batch import call
from rnnlab.model.sequence_model import SequenceModel
from rnnlab.tasks.common import (
    ValidationData,
    choose_batch_size,
    loss_on,
    predict,
    shuffled_batches,
)

WORDS = {  # names and units of series that have a translation
    "Sunspots": "Sunspots",
    "Noisy sine": "Noisy sine",  # not said: the key
    "sunspots": "sunspots",
    "year": "year",
    "quarter": "quarter",
    "month": "month",
    "week": "week",
    "day": "day",
    "business day": "business day",  # not said: the key
    "hour": "hour",
    "minute": "minute",
    "step": "step",
}
ORDER = 9  # of the autoregression that forecasts are compared with


class SeriesTask:
    """Predict the next value of a series, at every time step.

    The first part of the series is for training, the last part is held out; mean and standard
    deviation are those of the training part. With `changes=True` the model sees and predicts the
    change from one value to the next, which suits a series that grows.

    Of a series with several columns the model reads all, each scaled by its own mean and standard
    deviation, and predicts one. What the others will be it does not say: there is no free-running
    forecast then, and a lab leaves it out.

    Example:
        task = rnnlab.SeriesTask(weather, column="rain")  # values (N, D)
        model = rnnlab.SequenceModel(task.input_size, 32, task.output_size)  # D -> 1

    Attributes:
        series: the measured `Series`; split: index of the first held-out value.
        title, unit, time_unit: those of the series, as they are shown.
        column: the number of the column that is predicted, from 0; values: its values, (N,).
        held_out_times, held_out_values: from there on, the values in the series' unit, (held out,).
        mean, std: of the predicted column's training part, in the series' unit.
        scaled: (N, D) what the model reads; with `changes`, (N - 1, D).
        input_size: D; output_size: 1.
        runs_free: whether there is a free-running forecast.

    Args:
        series: what to predict.
        name: the task's name.
        held_out: fraction of the values at the end that is never trained on.
        window: time steps in a training example.
        changes: read and predict changes instead of values, in every column.
        column: which one of several is predicted, by its name or its number from 0.

    Raises:
        ValueError: for NaN in the series (with its time), a training part shorter than a window or
            than ten values, a fraction that is not between 0 and 1, a column that never changes or
            is not there.
    """

    loss_fn = "mse"
    picture = "forecast"
    output_size = 1

    def __init__(
        self,
        series: Series,
        name: str = "series",
        *,
        held_out: float = 0.2,
        window: int = 24,
        changes: bool = False,
        column: int | str = 0,
    ) -> None:
        check_series(series)
        self.column = find_column(series, column)
        held_out = check_fraction("held_out", held_out)
        window = check_count("window", window)
        self.name, self.series = name, series
        self.title = showable(_known(series.name), NAME)
        self.unit = showable(_known(series.unit), UNIT)
        self.time_unit = showable(_known(series.time_unit), UNIT)
        self.window, self.changes = window, changes
        columns = series.values.reshape(len(series.times), -1)  # (N,) or (N, D) -> (N, D)
        self.input_size = columns.shape[1]
        self.runs_free = self.input_size == 1
        self.values = columns[:, self.column]
        self.split = len(columns) - int(held_out * len(columns))
        if self.split == len(columns):
            text = (
                "held_out is {held_out!r} of {count} values, which is none: hold out a larger "
                "fraction"
            )
            raise ValueError(say(text, held_out=held_out, count=len(columns)))
        self.held_out_times, self.held_out_values = (
            series.times[self.split :],
            self.values[self.split :],
        )
        self._before = self.values[self.split - 1 : -1]  # the value before each held-out one
        signal = columns.diff(dim=0) if changes else columns
        self._first = self.split - changes  # index in `signal` of the first held-out target
        if self._first <= window:
            text = (
                "the training part has {count} values; a window of {window} and its target need "
                "at least {least}: give a longer series, or a shorter window=..."
            )
            raise ValueError(say(text, count=self._first, window=window, least=window + 1))
        if self._first <= ORDER:
            text = (
                "the training part has {count} values; the linear formula of the last nine, with "
                "which a forecast is compared, needs at least {least}: give a longer series"
            )
            raise ValueError(say(text, count=self._first, least=ORDER + 1))
        scales = [self._scale(signal[: self._first, k], k) for k in range(self.input_size)]
        self.mean, self.std = scales[self.column]
        means, stds = torch.tensor(scales, dtype=signal.dtype).unbind(1)
        self.scaled = (signal - means) / stds

    def _scale(self, training: Tensor, column: int) -> tuple[float, float]:
        """Return mean and standard deviation of a column's training part, (training,)."""
        training = training.contiguous()  # summed up in the order of a series that stands alone
        mean, std = training.mean().item(), training.std().item()
        if std == 0:
            name = self.title
            if self.input_size == 1:
                text = "the training part of {name} never changes: nothing to learn"
                raise ValueError(say(text, name=name))
            which = self.series.columns[column] if self.series.columns else column
            text = "column {which!r} of {name} never changes in the training part: leave it out"
            raise ValueError(say(text, which=which, name=name))
        return mean, std

    def _predicted(self, values: Tensor) -> Tensor:
        """Return of values (..., D) the column that is predicted, (..., 1)."""
        return values[..., self.column : self.column + 1]

    def batches(
        self, hidden_state: str = "reset", batch_size: int | None = None, seed: int = 0
    ) -> Batches | Streams:
        """Return training batches that suit the policy for the hidden state.

        "reset": shuffled windows, 32 a batch. "carry": 4 contiguous streams, in as many batches
        an epoch as the windows would give.
        """
        training = self.scaled[: self._first]
        if check_policy(hidden_state) == "reset":
            inputs, targets = windows(training, self.window)
            return shuffled_batches(inputs, self._predicted(targets), batch_size, seed)
        rows = choose_batch_size(batch_size, 4)
        updates = -(-(len(training) - self.window) // 32)
        length = max(1, math.ceil((len(training) - 1) // rows / updates))
        return Streams(training[:-1], self._predicted(training[1:]), rows, length)

    def one_step_ahead(self, model: nn.Module) -> Tensor:
        """Return the prediction of each held-out value from all values before it, (held out,)."""
        predictions = predict(model, self.scaled[None, :-1])  # (1, N - 1, D) -> (1, N - 1, 1)
        return self.to_forecast(predictions[0])

    def to_forecast(self, predictions: Tensor) -> Tensor:
        """Return of predictions (..., N - 1, 1) for `scaled` the held-out part, (..., held out).

        In the series' unit, as `one_step_ahead` returns that of a model.
        """
        return self._in_unit(predictions[..., self._first - 1 :, 0])

    def _in_unit(self, ahead: Tensor) -> Tensor:
        """Return scaled predictions one step ahead, (..., held out), in the series' unit."""
        values = ahead.double() * self.std + self.mean
        return values + self._before if self.changes else values

    def free_running(self, model: nn.Module) -> Tensor:
        """Return a forecast of the held-out part that reads its own predictions, (held out,).

        Raises:
            ValueError: for a series of several columns, and for a model without a state.
        """
        if not self.runs_free:
            text = (
                "a free-running forecast reads its own predictions, and of the {count} columns of "
                "{name} only one is predicted: use one_step_ahead"
            )
            raise ValueError(say(text, count=self.input_size, name=self.title))
        with evaluating(model) as device:
            predictions, state = call(model, self.scaled[None, : self._first].to(device))
            if state is None:
                text = "a free-running forecast needs a model that returns (predictions, state)"
                raise ValueError(say(text))
            forecast = [predictions[:, -1]]  # (1, T, 1) -> (1, 1)
            for _ in range(len(self.held_out_values) - 1):
                if isinstance(model, SequenceModel):
                    prediction, state = model.one_step(forecast[-1], state)
                else:
                    predictions, state = call(model, forecast[-1].unsqueeze(1), state)
                    prediction = predictions[:, -1]
                forecast.append(prediction)
        values = torch.cat(forecast)[:, 0].cpu().double() * self.std + self.mean
        return self._before[0] + values.cumsum(0) if self.changes else values

    def validation_loss(self, model: nn.Module) -> float:
        """Return the mean squared error on the held-out part, scaled as the training loss is."""
        return loss_on(self.validation_data(), model, self.loss_fn)

    def validation_data(self) -> ValidationData:
        """Return the held-out part, read as a whole.

        The state is warmed up on the training part first, as a forecaster's would be.
        """
        held_out = self.scaled[None, self._first - 1 :]
        batch = (held_out[:, :-1], self._predicted(held_out[:, 1:]))
        return ValidationData([batch], self.scaled[None, : self._first - 1])

    def rmse(self, predictions: Tensor) -> float:
        """Return the root mean squared error of predictions of the held-out values."""
        return (predictions.double() - self.held_out_values.double()).square().mean().sqrt().item()

    def baselines(self) -> dict[str, float]:
        """Return the one-step RMSE of two simple forecasters on the held-out values.

        "persistence" says that the next value equals the last; "AR(9)" is the least-squares
        linear function of the last nine (scaled) values of the predicted column, fitted to the
        training part.
        """
        rivals = {"persistence": self._before, "AR(9)": self._autoregression(ORDER)}
        return {name: self.rmse(forecast) for name, forecast in rivals.items()}

    def _autoregression(self, order: int) -> Tensor:
        signal = self.scaled[:, self.column].double()
        past, following = windows(signal.unsqueeze(-1), order)
        rows = torch.cat([past[:, :, 0], torch.ones(len(past), 1, dtype=torch.float64)], dim=1)
        known = self._first - order  # rows whose following value is in the training part
        weights = torch.linalg.lstsq(rows[:known], following[:known, -1]).solution
        return self._in_unit((rows[known:] @ weights)[:, 0])

    @property
    def about(self) -> str:
        """What is predicted, in one line."""
        series = self.series
        if series.time_unit == "step":
            return say("a number at each of {count} steps", count=len(series.times))
        first = int(series.times[0])
        return say("a number for each {unit} since {first}", unit=self.time_unit, first=first)

    def answers(self, model: nn.Module) -> tuple[Tensor]:
        """Return what the task's picture shows of a model: its one-step-ahead forecast."""
        return (self.one_step_ahead(model),)

    def result(self, one_step_ahead: Tensor, *_: Any) -> tuple[str, str]:
        """Return how far off a forecast typically is, and what it compares with."""
        persistence = self.rmse(self._before)
        off = say("typically off by {error}", error=short(self.rmse(one_step_ahead)))
        unit = self.time_unit
        return off, say("'as the {unit} before': {error}", unit=unit, error=short(persistence))

    def words(self, model: nn.Module) -> str:
        """Return how a model does on the held-out part, in a sentence or two."""
        rmse, baselines = self.rmse(self.one_step_ahead(model)), self.baselines()
        better = 1 - rmse / baselines["persistence"]
        verdict = "far more than persistence"
        if better > -1:
            verdict = "{percent:.0%} more than persistence"
        if better > 0:
            verdict = "{percent:.0%} less than persistence"
        verdict = say(verdict, percent=abs(better))
        persistence, formula = short(baselines["persistence"]), short(baselines["AR(9)"])
        text = "persistence {persistence}, AR(9) {formula}"
        beside = say(text, persistence=persistence, formula=formula)
        unit = f" {self.unit}" if self.unit else ""
        alone = ""
        if self.runs_free:
            error = short(self.rmse(self.free_running(model)))
            alone = say("; free-running, on its own predictions, {error}", error=error)
        return say(
            "{title}: the network is typically off by {rmse}{unit} on the {count} {time_unit}s "
            "that it has never seen; saying 'as the {time_unit} before' is off by {persistence}, a "
            "straight-line formula of the last nine {time_unit}s by {formula}.\n"
            "RMSE {rmse} one {time_unit} ahead, {verdict} ({beside}){alone}. {note}",
            title=self.title, rmse=short(rmse), unit=unit, count=len(self.held_out_values),
            time_unit=self.time_unit, persistence=persistence, formula=formula, verdict=verdict,
            beside=beside, alone=alone, note=self.series.note,
        ).strip()  # fmt: skip

    def __repr__(self) -> str:
        """Say what is trained on and what is held out."""
        times, unit = self.series.times, self.time_unit
        text = (
            "SeriesTask({name!r}: {count} {unit}s to train on from {first:g}, {held_out} held out "
            "from {start:g})"
        )
        if not self.runs_free:
            text = (
                "SeriesTask({name!r}: column {column!r} of {columns}, {count} {unit}s to train on "
                "from {first:g}, {held_out} held out from {start:g})"
            )
        column = self.series.columns[self.column] if self.series.columns else self.column
        return say(
            text, name=self.name, column=column, columns=self.input_size, count=self.split,
            unit=unit, first=times[0], held_out=len(times) - self.split, start=times[self.split],
        )  # fmt: skip


def _known(word: str) -> str:
    """Return a name or unit of a series as it is shown."""
    return translated(WORDS[word]) if word in WORDS else word


def _sine(
    length: int = 400, period: float = 25.0, noise: float = 0.1, seed: int = 0, **options: Any
) -> SeriesTask:
    return SeriesTask(make_sine(length, period, noise, seed), "sine", **options)


TASKS = {
    "sunspots": lambda **options: SeriesTask(load_sunspots(), "sunspots", **options),
    "co2": lambda **options: SeriesTask(load_co2(), "co2", **{"changes": True, **options}),
    "sine": _sine,
}
