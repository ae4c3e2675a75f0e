"""read_series: a learner's own table, in a file or of pandas, as a `Series`."""

import dataclasses
import pathlib
import warnings
from collections.abc import Sequence
from typing import Any, Literal

import torch

from rnnlab.base import tables
from rnnlab.base.say import say, sentences
from rnnlab.base.tables import TableError
from rnnlab.data import numbers, parsing, timeline
from rnnlab.data.columns import Cell, Columns, is_data
from rnnlab.data.opening import open_columns
from rnnlab.data.series import Series


def read_series(
    path: tables.Path | Any,
    *,
    value: str | int | None = None,
    time: str | int | Literal[False] | None = None,
    inputs: Sequence[str | int] = (),
    name: str | None = None,
    unit: str = "",
    time_unit: str | None = None,
    decimal: str | None = None,
    missing: Sequence[float | str] | None = None,
    fill_gaps: bool = False,
    encoding: str | None = None,
) -> Series:
    """Read a series from a table: a CSV file as spreadsheets write it, a workbook, a DataFrame.

    Example:
        rain = rnnlab.read_series("rain.csv", value="mm", unit="mm")
        rnnlab.TrainingLab(rnnlab.SeriesTask(rain))

    Separator (comma, semicolon, tab, |, spaces), encoding (UTF-8, UTF-16, Windows-1252), header
    and decimal mark are found from the file. The mark is the one with which all numbers can be
    read. Where both would do, as for 1.234 and 2.345, it is a point in a file with commas between
    its cells, and a comma in one with semicolons; other such files are refused until `decimal` is
    given. Lines that begin with #, %, ! or // above the table are left out, and so is a row of
    units below its header. A sign that all values of a column have, $ or % for one, is taken for
    their unit: 50% is 50. Files packed by gzip or zip are read as they are, workbooks (.xlsx) if
    openpyxl is there: `pip install "rnnlab[tables]"`.

    Calendar times become years with a fraction: the date 2024-07-02 is its first moment, 2024.5;
    month, quarter and week are their middle, 1958-03 is 1958.208. Read are 2024, 2024-07,
    2024-07-02 (with / or . too), 20240702, 2.7.2024, 2-Jul-2024, July 2, 2024, Jul 2024, 2024Q3,
    2024-W27, and 7/2/2024 or 2/7/2024 where the column shows which of the two it is. A time of day
    may follow, as 13:05, 13:05:00 or 1:05 PM. Years of two digits are those from 1969 to 2068.
    Other numbers are taken as they are. Dates that run from the newest to the oldest are turned
    round. What was so decided, and where times are missing, a warning says, and the note.

    Args:
        path: of the file; at most 10 MB (unpacked, too), 100,000 rows, 1,000 columns. Or a pandas
            Series or DataFrame; its index is the first column, if it does not just count.
        value: the column of the values, by its name in the header or its number from 1; by default
            the only one of numbers, where the first of several columns does not count.
        time: the column of the times, likewise; by default the first one if it is not the value,
            or the only one of dates where the first only counts the rows or holds words. Where
            there are words alone, or with `time=False`, the values are counted 0, 1, 2, ...
        inputs: more columns that a network is to read beside the values, likewise.
        name: what is measured; by default the column's name, or the file's.
        unit: of the values; by default what the file says, "" if it says nothing.
        time_unit: what lies between two values, in the singular; by default found from calendar
            times ("year", "quarter", "month", "week", "day", "business day", "hour", "minute",
            "second"), else "step".
        decimal: what stands before the decimals, "." or ",".
        missing: the numbers or words that stand for a missing value, such as (-99.99,). By default
            a number that looks like one is refused; () takes all for what they are.
        fill_gaps: fill missing values (an empty cell, NA, nan, null, -, ..., those of `missing`)
            by a straight line over the rows between their neighbours, and values at times that
            are missing from an even sequence, too, and say so in the note.
        encoding: of a file of text, as Python names it: "gb18030", "cp1251".

    Returns:
        A `Series` with values (N,) as float32; with `inputs` (N, D), the values first, and the
        names of the D columns.

    Raises:
        OSError: if there is no such file (FileNotFoundError) or it cannot be read.
        TableError: a ValueError of rnnlab.base.tables that says file, row and column, what stands
            there, what was expected and what to do. Rows are numbered as in a spreadsheet, those
            of a DataFrame from 0.
        MissingExtra: an ImportError, for a workbook where openpyxl is missing.
        ValueError, TypeError: for an argument that no file could satisfy.
    """
    _check_arguments(decimal, missing, inputs)
    columns = open_columns(path, (value, time, *inputs), encoding)
    value_column, time_column = _choose(columns, value, time)
    read = [value_column, *_find_inputs(columns, inputs, (value_column, time_column))]
    time_cells, remark = _time_cells(columns, time_column, asked=time is not None)
    formats = timeline.formats_of(time_cells)
    given = numbers.given_cells(columns, read, missing)
    plain_times = [] if formats else time_cells
    parsed = numbers.parse_all(columns, given, plain_times, decimal)
    by_cell = numbers.without_codes(columns, read, dict(zip(given, parsed, strict=False)), missing)
    line = timeline.make(columns, time_cells, formats, parsed[len(given) :], read, fill_gaps)
    columns = dataclasses.replace(columns, newest_first=line.newest_first)
    filled = [
        numbers.column_values(columns, k, by_cell, fill_gaps, line.places, read) for k in read
    ]
    values, notes = zip(*filled, strict=True)
    for sentence in line.said:
        warnings.warn(f"{columns.file}: {sentence}", stacklevel=2)
    sign = numbers.sign_of(columns, value_column, by_cell)
    return Series(
        name if name is not None else columns.titles[value_column - 1] or _stem(path),
        line.times,
        torch.stack(values, dim=1) if inputs else values[0],
        unit or sign or _bare(columns.units[value_column - 1] if columns.units else ""),
        time_unit or line.unit,
        sentences(*notes, remark, _units_note(columns), *line.notes),
        tuple(columns.titles[k - 1] or f"column {k}" for k in read) if inputs else (),
    )


