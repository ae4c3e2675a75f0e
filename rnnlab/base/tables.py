"""CSV files as rows of text, as spreadsheets write them and within bounds.

Nothing here knows what a cell means. An error says file, row and column, what stood there, what
was expected and what to do. Rows are numbered as a spreadsheet does, from 1 with the header.
"""

import codecs
import csv
import io
import itertools
import math
import os
import pathlib
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from rnnlab.base.files import Path, written_whole
from rnnlab.base.say import say
from rnnlab.base.showable import showable

MOST_BYTES = 10_000_000  # 100,000 rows of 100 characters; as rows of text they take up to 300 MB
MOST_ROWS = 100_000  # 270 years of days; one pass over so many values takes a lab minutes
MOST_COLUMNS = 1_000  # wider than any table that people read
MOST_CELL = 1_000  # characters: longer than any number, time or name
SEPARATORS = ";\t,"  # in this order: where commas stand before decimals, semicolons separate
WEAK = "| "  # these only where they split all rows alike: they stand in titles and words, too
SAMPLE = 50  # rows that are looked at to find the separator
_DECLARED = re.compile(r'"?sep=([^\r\n]*?)"?(?:\r\n?|\n|$)', re.IGNORECASE)


class TableError(ValueError):
    """A file that cannot be read as the table it should be; it says where and why."""


class Table(NamedTuple):
    """A file's rows, read one after the other."""

    name: str  # the file's path as it was given
    separator: str  # what stands between two cells; empty if there is one column only
    rows: Iterator[list[str]]  # of one length, cells without spaces around them; to be read once
    first: int = 1  # the number of the first row


class Kind(NamedTuple):
    """What the cells of a column hold."""

    value: Callable[[str], Any]  # returns what stands in a cell
    pattern: str  # of the cells that it takes
    words: str  # for these, after "is not"
    optional: bool = False  # whether a cell may be empty, which stands for None


COUNT = Kind(int, "[0-9]{1,18}", "an integer of at least 0")


def read(
    path: Path, most_bytes: int = MOST_BYTES, most_rows: int = MOST_ROWS, most_cell: int = MOST_CELL
) -> Table:
    """Open a CSV file.

    Cells are separated by comma, semicolon or tab: as a first line `sep=;` says, or by what splits
    the first rows alike, which may be "|" or spaces, too. The text is UTF-8, UTF-16 with a
    byte-order mark, or else Windows-1252. Empty rows at the end are left out. A file of more bytes
    is refused before it is read.

    Raises:
        OSError: if there is no such file or it cannot be read.
        TableError: if it is no CSV file or above a bound; also while the rows are read.
    """
    name = showable(os.fspath(path))
    return split(decoded(content(path, most_bytes), name), name, most_rows, most_cell)


def split(
    text: str,
    name: str,
    most_rows: int = MOST_ROWS,
    most_cell: int = MOST_CELL,
    first: int = 1,
    separator: str | None = None,
) -> Table:
    """Return the table that a text holds, as `read`; its first row has the number `first`."""
    text = text.rstrip("\r\n")
    declared = _DECLARED.match(text) if separator is None else None
    if declared is None:
        separator = find_separator(text) if separator is None else separator
    elif declared[1] not in tuple(SEPARATORS):
        raise TableError(
            f"{name} says sep={shown(declared[1])} in its first line; expected a comma, a "
            "semicolon or a tab: save it with one of these"
        )
    else:
        separator, text = declared[1], text[declared.end() :]
    return Table(name, separator, _rows(text, separator, name, most_rows, most_cell, first), first)


def values(table: Table, kinds: Mapping[str, Kind], remedy: str) -> Iterator[list[Any]]:
    """Yield what the rows below the header hold; refuse a cell that is not of its column's kind."""
    for number, row in enumerate(table.rows, start=2):
        found = []
        for column, (cell, (title, kind)) in enumerate(zip(row, kinds.items(), strict=True), 1):
            missing = kind.optional and not cell
            fits = missing or re.fullmatch(kind.pattern, cell, re.DOTALL)
            value = kind.value(cell) if fits and not missing else None
            if not fits or (value in (math.inf, -math.inf) and "inf" not in cell):
                where = place(table.name, number, column, title)
                text = "{where}: {held} is not {expected}: {remedy}"
                raise TableError(
                    say(text, where=where, held=shown(cell), expected=kind.words, remedy=remedy)
                )
            found.append(value)
        yield found


