"""The times of a series: dates or numbers, in their order, and what is to be said of them."""

import itertools
import math
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from rnnlab.base import tables
from rnnlab.base.say import say
from rnnlab.base.tables import shown
from rnnlab.data import spacing
from rnnlab.data.columns import Cell, Columns
from rnnlab.data.numbers import COUNT, readings
from rnnlab.data.parsing import MARKS, parse_number
from rnnlab.data.spacing import BUSINESS_DAY, Spacing
from rnnlab.data.times import FORMATS, MONTH_DAY, SEASON, YEARMONTH, as_year, parse_date

BUSINESS = "The times are business days: weekends are left out, as if Monday followed Friday."


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
    if formats == [YEARMONTH]:  # or numbers of six digits, of which 12 would not stand before 01
        months = [parse_date(cell.text, YEARMONTH) for cell in cells]
        years = {month and month.year for month in months}
        return formats if len(years) > 1 and None not in years else []
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
        said = [
            *said,
            "The rows run from the newest to the oldest and are read the other way round.",
        ]
    _check_order(columns, cells, times, read)
    if "yy" in used:
        text = "Years of two digits are taken for those from {first} to {last}."
        said = [*said, say(text, first=dates[0].year, last=dates[-1].year)]
    apart = spacing.of_dates(dates) if dates else spacing.of_numbers(times)
    line = Timeline(tuple(times), apart.unit, newest_first, None, tuple(said), tuple(said))
    if not apart.uneven:
        return line._replace(notes=(*said, BUSINESS)) if apart.unit == BUSINESS_DAY else line
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
    where = say("the first after {time} (row {row})", time=shown(cell.text), row=cell.row)
    total = len(cells) + apart.missing
    unit = "time" if apart.unit == "step" else apart.unit
    what = say("{missing} of {total} {unit}s", missing=apart.missing, total=total, unit=unit)
    if apart.unit == BUSINESS_DAY:
        text = "{business} Of these, {what} are missing, {where}."
        return line._replace(
            notes=(*line.notes, say(text, business=BUSINESS, what=what, where=where))
        )
    if apart.places is None or total > tables.MOST_ROWS:
        text = (
            "The times are not evenly spaced: {count} of {steps} steps are longer or shorter than "
            "the usual one, {where}. Each value is taken as one step after the one above it."
        )
        gaps = say(text, count=len(apart.uneven), steps=len(cells) - 1, where=where)
        return line._replace(unit="step", said=(*line.said, gaps), notes=(*line.notes, gaps))
    if fill_gaps:
        gaps = say("{what} are not in the file, {where}, and are filled by a straight line.",
                   what=what, where=where)  # fmt: skip
        filled = [as_year(date, used) for date in spacing.filled_dates(dates, apart.places)]
        filled = filled or np.interp(range(total), apart.places, line.times).tolist()
        return line._replace(times=tuple(filled), places=apart.places, notes=(*line.notes, gaps))
    text = "{what} are missing, {where}: the values before and after are taken as one step apart."
    gaps = say(text, what=what, where=where)
    advice = f"{gaps} To fill the missing ones by a straight line, give fill_gaps=True."
    return line._replace(unit="step", said=(*line.said, advice), notes=(*line.notes, gaps))


def _dates(
    columns: Columns, cells: list[Cell], formats: list[str]
) -> tuple[str, list[datetime], list[str]]:
    """Return the format of dates, these, and what is to be said of how that was found."""
    by_format = readings(cells, parse_date, formats)
    used, dates = next(iter(by_format.items()))
    if len(dates) < len(cells):
        raise columns.error(
            cells[len(dates)],
            f"is not a time like {shown(cells[0].text)}, on a day that exists: correct it, or "
            f"{COUNT}",
        )
    other = next((name for name, found in by_format.items() if found != dates), None)
    if other is None and used != MONTH_DAY:
        return used, dates, []
    even = [name for name, found in by_format.items() if _are_even(found)]
    even = [SEASON] if SEASON in even else even  # no table has a row every 13 months
    if len(even) == 1 and even != [MONTH_DAY]:
        text = "The times are read as {format}: only so are they evenly spaced."
        return even[0], by_format[even[0]], [say(text, format=even[0])]
    raise columns.error(
        cells[0],
        f"may be {used} or {other or 'another'}, and no time of the column shows which: write "
        f"times as year-month-day, or {COUNT}",
    )


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
            raise columns.error(cell, "is too large for a time: correct it")
    for (before, early), (cell, late) in itertools.pairwise(of_cells):
        if late > early:
            continue
        other = _other(columns, [cell.column, *read])
        remedy = f"sort the rows by time{', or ' if other else ''}{other}"
        if _increase(times[::-1]):  # ages, for which the rows may well be in their order
            remedy = f"sort the rows by time, or, if they are in order, {COUNT}"
        if late == early:
            remedy = f"keep one of each time, {other}{', ' if other else ''}or {COUNT}"
        raise columns.error(
            cell,
            f"is not later than {shown(before.text)} in the row above; times must increase: "
            f"{remedy}",
        )


def _other(columns: Columns, taken: Sequence[int]) -> str:
    """Return the advice to choose a column of numbers that increase, "" if there is not one."""
    found = []
    for column in columns.numbers:
        texts = [cell.text for cell in columns.cells(column)]
        for mark in MARKS:
            numbers = [parse_number(text, mark) for text in texts]
            if column not in taken and None not in numbers and _increase(numbers):  # type: ignore[arg-type]
                found.append(column)
    if len({*found}) != 1:
        return ""
    title = columns.titles[found[0] - 1]
    return f"choose another column of times, such as time={(title or found[0])!r}"
