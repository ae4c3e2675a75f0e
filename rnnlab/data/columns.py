"""The columns of a CSV file, by name or number: its header, if it has one, and the rows below."""

from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral
from typing import NamedTuple

from rnnlab.base import tables
from rnnlab.base.tables import TableError, shown
from rnnlab.data.parsing import is_date, is_missing, looks_numeric

LISTED = 10  # columns or rows that a message names


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

    @property
    def numbers(self) -> range:
        """The columns' numbers."""
        return range(1, len(self.titles) + 1)

    def cells(self, column: int) -> list[Cell]:
        """Return the cells of a column."""
        return [Cell(row[column - 1], k, column) for k, row in enumerate(self.rows, self.first_row)]

    def words(self, *columns: int) -> str:
        """Return the numbers and names of columns, in words."""
        return listed(tables.column_words(k, self.titles[k - 1]) for k in columns)

    def error(self, cell: Cell, words: str) -> TableError:
        """Return an error that says where a cell stands, what it holds, and then the words."""
        where = tables.place(self.file, cell.row, cell.column, self.titles[cell.column - 1])
        return TableError(f"{where}: {shown(cell.text)} {words}")

    def find(self, argument: str, asked: str | int) -> int:
        """Return the number of the column that an argument asks for by name or number."""
        if isinstance(asked, bool) or not isinstance(asked, str | Integral):
            raise TypeError(
                f"{argument} is {asked!r}; expected the name of a column, or its number from 1"
            )
        key = asked if isinstance(asked, str) else int(asked)
        found = [k for k in self.numbers if key in (k, self.titles[k - 1])]
        if len(found) == 1:
            return found[0]
        if found:
            raise TableError(
                f"{self.file} has {len(found)} columns of the name {asked!r}; expected one: give a "
                f"number instead, such as {argument}={found[0]}"
            )
        header = "" if any(self.titles) else "no header, only "
        raise TableError(
            f"{argument} is {asked!r}; {self.file} has {header}{self.words(*self.numbers)}: give "
            "the name or the number of one of these"
        )

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
            raise TableError(
                f"{self.file} has {len(numeric)} columns that may be the values, "
                f"{self.words(*numeric)}: choose one, for example value={choice!r}"
            )
        remedy = self.remedy(*self.rows[0]) or "correct the cells, or give value=..."
        raise TableError(
            f"{self.file} has no column of numbers that may be the values; row {self.first_row} "
            f"holds {listed(map(shown, self.rows[0]))}; expected numbers such as 1.5 or 1,5, "
            f"beside the times: {remedy}"
        )

    def remedy(self, *texts: str) -> str:
        """Return what to do if texts hold a separator, but the file was not split; otherwise ""."""
        if self.separator or not any(mark in text for text in texts for mark in tables.SEPARATORS):
            return ""
        return "no separator splits all rows alike, so delete lines above the header"

    def _has_numbers(self, column: int) -> bool:
        """Return whether a column has something like numbers; dates and words are not."""
        texts = [row[column - 1] for row in self.rows if not is_missing(row[column - 1])]
        return any(map(looks_numeric, texts)) and not is_date(texts[0])


def read_columns(path: tables.Path, asked: tuple[object, ...]) -> Columns:
    """Read a file; its first row is the header if it holds words, or a name that is asked for."""
    table = tables.read(path)
    first, *rows = table.rows
    if not _is_header(first, asked, table.name):
        return Columns(table.name, table.separator, [""] * len(first), [first, *rows], 1)
    if not rows:
        raise TableError(
            f"{table.name} has no row below its header ({listed(map(shown, first))}); "
            "expected a row for each value"
        )
    return Columns(table.name, table.separator, first, rows, 2)


def listed(items: Iterable[object]) -> str:
    """Return items in a line, the first ten of many."""
    every = list(map(str, items))
    more = f" and {len(every) - LISTED} more" if len(every) > LISTED else ""
    return ", ".join(every[:LISTED]) + more


def _is_header(first: list[str], asked: tuple[object, ...], file: str) -> bool:
    if any(name in first for name in asked):
        return True
    numbers = [cell for cell in first if looks_numeric(cell)]
    words = [cell for cell in first if not is_missing(cell) and cell not in numbers]
    if numbers and words:  # names of columns may be numbers, and a value may be misspelt
        raise TableError(
            f"{tables.place(file, 1)} holds words ({shown(words[0])}) and numbers "
            f"({shown(numbers[0])}): if it is the header, choose the column of the values "
            "by its name, value=...; if not, correct the cell, or write a header above"
        )
    return bool(words)