def write(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file, whole or not at all: commas, UTF-8, floats by repr, None as empty cell.

    Raises:
        OSError: if it cannot be written; a file that was there stays as it was.
    """
    with written_whole(path, "file", "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def place(name: str, row: int, column: int | None = None, title: str = "") -> str:
    """Return where something stands: rain.csv, row 5, column 2 ("mm")."""
    return f"{name}, row {row}" + (f", {column_words(column, title)}" if column else "")


def column_words(column: int, title: str = "") -> str:
    """Return a column's number and name: column 2 ("mm")."""
    return f'column {column} ("{showable(title, 40)}")' if title else f"column {column}"


def shown(text: str) -> str:
    """Return a cell as a message shows it: in quotation marks, long ones truncated."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def content(path: Path, most: int = MOST_BYTES) -> bytes:
    """Return what a file holds, of so many bytes at most; errors as `read`."""
    name = showable(os.fspath(path))
    try:
        about = os.stat(path)
        is_file = stat.S_ISREG(about.st_mode)
        held = pathlib.Path(path).read_bytes() if is_file and about.st_size <= most else b""
    except (FileNotFoundError, ValueError):  # ValueError: no file can have such a name
        raise FileNotFoundError(
            f"there is no file {name}: give the path of a CSV file, seen from the folder "
            f"{showable(pathlib.Path.cwd())}"
        ) from None
    except OSError as error:
        raise type(error)(
            f"{name} cannot be read ({error.strerror}): close it elsewhere, or read a copy of it"
        ) from error
    if stat.S_ISDIR(about.st_mode):
        raise IsADirectoryError(f"{name} is a folder: give the path of a CSV file in it")
    if not is_file:  # a pipe or a device may never end
        raise OSError(f"{name} is no regular file: give the path of a CSV file")
    if about.st_size > most:
        text = (
            "{name} has {size:,} bytes; at most {most:,} are read: keep the rows and columns that "
            "are needed"
        )
        raise TableError(say(text, name=name, size=about.st_size, most=most))
    return held


def decoded(held: bytes, name: str) -> str:
    """Return the text of a file's bytes; TableError if they are none."""
    if held.startswith(b"PK\x03\x04"):
        raise TableError(f"{name} is a workbook or another archive: save the sheet as CSV")
    utf16 = held.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = None
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            text = held.decode(encoding)
            break
    if text is None or "\0" in text:
        raise TableError(
            f"{name} is not text as UTF-8, UTF-16 with a byte-order mark, or Windows-1252: save "
            "the table as CSV UTF-8"
        )
    return text


def find_separator(text: str) -> str:
    """Return what splits the first rows alike, or else what splits the first one most."""
    best, most = "", 1
    for separator in SEPARATORS + WEAK:
        widths: list[int] = []
        try:
            rows = itertools.islice(_split(text, separator, ""), SAMPLE)
            widths.extend(len(row) for row in rows if row)
        except TableError:  # the wrong separator, or `_rows` will refuse it
            widths.append(0)
        if widths and min(widths) == max(widths) > 1:
            return separator
        if widths and widths[0] > most and separator not in WEAK:
            best, most = separator, widths[0]
    return best


def _rows(
    text: str, separator: str, name: str, most: int, most_cell: int, first: int
) -> Iterator[list[str]]:
    width = empty = 0
    for number, row in enumerate(_split(text, separator, name, first), start=first):
        if number > most:
            raise TableError(
                f"{name} has more than {most:,} rows; at most that many are read: keep those that "
                "are needed"
            )
        cells = [cell.strip() for cell in row]
        if not any(cells) and width:
            empty += 1
            continue
        width = width or len(cells)
        _check_row(cells, width, name, number, most_cell, first)
        for _ in range(empty):  # now it is known that they are not the end
            yield [""] * width
        empty = 0
        yield cells
    if not width:
        raise TableError(f"{name} is empty; expected a table with a row for each value")


def _check_row(
    cells: list[str], width: int, name: str, number: int, most_cell: int, first: int
) -> None:
    where = place(name, number)
    if not any(cells):
        raise TableError(f"{where} is empty; expected the names of the columns: delete it")
    if len(cells) > MOST_COLUMNS:
        raise TableError(
            f"{where} has {len(cells):,} columns; at most {MOST_COLUMNS:,} are read: keep those "
            "that are needed"
        )
    if len(cells) != width:
        raise TableError(
            f"{where} has {len(cells)} column{'s' * (len(cells) > 1)}, row {first} has {width}; "
            "expected as many: add or delete cells, and delete lines above the header"
        )
    for column, cell in enumerate(cells, start=1):
        if len(cell) > most_cell:
            raise TableError(
                f"{place(name, number, column)} holds {len(cell):,} characters, {shown(cell)}; at "
                f"most {most_cell:,} are read: shorten it, or look for a quotation mark that is "
                "never closed"
            )


def _split(text: str, separator: str, name: str, first: int = 1) -> Iterator[list[str]]:
    number = first
    lines: Iterable[str] = io.StringIO(text, newline="")  # of any system
    if separator in tuple(WEAK):
        lines = (_bare(line, separator) for line in re.split(r"\r\n?|\n", text))
    try:
        # strict: a quotation mark that is not closed would swallow the rows after it
        for row in csv.reader(
            lines, delimiter=separator or ";", skipinitialspace=True, strict=True
        ):
            yield row
            number += 1
    except csv.Error as error:
        raise TableError(
            f"{place(name, number)} cannot be split into cells ({error}): close each quotation "
            'mark, and write one inside a quoted cell twice ("")'
        ) from None


def _bare(line: str, separator: str) -> str:
    """Return a line without what frames it: spaces, the bars at both ends, a line of dashes."""
    line = line.strip()
    if separator == "|" and not line.strip("-+|:= "):
        return ""
    return line[1:].removesuffix("|") if separator == "|" and line[:1] == "|" else line
