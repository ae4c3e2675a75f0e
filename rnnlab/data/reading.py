"""read_series: a learner's own CSV file as a `Series`."""

import itertools
import math
import pathlib
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeVar

import numpy as np
import torch
from torch import Tensor

from rnnlab.base import tables
from rnnlab.base.tables import TableError, shown
from rnnlab.data import parsing
from rnnlab.data.columns import Cell, Columns, listed, read_columns
from rnnlab.data.series import Series

T = TypeVar("T")
COUNT = "time=False counts the values 0, 1, 2, ..."


def read_series(
    path: tables.Path,
    *,
    value: str | int | None = None,
    time: str | int | Literal[False] | None = None,
    inputs: Sequence[str | int] = (),
    name: str | None = None,
    unit: str = "",
    time_unit: str | None = None,
    decimal: str | None = None,
    fill_gaps: bool = False,
) -> Series:
    """Read a series from a CSV file, as spreadsheets write it.

    Example:
        rain = rnnlab.read_series("rain.csv", value="mm", unit="mm")
        rnnlab.TrainingLab(rnnlab.SeriesTask(rain))

    Separator (comma, semicolon, tab), encoding (UTF-8, UTF-16, Windows-1252), header and decimal
    mark are found from the file. The mark is the one with which all numbers can be read. Where
    both would do, as for 1.234 and 2.345, it is a point in a file with commas between its cells,
    and a comma in one with semicolons; other such files are refused until `decimal` is given.

    Calendar times become years with a fraction: the date 2024-07-02 is its first moment, 2024.5,
    and the month 1958-03 is its middle, 1958.208. Read are 2024, 2024-07, 2024-07-02, 2024/07/02,
    20240702, 2.7.2024, and 7/2/2024 or 2/7/2024 where the column shows which of the two it is. A
    time of day may follow, as 13:05 or 13:05:00. Other numbers are taken as they are.

    Args:
        path: of the file; at most 10 MB, 100,000 rows, 1,000 columns.
        value: the column of the values, by its name in the header or its number from 1; by default
            the only one of numbers, where the first of several columns does not count.
        time: the column of the times, likewise; by default the first one if it is not the value.
            Where that holds words, or with `time=False`, the values are counted 0, 1, 2, ...
        inputs: more columns that a network is to read beside the values, likewise.
        name: what is measured; by default the column's name, or the file's.
        unit: of the values.
        time_unit: what lies between two values, in the singular; by default found from calendar
            times ("year", "quarter", "month", "week", "day", "hour", "minute", "second"), else
            "step".
        decimal: what stands before the decimals, "." or ",".
        fill_gaps: fill missing values (an empty cell, NA, nan, null, -, ...) by a straight line
            over the rows between their neighbours, and say so in the note.

    Returns:
        A `Series` with values (N,) as float32; with `inputs` (N, D), the values first, and the
        names of the D columns.

    Raises:
        OSError: if there is no such file (FileNotFoundError) or it cannot be read.
        TableError: a ValueError of rnnlab.base.tables that says file, row and column, what stands
            there, what was expected and what to do. Rows are numbered as in a spreadsheet.
        ValueError, TypeError: for an argument that no file could satisfy.
    """
    if decimal not in (None, *parsing.MARKS):
        raise ValueError(f'decimal is {decimal!r}; expected "." or ","')
    if isinstance(inputs, str | int):
        raise TypeError(f"inputs is {inputs!r}; expected a list of columns, such as [{inputs!r}]")
    columns = read_columns(path, (value, time, *inputs))
    value_column, time_column = _choose(columns, value, time)
    read = [value_column, *_find_inputs(columns, inputs, (value_column, time_column))]
    time_cells, remark = _time_cells(columns, time_column, asked=time is not None)
    first = time_cells[0].text if time_cells else ""
    formats = [f for f in parsing.DATE_FORMATS if parsing.parse_date(first, f)]

    given = [cell for k in read for cell in columns.cells(k) if not parsing.is_missing(cell.text)]
    numbers = _numbers(columns, given, [] if formats else time_cells, decimal)
    by_cell = dict(zip(given, numbers, strict=False))
    values, notes = zip(*(_values(columns, k, by_cell, fill_gaps, read) for k in read), strict=True)
    if formats:
        times, between = _dates(columns, time_cells, formats)
    else:
        times, between = _plain_times(numbers[len(given) :] or range(len(columns.rows)))
    _check_times(columns, time_cells, times)
    return Series(
        name if name is not None else columns.titles[value_column - 1] or pathlib.Path(path).stem,
        tuple(times),
        torch.stack(values, dim=1) if inputs else values[0],
        unit,
        time_unit or between,
        " ".join(sentence for sentence in (*notes, remark) if sentence),
        tuple(columns.titles[k - 1] or f"column {k}" for k in read) if inputs else (),
    )


