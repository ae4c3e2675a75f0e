"""The times of a series: dates or numbers, in their order, and what is to be said of them."""

import itertools
import math
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from rnnlab.base import tables
from rnnlab.base.say import say
from rnnlab.base.tables import TableError, shown
from rnnlab.data import spacing
from rnnlab.data.columns import Cell, Columns
from rnnlab.data.numbers import readings
from rnnlab.data.parsing import MARKS, parse_number
from rnnlab.data.spacing import BUSINESS_DAY, Spacing
from rnnlab.data.times import FORMATS, MONTH_DAY, SEASON, YEARMONTH, as_year, parse_date

_MISSING = {  # by what lies between two times
    "step": "{missing} of {total} times",
    "year": "{missing} of {total} years",
    "quarter": "{missing} of {total} quarters",
    "month": "{missing} of {total} months",
    "week": "{missing} of {total} weeks",
    "day": "{missing} of {total} days",
    BUSINESS_DAY: "{missing} of {total} business days",
    "hour": "{missing} of {total} hours",
    "minute": "{missing} of {total} minutes",
    "second": "{missing} of {total} seconds",
}
_ORDER = {
    "sort": "{where}: {held} is not later than {before} in the row above; times must increase: "
    "sort the rows by time",
    "sort_or_other": "{where}: {held} is not later than {before} in the row above; times must "
    "increase: sort the rows by time, or choose another column of times, such as time={other!r}",
    "ages": "{where}: {held} is not later than {before} in the row above; times must increase: "
    "sort the rows by time, or, if they are in order, time=False counts the values 0, 1, 2, ...",
    "same": "{where}: {held} is not later than {before} in the row above; times must increase: "
    "keep one of each time, or time=False counts the values 0, 1, 2, ...",
    "same_or_other": "{where}: {held} is not later than {before} in the row above; times must "
    "increase: keep one of each time, choose another column of times, such as time={other!r}, or "
    "time=False counts the values 0, 1, 2, ...",
}


class Timeline(NamedTuple):
    """The times of a series.

    Attributes:
        times: (N,) in years for dates, or as the numbers that they are; they increase.
        unit: what lies between two of them.
        newest_first: whether the rows run backwards in time.
        places: (rows,) where each row stands among times of which missing ones were filled; None
            if none was.
        said: what the learner has to be told, in sentences for a warning.
        notes: what was done, in sentences for the note.
    """

    times: tuple[float, ...]
    unit: str
    newest_first: bool
    places: Sequence[int] | None
    said: tuple[str, ...]
    notes: tuple[str, ...]


def formats_of(cells: Sequence[Cell]) -> list[str]:
    """Return the formats that the first of the times may have; none for numbers."""
    if not cells:
        return []
    formats = [name for name in FORMATS if parse_date(cells[0].text, name)]
    if formats == [YEARMONTH]:  # or numbers of six digits, of which some do not end in 01 to 12
        return formats if all(parse_date(cell.text, YEARMONTH) for cell in cells) else []
    return formats if formats != [MONTH_DAY] else []


def make(
    columns: Columns,
    cells: list[Cell],
    formats: list[str],
    numbers: Sequence[float],
    read: Sequence[int],
    fill_gaps: bool,
) -> Timeline:
    """Return the times in their order, each later than the one before.

    Args:
        columns: of the table.
        cells: of the times; none for times that are counted.
        formats: that these may have; none for numbers.
        numbers: that they are if there is no format.
        read: the columns of the values.
        fill_gaps: whether times that are missing from an even sequence are filled in.
    """
    if not cells:
        return Timeline(tuple(map(float, range(len(columns.rows)))), "step", False, None, (), ())
    used, dates, said = _dates(columns, cells, formats) if formats else ("", [], [])
    times = [as_year(date, used) for date in dates] or [*map(float, numbers)]
    newest_first = (bool(dates) or _are_years(times)) and _increase(times[::-1])
    if newest_first:
        cells, dates, times = cells[::-1], dates[::-1], times[::-1]
        text = "The rows run from the newest to the oldest and are read the other way round."
        said = [*said, say(text)]
    _check_order(columns, cells, times, read)
    if "yy" in used:
        text = "Years of two digits are taken for those from {first} to {last}."
        said = [*said, say(text, first=dates[0].year, last=dates[-1].year)]
    apart = spacing.of_dates(dates) if dates else spacing.of_numbers(times)
    line = Timeline(tuple(times), apart.unit, newest_first, None, tuple(said), tuple(said))
    if not apart.uneven:
        if apart.unit != BUSINESS_DAY:
            return line
        text = "The times are business days: weekends are left out, as if Monday followed Friday."
        return line._replace(notes=(*said, say(text)))
    return _with_gaps(line, apart, cells, dates, used, fill_gaps)


