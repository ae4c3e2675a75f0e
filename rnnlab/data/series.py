"""Series: one or several measured values at each time; and what a series must be."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rnnlab.base.checks import check_tensor
from rnnlab.base.say import say
from rnnlab.base.showable import NAME, showable


@dataclass(frozen=True)
class Series:
    """A measured series: one value at each time, or several, in columns.

    Example:
        rain = rnnlab.Series("Rain", times, values, "mm", "day", columns=("rain", "pressure"))

    Attributes:
        name: what is measured, as a title.
        times: (N,) where each value stands on the time axis (years, or counts).
        values: (N,), or (N, D) for D columns; with gaps filled.
        unit: of the values; of several columns, that of the one which is predicted.
        time_unit: what lies between two values, in the singular ("year", "month", "step").
        note: what was done to the data, in a sentence; empty if nothing.
        columns: (D,) their names; empty if they have none.
    """

    name: str
    times: tuple[float, ...]
    values: Tensor
    unit: str
    time_unit: str
    note: str = ""
    columns: tuple[str, ...] = ()


def check_series(series: Series) -> None:
    """Refuse what is no series with finite values (N,) or (N, D) and a time for each."""
    if not isinstance(series, Series):
        raise TypeError(f"series is {type(series).__name__}; expected a rnnlab.Series")
    check_tensor("values", series.values)
    shape, times = tuple(series.values.shape), len(series.times)
    name = showable(series.name, NAME)
    if len(shape) not in (1, 2) or shape[0] != times or 0 in shape[1:]:
        raise ValueError(
            f"the values of {name} have shape {shape} and there are {times} times; "
            "expected as many values (N,) as times, or as many rows (N, D)"
        )
    names, count = series.columns, [*shape, 1][1]
    if names and (len(names) != count or len({*names}) != count):
        text = "the columns of {name} are {names}; expected {count} different names, or none"
        raise ValueError(
            say(text, name=showable(series.name, NAME), names=", ".join(names), count=count)
        )
    check_values(series.values.reshape(times, count), series.times)


def find_column(series: Series, column: int | str) -> int:
    """Return the number of a column, from 0, that is given by its name or its number.

    Raises:
        ValueError: if there is none, with those that there are.
    """
    count = 1 if series.values.dim() == 1 else series.values.shape[1]
    known = [*range(count), *series.columns]
    if isinstance(column, bool) or column not in known:
        text = "column is {column!r}; {name} has the columns {known}"
        shown = ", ".join(map(repr, known))
        raise ValueError(say(text, column=column, name=showable(series.name, NAME), known=shown))
    return known.index(column) % count


def check_values(series: Tensor, times: Sequence[float] | None = None) -> None:
    """Refuse values that are none, not (N, D), or not finite."""
    check_tensor("series", series)
    if series.dim() != 2:
        raise ValueError(
            f"the series has shape {tuple(series.shape)}; expected (time, features): "
            "add the feature axis with series.unsqueeze(-1)"
        )
    if len(series) == 0:
        raise ValueError("the series is empty; expected at least one value")
    check_all_finite("the series", series, times)


def check_all_finite(name: str, values: Tensor, times: Sequence[float] | None = None) -> None:
    """Refuse values that are not finite, and say where the first one stands."""
    bad = (~torch.isfinite(values)).nonzero()
    if len(bad):
        where = bad[0].tolist()
        at = f" (time {times[where[0]]:g})" if times is not None else ""
        text = (
            "{bad} of {count} values of {name} are not finite numbers; the first is {value} at "
            "index {where}{at}: fill or drop them"
        )
        count, value = values.numel(), values[tuple(where)].item()
        raise ValueError(
            say(text, bad=len(bad), count=count, name=name, value=value, where=where, at=at)
        )