def _choose(
    columns: Columns, value: str | int | None, time: str | int | Literal[False] | None
) -> tuple[int, int | None]:
    """Return the columns of the values and of the times, None for times that are counted."""
    time_column = None if time is None or time is False else columns.find("time", time)
    if value is not None:
        value_column = columns.find("value", value)
    else:
        value_column = columns.value_column(time_column, counted=time is False)
    if value_column == time_column:
        raise TableError(
            f"{columns.file}: value and time are both {columns.words(value_column)}; expected two "
            f"columns: name another one, or {COUNT}"
        )
    if time is None and value_column != 1:
        time_column = 1
    return value_column, time_column


def _find_inputs(
    columns: Columns, inputs: Sequence[str | int], others: tuple[int | None, ...]
) -> list[int]:
    """Return the columns of the inputs, each once and none of the others, values and times."""
    found: list[int] = []
    for column in inputs:
        number = columns.find("inputs", column)
        if number in (*found, *others):
            raise TableError(
                f"{columns.file}: {columns.words(number)} is given twice, the second time in "
                "inputs; expected columns beside the values and the times: leave it out there"
            )
        found.append(number)
    return found


def _time_cells(columns: Columns, column: int | None, asked: bool) -> tuple[list[Cell], str]:
    """Return the cells of the times; none, and a remark on that, if there are only words."""
    if column is None:
        return [], ""
    cells = columns.cells(column)
    for cell in cells:
        if parsing.is_missing(cell.text):
            words = f"is no time; expected one in each row: write it, delete the row, or {COUNT}"
            raise columns.error(cell, words)
    if asked or parsing.looks_numeric(cells[0].text):
        return cells, ""
    return [], f"Values are counted, as {columns.words(column)} holds words, not times."


def _numbers(
    columns: Columns, given: list[Cell], times: list[Cell], decimal: str | None
) -> list[float]:
    """Return the numbers in cells, once it is clear what stands before the decimals."""
    cells = given + times
    by_mark = _readings(cells, parsing.parse_number, (decimal,) if decimal else parsing.MARKS)
    read = len(next(iter(by_mark.values())))
    if read < len(cells):
        wanted = " or ".join({".": "1.5", ",": "1,5"}[mark] for mark in by_mark)
        raise columns.error(cells[read], _refusal(columns, cells[read], wanted, times))
    readings = zip(cells, *by_mark.values(), strict=True)
    doubtful = [(cell, *numbers) for cell, *numbers in readings if len({*numbers}) > 1]
    if not doubtful:
        return next(iter(by_mark.values()))
    likely = {",": ".", ";": ","}.get(columns.separator)  # where commas separate, points are marks
    if likely and all(likely in cell.text for cell, *_ in doubtful):
        return by_mark[likely]
    cell, one, other = doubtful[0]
    raise columns.error(
        cell,
        f"may be {one:.15g} or {other:.15g}, and no number beside it shows which: give "
        'decimal="." or decimal=","',
    )


def _refusal(columns: Columns, cell: Cell, wanted: str, times: list[Cell]) -> str:
    """Return what is wrong with a cell that is no number where one has to be."""
    if cell in times[:1]:
        return (
            "is not a time; expected one such as 2024, 2024-07, 2024-07-02 or 2024-07-02 "
            "13:05, the year in four digits: correct it, choose a column with time=..., or "
            f"{COUNT}"
        )
    if cell in times:
        return f"is not a time like {shown(times[0].text)}: correct it, or {COUNT}"
    remedy = columns.remedy(cell.text) or "correct it, or empty the cell and give fill_gaps=True"
    return f"is not a number; expected one such as {wanted}: {remedy}"


