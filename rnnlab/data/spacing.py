"""How far apart the times of a series are: evenly, with gaps, or as they come."""

import calendar
import itertools
import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

ROUNDED = 0.05  # of a step: times such as 1958.2083 and 1958.2917 are rounded
BUSINESS_DAY = "business day"
_UNITS_IN_MONTHS = {1: "month", 3: "quarter", 12: "year"}
_UNITS = {
    timedelta(**{f"{unit}s": 1}): unit for unit in ("week", "day", "hour", "minute", "second")
}


class Spacing(NamedTuple):
    """The steps of times.

    Attributes:
        unit: what lies between two values ("month", "business day"); "step" if it has no name.
        places: (N,) where each time stands on an even grid, from 0: 0, 1, 2, ... without gaps.
            None if the times lie on no grid.
        uneven: (at most N - 1,) the numbers, from 0, of the times after which a step is not the
            usual one.
    """

    unit: str
    places: tuple[int, ...] | None
    uneven: tuple[int, ...] = ()

    @property
    def missing(self) -> int:
        """How many times of the grid are not there."""
        return self.places[-1] + 1 - len(self.places) if self.places else 0


def of_dates(dates: Sequence[datetime]) -> Spacing:
    """Return the steps of dates that increase: in months, or else in days and their parts."""
    if len(dates) == 1:
        return Spacing("step", (0,))
    between = [later - earlier for earlier, later in itertools.pairwise(dates)]
    usual = Counter(between).most_common(1)[0][0]
    months = [12 * date.year + date.month for date in dates]
    steps = [later - earlier for earlier, later in itertools.pairwise(months)]
    by_months = min(steps) > 0 and ({*steps} == {steps[0]} or _same_day(dates))
    if len({*between}) > 1 and by_months:
        of_months = Counter(steps).most_common(1)[0][0]
        unit = _UNITS_IN_MONTHS.get(of_months, "step")
        return _spacing(unit, [step / of_months for step in steps])
    unit = _UNITS.get(usual) or _UNITS_IN_MONTHS.get(steps[0] if by_months else 0, "step")
    if unit == "day" and len(dates) > 5 and all(date.weekday() < 5 for date in dates):
        days = np.array([date.date() for date in dates], "datetime64[D]")
        return _spacing(BUSINESS_DAY, np.busday_count(days[:-1], days[1:]).tolist())
    return _spacing(unit, [step / usual for step in between])


def of_numbers(times: Sequence[float]) -> Spacing:
    """Return the steps of numbers that increase; integers from 1000 to 2999 are years."""
    if len(times) == 1:
        return Spacing("step", (0,))
    with np.errstate(all="ignore"):  # of times such as 1e300
        steps = np.diff(np.asarray(times))
        usual = float(np.median(steps))
        ratios = (steps / usual).tolist()
    integers = all(time.is_integer() for time in times)
    years = integers and usual == 1 and times[0] >= 1000 and times[-1] < 3000
    return _spacing("year" if years else "step", ratios)


def filled_dates(dates: Sequence[datetime], places: Sequence[int]) -> list[datetime]:
    """Return a date for each place of a grid on which some are given."""
    known = dict(zip(places, dates, strict=True))
    first, second = next((a, b) for a, b in itertools.pairwise(places) if b - a == 1)
    step = known[second] - known[first]
    months = 12 * (known[second].year - known[first].year)
    months += known[second].month - known[first].month
    by_months = months > 0 and _same_day(dates)
    grid: list[datetime] = []
    for place in range(places[-1] + 1):
        if place in known:
            grid.append(known[place])
        else:
            grid.append(_later(grid[-1], months, dates) if by_months else grid[-1] + step)
    return grid


def _same_day(dates: Sequence[datetime]) -> bool:
    """Return whether all dates stand on one day of their month, as its last, at one hour."""
    if len({date.time() for date in dates}) > 1:
        return False
    return len({date.day for date in dates}) == 1 or all(map(_is_last, dates))


def _is_last(date: datetime) -> bool:
    return date.day == calendar.monthrange(date.year, date.month)[1]


def _later(date: datetime, months: int, dates: Sequence[datetime]) -> datetime:
    """Return the date so many months later, on the day of the month on which all stand."""
    years, month = divmod(date.month - 1 + months, 12)
    last = calendar.monthrange(date.year + years, month + 1)[1]
    day = last if all(map(_is_last, dates)) else min(date.day, last)
    return date.replace(year=date.year + years, month=month + 1, day=day)


def _spacing(unit: str, ratios: Sequence[float]) -> Spacing:
    """Return the spacing of times whose steps are given in usual ones."""
    uneven = tuple(k for k, ratio in enumerate(ratios) if abs(ratio - 1) > ROUNDED)
    if not all(map(math.isfinite, ratios)) or 2 * len(uneven) > len(ratios):
        return Spacing("step", None, uneven or (0,))
    whole = [round(ratio) for ratio in ratios]
    on_grid = all(
        near > 0 and abs(ratio - near) <= ROUNDED for ratio, near in zip(ratios, whole, strict=True)
    )
    if not on_grid:
        return Spacing("step", None, uneven)
    return Spacing(unit, (0, *itertools.accumulate(whole)), uneven)