def _check_arguments(
    decimal: str | None, missing: Sequence[float | str] | None, inputs: Sequence[str | int]
) -> None:
    if decimal not in (None, *parsing.MARKS):
        raise ValueError(say('decimal is {decimal!r}; expected "." or ","', decimal=decimal))
    if isinstance(inputs, str | int):
        text = "inputs is {inputs!r}; expected a list of columns, such as [{inputs!r}]"
        raise TypeError(say(text, inputs=inputs))
    if isinstance(missing, str | int | float):
        text = "missing is {missing!r}; expected numbers or words in a tuple: ({missing!r},)"
        raise TypeError(say(text, missing=missing))


def _stem(path: Any) -> str:
    """Return the name of a file without what says its kind; "values" for what is no file."""
    if not isinstance(path, str | pathlib.PurePath):
        return "values"
    stem = pathlib.Path(path).stem
    return pathlib.Path(stem).stem if str(path).endswith((".gz", ".zip")) else stem


def _bare(text: str) -> str:
    """Return a unit without brackets around it; "" for a cell that is empty or says a format."""
    text = text.strip("()[] ")
    return "" if parsing.is_missing(text) or len(text) > 20 or text[0].isdecimal() else text


def _units_note(columns: Columns) -> str:
    if not columns.units:
        return ""
    row = columns.first_row - 1
    return say("Row {row} is taken for the units of the columns.", row=row)


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
        text = (
            "{file}: value and time are both {column}; expected two columns: name another one, or "
            "time=False counts the values 0, 1, 2, ..."
        )
        raise TableError(say(text, file=columns.file, column=columns.words(value_column)))
    return value_column, columns.time_column(value_column) if time is None else time_column


def _find_inputs(
    columns: Columns, inputs: Sequence[str | int], others: tuple[int | None, ...]
) -> list[int]:
    """Return the columns of the inputs, each once and none of the others, values and times."""
    found: list[int] = []
    for column in inputs:
        number = columns.find("inputs", column)
        if number in (*found, *others):
            text = (
                "{file}: {column} is given twice, the second time in inputs; expected columns "
                "beside the values and the times: leave it out there"
            )
            raise TableError(say(text, file=columns.file, column=columns.words(number)))
        found.append(number)
    return found


def _time_cells(columns: Columns, column: int | None, asked: bool) -> tuple[list[Cell], str]:
    """Return the cells of the times; none, and a remark on that, if there are only words."""
    if column is None:
        return [], ""
    cells = columns.cells(column)
    for cell in cells:
        if parsing.is_missing(cell.text):
            text = (
                "{where}: {held} is no time; expected one in each row: write it, delete the row, "
                "or time=False counts the values 0, 1, 2, ..."
            )
            raise TableError(say(text, **columns.at(cell)))
    if asked or is_data([cells[0].text]):
        return cells, ""
    text = "Values are counted, as {column} holds words, not times."
    return [], say(text, column=columns.words(column))
