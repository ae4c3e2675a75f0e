"""The columns of a table, by name or number: its header, a row of units, and the rows below."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral
from typing import Any, NamedTuple

from rnnlab.base import tables
from rnnlab.base.say import in_short, say
from rnnlab.base.tables import TableError, shown
from rnnlab.data.parsing import MARKS, is_missing, looks_numeric, parse_number
from rnnlab.data.times import is_date


class Cell(NamedTuple):
    """A text and where it stands, row and column from 1."""

    text: str
    row: int
    column: int


@dataclass(frozen=True)
class Columns:
    """A file's columns, numbered from 1."""

    file: str  # its path as it was given
    separator: str  # what stands between two cells; empty if there is one column only
    titles: list[str]  # all empty if there is no header
    rows: list[list[str]]  # below the header, each with as many cells as there are titles
    first_row: int  # the number of the first of these rows, 2 below a header, otherwise 1
    units: tuple[str, ...] = ()  # what a row of units below the header says, a text for each column
    newest_first: bool = False  # whether the last row is the first in time

    @property
    def numbers(self) -> range:
        """The columns' numbers."""
        return range(1, len(self.titles) + 1)

    def cells(self, column: int) -> list[Cell]:
        """Return the cells of a column, the earliest first."""
        rows = enumerate(self.rows, self.first_row)
        cells = [Cell(row[column - 1], k, column) for k, row in rows]
        return cells[::-1] if self.newest_first else cells

    def time_column(self, value_column: int) -> int | None:
        """Return the column of the times: the first, if it is not that of the values.

        Where the first counts rows, or holds words, it is the only other column of dates.
        """
        if value_column == 1:
            return None
        first = [row[0] for row in self.rows]
        start = int(first[0] == "1")
        counts = first == [str(start + k) for k in range(len(first))]
        dates = [k for k in self.numbers if k != value_column and is_date(self.rows[0][k - 1])]
        return dates[0] if len(dates) == 1 and (counts or not is_data(first[:1])) else 1

    def words(self, *columns: int) -> str:
        """Return the numbers and names of columns, in words."""
        return listed(tables.column_words(k, self.titles[k - 1]) for k in columns)

    def at(self, cell: Cell) -> dict[str, Any]:
        """Return what a message says of a cell: "where" it stands and what is "held" there."""
        where = tables.place(self.file, cell.row, cell.column, self.titles[cell.column - 1])
        return {"where": where, "held": shown(cell.text)}

    def find(self, argument: str, asked: str | int) -> int:
        """Return the number of the column that an argument asks for by name or number."""
        if isinstance(asked, bool) or not isinstance(asked, str | Integral):
            text = "{argument} is {asked!r}; expected the name of a column, or its number from 1"
            raise TypeError(say(text, argument=argument, asked=asked))
        key = asked if isinstance(asked, str) else int(asked)
        found = [k for k in self.numbers if key in (k, self.titles[k - 1])]
        if not found:  # the mark of a comment may stand before the header
            found = [k for k in self.numbers if key == self.titles[k - 1].lstrip("#% ")]
        if len(found) == 1:
            return found[0]
        given = {"argument": argument, "asked": asked, "file": self.file}
        if found:
            text = (
                "{file} has {count} columns of the name {asked!r}; expected one: give a number "
                "instead, such as {argument}={first}"
            )
            raise TableError(say(text, **given, count=len(found), first=found[0]))
        text = (
            "{argument} is {asked!r}; {file} has {columns}: give the name or the number of one of "
            "these"
        )
        if not any(self.titles):
            text = (
                "{argument} is {asked!r}; {file} has no header, only {columns}: give the name or "
                "the number of one of these"
            )
        raise TableError(say(text, **given, columns=self.words(*self.numbers)))

    def value_column(self, time_column: int | None, counted: bool) -> int:
        """Return the one column, beside a known one of times, that may be the values.

        Where times are neither known nor counted, the first of several columns holds them.
        """
        numeric = [k for k in self.numbers if k != time_column and self._has_numbers(k)]
        if time_column is None and not counted and 1 in numeric:
            others = (text for row in self.rows for text in row[1:])
            if any(self.titles[1:]) or not all(map(is_missing, others)):
                numeric.remove(1)  # the times; read as values they would be wrong without a word
        if len(numeric) == 1:
            return numeric[0]
        if numeric:
            title = self.titles[numeric[-1] - 1]
            choice = title if title and self.titles.count(title) == 1 else numeric[-1]
            text = (
                "{file} has {count} columns that may be the values, {columns}: choose one, for "
                "example value={choice!r}"
            )
            columns = self.words(*numeric)
            raise TableError(
                say(text, file=self.file, count=len(numeric), columns=columns, choice=choice)
            )
        text = (
            "{file} has no column of numbers that may be the values; row {row} holds {held}; "
            "expected numbers such as 1.5 or 1,5, beside the times: correct the cells, or give "
            "value=..."
        )
        if self.should_split(*self.rows[0]):
            text = (
                "{file} has no column of numbers that may be the values; row {row} holds {held}; "
                "expected numbers such as 1.5 or 1,5, beside the times: no separator splits all "
                "rows alike, so delete lines above the header"
            )
        held = listed(map(shown, self.rows[0]))
        raise TableError(say(text, file=self.file, row=self.first_row, held=held))

    def should_split(self, *texts: str) -> bool:
        """Return whether texts hold a separator, but the file was not split."""
        marks = tables.SEPARATORS + "|"
        split = (any(mark in text for mark in marks) and not is_number(text) for text in texts)
        return not self.separator and any(split)

    def _has_numbers(self, column: int) -> bool:
        """Return whether a column has something like numbers; dates and words are not."""
        texts = [row[column - 1] for row in self.rows if not is_missing(row[column - 1])]
        return any(map(looks_numeric, texts)) and not is_date(texts[0])