def _with_gaps(
    line: Timeline,
    apart: Spacing,
    cells: list[Cell],
    dates: list[datetime],
    used: str,
    fill_gaps: bool,
) -> Timeline:
    """Return times that are not evenly spaced with the missing ones filled, or with a warning."""
    cell = cells[apart.uneven[0]]
    first = {"time": shown(cell.text), "row": cell.row}
    total = len(cells) + apart.missing
    what = say(_MISSING[apart.unit], missing=apart.missing, total=total)
    if apart.unit == BUSINESS_DAY:
        text = (
            "The times are business days: weekends are left out, as if Monday followed Friday. "
            "Of these, {what} are missing, the first after {time} (row {row})."
        )
        return line._replace(notes=(*line.notes, say(text, what=what, **first)))
    if apart.places is None or total > tables.MOST_ROWS:
        text = (
            "The times are not evenly spaced: {count} of {steps} steps are longer or shorter than "
            "the usual one, the first after {time} (row {row}). Each value is taken as one step "
            "after the one above it."
        )
        gaps = say(text, count=len(apart.uneven), steps=len(cells) - 1, **first)
        return line._replace(unit="step", said=(*line.said, gaps), notes=(*line.notes, gaps))
    if fill_gaps:
        text = (
            "{what} are not in the file, the first after {time} (row {row}), and are filled by a "
            "straight line."
        )
        gaps = say(text, what=what, **first)
        if dates:
            filled = [as_year(date, used) for date in spacing.filled_dates(dates, apart.places)]
        else:
            filled = np.interp(range(total), apart.places, line.times).tolist()
        return line._replace(times=tuple(filled), places=apart.places, notes=(*line.notes, gaps))
    text = (
        "{what} are missing, the first after {time} (row {row}): the values before and after are "
        "taken as one step apart."
    )
    gaps = say(text, what=what, **first)
    text = "{gaps} To fill the missing ones by a straight line, give fill_gaps=True."
    advice = say(text, gaps=gaps)
    return line._replace(unit="step", said=(*line.said, advice), notes=(*line.notes, gaps))


def _dates(
    columns: Columns, cells: list[Cell], formats: list[str]
) -> tuple[str, list[datetime], list[str]]:
    """Return the format of dates, these, and what is to be said of how that was found."""
    by_format = readings(cells, parse_date, formats)
    used, dates = next(iter(by_format.items()))
    if len(dates) < len(cells):
        text = (
            "{where}: {held} is not a time like {first}, on a day that exists: correct it, or "
            "time=False counts the values 0, 1, 2, ..."
        )
        first = shown(cells[0].text)
        raise TableError(say(text, **columns.at(cells[len(dates)]), first=first))
    other = next((name for name, found in by_format.items() if found != dates), None)
    if other is None and used != MONTH_DAY:
        return used, dates, []
    even = [name for name, found in by_format.items() if _are_even(found)]
    even = [SEASON] if SEASON in even else even  # no table has a row every 13 months
    if len(even) == 1 and even != [MONTH_DAY]:
        text = "The times are read as {format}: only so are they evenly spaced."
        return even[0], by_format[even[0]], [say(text, format=even[0])]
    text = (
        "{where}: {held} may be {used} or {other}, and no time of the column shows which: write "
        "times as year-month-day, or time=False counts the values 0, 1, 2, ..."
    )
    if other is None:
        text = (
            "{where}: {held} may be {used} or another, and no time of the column shows which: "
            "write times as year-month-day, or time=False counts the values 0, 1, 2, ..."
        )
    raise TableError(say(text, **columns.at(cells[0]), used=used, other=other))


def _are_even(dates: list[datetime]) -> bool:
    """Return whether dates, three at least, are evenly spaced, in one order or the other."""
    ordered = dates if dates[-1] > dates[0] else dates[::-1]
    if len(dates) < 3 or not all(a < b for a, b in itertools.pairwise(ordered)):
        return False
    return not spacing.of_dates(ordered).uneven


def _increase(times: Sequence[float]) -> bool:
    return len(times) > 1 and all(a < b for a, b in itertools.pairwise(times))


def _are_years(times: Sequence[float]) -> bool:
    """Return whether numbers are years AD that a table may list: ages run backwards, too."""
    return all(time.is_integer() and 1500 <= time <= 2100 for time in times)


def _check_order(
    columns: Columns, cells: list[Cell], times: Sequence[float], read: Sequence[int]
) -> None:
    of_cells = list(zip(cells, times, strict=True))
    for cell, time in of_cells:
        if math.isinf(time):
            text = "{where}: {held} is too large for a time: correct it"
            raise TableError(say(text, **columns.at(cell)))
    for (before, early), (cell, late) in itertools.pairwise(of_cells):
        if late > early:
            continue
        other = _other(columns, [cell.column, *read])
        given = {**columns.at(cell), "before": shown(before.text), "other": other}
        raise TableError(say(_ORDER[_disorder(late == early, times, other)], **given))


def _disorder(same: bool, times: Sequence[float], other: object) -> str:
    """Return which of the sentences about the order fits."""
    if same:
        return "same" if other is None else "same_or_other"
    if _increase(times[::-1]):  # ages, for which the rows may well be in their order
        return "ages"
    return "sort" if other is None else "sort_or_other"


def _other(columns: Columns, taken: Sequence[int]) -> str | int | None:
    """Return the name or number of the one other column of numbers that increase, if any."""
    found = []
    for column in columns.numbers:
        texts = [cell.text for cell in columns.cells(column)]
        for mark in MARKS:
            numbers = [n for text in texts if (n := parse_number(text, mark)) is not None]
            if column not in taken and len(numbers) == len(texts) and _increase(numbers):
                found.append(column)
    if len({*found}) != 1:
        return None
    return columns.titles[found[0] - 1] or found[0]