def _values(
    columns: Columns, column: int, numbers: dict[Cell, float], fill_gaps: bool, read: list[int]
) -> tuple[Tensor, str]:
    """Return the values of a column with gaps filled, and a note on what was filled."""
    cells = columns.cells(column)
    given = [cell for cell in cells if cell in numbers]
    if not given:
        words = "is missing, as is all else in this column: choose another with value=..."
        raise columns.error(cells[0], words)
    missing = [cell for cell in cells if cell not in numbers]
    if missing:
        _check_gaps(columns, cells, missing, fill_gaps)
    values = torch.tensor([numbers[cell] for cell in given], dtype=torch.float64).float()
    if too_large := values.isinf().nonzero().flatten().tolist():
        raise columns.error(
            given[too_large[0]],
            "is too large; expected at most 3.4e38, as values have 32 bits: correct it, or "
            "choose a larger unit",
        )
    if not missing:
        return values, ""
    filled = np.interp([cell.row for cell in cells], [cell.row for cell in given], values)
    which = f" of {columns.words(column)}" if len(read) > 1 else ""
    note = (
        f"{len(missing)} of {len(cells)} values{which} are missing and are filled by a straight "
        f"line between their neighbours: row{'s' * (len(missing) > 1)} "
        f"{listed(cell.row for cell in missing)}."
    )
    return torch.from_numpy(filled).float(), note


def _check_gaps(columns: Columns, cells: list[Cell], missing: list[Cell], fill_gaps: bool) -> None:
    if not fill_gaps:
        raise columns.error(
            missing[0],
            f"is a missing value ({len(missing)} of {len(cells)} are missing): write it, or fill "
            "each gap by a straight line between its neighbours with fill_gaps=True",
        )
    for end, gap, which in ((cells[0], missing[0], "first"), (cells[-1], missing[-1], "last")):
        if gap == end:
            raise columns.error(
                gap,
                f"is a missing value, and in the {which} row a gap has a neighbour on one side "
                "only: write the value, or delete the row",
            )


def _dates(columns: Columns, cells: list[Cell], formats: list[str]) -> tuple[list[float], str]:
    """Return dates as years, and what lies between them."""
    (used, dates), *others = _readings(cells, parsing.parse_date, formats).items()
    if len(dates) < len(cells):
        raise columns.error(
            cells[len(dates)],
            f"is not a time like {shown(cells[0].text)}, on a day that exists: correct it, or "
            f"{COUNT}",
        )
    if others and others[0][1] != dates:
        raise columns.error(
            cells[0],
            f"may be {used} or {others[0][0]}, and no time of the column shows which: write times "
            f"as year-month-day, or {COUNT}",
        )
    return [parsing.as_year(date, used) for date in dates], parsing.time_unit(dates)


def _plain_times(numbers: Iterable[float]) -> tuple[list[float], str]:
    """Return numbers as times; integers from 1000 to 2999, one after the other, are years."""
    times = list(map(float, numbers))
    steps = {later - earlier for earlier, later in itertools.pairwise(times)}
    years = steps == {1.0} and times[0].is_integer() and times[0] >= 1000 and times[-1] < 3000
    return times, "year" if years else "step"


def _check_times(columns: Columns, cells: list[Cell], times: list[float]) -> None:
    of_cells = list(zip(cells, times, strict=False))  # there are no cells of counted times
    for cell, time in of_cells:
        if math.isinf(time):
            raise columns.error(cell, "is too large for a time: correct it")
    for (before, early), (cell, late) in itertools.pairwise(of_cells):
        if late <= early:
            raise columns.error(
                cell,
                f"is not later than {shown(before.text)} in the row above; times must increase: "
                f"sort the rows, keep one of each time, or {COUNT}",
            )


def _readings(
    cells: list[Cell], parse: Callable[[str, str], T | None], ways: Iterable[str]
) -> dict[str, list[T]]:
    """Return what each way to read cells makes of them; only the ways that get furthest."""
    by_way: dict[str, list[T]] = {}
    for way in ways:
        by_way[way] = []
        for cell in cells:
            if (value := parse(cell.text, way)) is None:
                break
            by_way[way].append(value)
    most = max(map(len, by_way.values()))
    return {way: values for way, values in by_way.items() if len(values) == most}