def read_columns(table: tables.Table, asked: tuple[object, ...], header: bool = False) -> Columns:
    """Return a table's columns.

    Its first row is the header if it holds words, a name that is asked for, or is said to be.
    """
    first, *rows = table.rows
    start = table.first
    if not header and not _is_header(first, asked, table.name, start):
        rows = [first, *rows]
        _check_spaces(table, rows, start)
        return Columns(table.name, table.separator, [""] * len(first), rows, start)
    if rows and table.separator == "|" and not any(rows[0]):  # a line of dashes
        rows, start = rows[1:], start + 1
    units = tuple(rows[0]) if len(rows) > 1 and _are_units(rows[0], rows[1]) else ()
    rows, start = rows[bool(units) :], start + 1 + bool(units)
    if not rows:
        text = "{name} has no row below its header ({header}); expected a row for each value"
        raise TableError(say(text, name=table.name, header=listed(map(shown, first))))
    _check_spaces(table, rows, start)
    return Columns(table.name, table.separator, first, rows, start, units)


def is_data(cells: Iterable[str]) -> bool:
    """Return whether one cell at least begins as a number, or is a time."""
    return any(looks_numeric(cell) or is_date(cell) for cell in cells)


def _are_units(cells: list[str], below: list[str]) -> bool:
    """Return whether a row below the header says units, as the one below that holds data.

    It has words in two columns or more where numbers and times are, and nothing beside them: a
    row of data with a word in place of a number would still have its time.
    """
    if all(re.fullmatch("[0-9]+[sdn]", cell) for cell in cells):
        return True  # what the USGS writes, 20d for a date of 20 characters
    held = [k for k, cell in enumerate(below) if _is_value(cell)]
    if is_data(cells) or any(not is_missing(cell) for k, cell in enumerate(cells) if k not in held):
        return False
    words = [cells[k] for k in held if not is_missing(cells[k])]
    return len(held) > 1 and bool(words) and not any(_is_value(cells[k]) for k in held)


def is_number(text: str) -> bool:
    """Return whether a text is a number with one of the marks."""
    return any(parse_number(text, mark) is not None for mark in MARKS)


def _is_value(text: str) -> bool:
    return is_number(text) or is_date(text)


def _check_spaces(table: tables.Table, rows: list[list[str]], first: int) -> None:
    """Refuse a table with spaces between its columns that may as well be one column of numbers."""
    if table.separator != " ":
        return
    lines = [" ".join(row) for row in rows if any(row)]
    if all(map(is_number, lines)):
        text = (
            "{where}: {held} may be one number or {count}: leave out the spaces in numbers, or "
            "write semicolons between columns"
        )
        where = tables.place(table.name, first)
        raise TableError(say(text, where=where, held=shown(lines[0]), count=len(rows[0])))


def listed(items: Iterable[object]) -> str:
    """Return columns, rows or cells in a line, the first ten of many."""
    return in_short(items, 10)


def _is_header(first: list[str], asked: tuple[object, ...], file: str, number: int) -> bool:
    if any(name in first for name in asked):
        return True
    numbers = [cell for cell in first if is_data([cell])]
    words = [cell for cell in first if not is_missing(cell) and cell not in numbers]
    if numbers and words:  # names of columns may be numbers, and a value may be misspelt
        text = (
            "{where} holds words ({word}) and numbers ({number}): if it is the header, choose the "
            "column of the values by its name, value=...; if not, correct the cell, or write a "
            "header above"
        )
        where = tables.place(file, number)
        raise TableError(say(text, where=where, word=shown(words[0]), number=shown(numbers[0])))
    return bool(words)
