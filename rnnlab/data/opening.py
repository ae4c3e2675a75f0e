"""Whatever holds a learner's table, opened: text, packed or not, a workbook, a DataFrame."""

import gzip
import io
import itertools
import os
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rnnlab.base import extras, tables
from rnnlab.base.say import say
from rnnlab.base.showable import showable
from rnnlab.base.tables import Table, TableError
from rnnlab.data.columns import Columns, is_data, listed, read_columns
from rnnlab.data.parsing import Known

_MARK = r"[ \t]*(?:[#%!]|//)"  # of a line of comment; a semicolon may be an empty cell's end
_END = r"(?:\r\n?|\n)"
_COMMENTS = re.compile(rf"(?:(?:{_MARK}[^\r\n]*|[ \t]*){_END})*{_MARK}[^\r\n]*{_END}")
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_OTHER_WORKBOOKS = b"\xd0\xcf\x11\xe0"  # those of Excel before 2007


def open_columns(source: Any, asked: tuple[object, ...], encoding: str | None) -> Columns:
    """Return the columns of a file, or of a pandas Series or DataFrame.

    Args:
        source: a path, or an object of pandas.
        asked: the names and numbers of columns that are asked for.
        encoding: of a text, one that Python knows; None to find it.

    Raises:
        OSError: if there is no such file or it cannot be read.
        TableError: if it holds no table; MissingExtra for a workbook where openpyxl is missing.
    """
    pandas = sys.modules.get("pandas")  # whoever has an object of pandas has imported it
    if pandas is not None and isinstance(source, pandas.Series | pandas.DataFrame):
        return _of_pandas(source)
    name = showable(os.fspath(source))
    held = _unpacked(tables.content(source), name)
    if held.startswith(_ZIP):
        return read_columns(_workbook(held, name), asked)
    if held.startswith(_OTHER_WORKBOOKS):
        raise TableError(f"{name} is a workbook of an old form: save it as .xlsx, or as CSV")
    text = _decoded(held, name, encoding)
    comments = _COMMENTS.match(text)
    if comments is None:
        return read_columns(tables.split(text, name), asked)
    return _below_comments(comments[0], text[comments.end() :], name, asked)


def _unpacked(held: bytes, name: str) -> bytes:
    """Return what a file holds that was packed by gzip or zip; a workbook, a zip too, as it is."""
    most = tables.MOST_BYTES
    try:
        if held.startswith(_GZIP):
            held = gzip.GzipFile(fileobj=io.BytesIO(held)).read(most + 1)
        elif held.startswith(_ZIP):
            with zipfile.ZipFile(io.BytesIO(held)) as archive:
                inside = [one for one in archive.namelist() if _is_content(one)]
                if "[Content_Types].xml" in inside:
                    return held
                if len(inside) != 1 or "mimetype" in archive.namelist():
                    text = (
                        "{name} holds {count} files ({inside}); expected one, a table: unpack it "
                        "and give the path of the table as CSV"
                    )
                    raise TableError(say(text, name=name, count=len(inside), inside=listed(inside)))
                with archive.open(inside[0]) as file:
                    held = file.read(most + 1)
    except TableError:
        raise
    except (RuntimeError, NotImplementedError) as error:  # a password, or another way to pack
        raise TableError(f"{name} cannot be unpacked ({error}): unpack it, then read it") from None
    except Exception as error:  # zipfile raises whatever it stumbles over in a damaged file
        raise TableError(f"{name} is damaged ({error}): fetch or pack it again") from None
    if len(held) > most:
        text = "{name} has more than {most:,} bytes, unpacked: keep the rows and columns needed"
        raise TableError(say(text, name=name, most=most))
    return held


def _is_content(name: str) -> bool:
    """Return whether a name in an archive is a file's, and not of what systems put beside it."""
    return not name.endswith("/") and not name.startswith("__MACOSX/")


def _decoded(held: bytes, name: str, encoding: str | None) -> str:
    if encoding is None:
        try:
            return tables.decoded(held, name)
        except TableError as error:
            raise TableError(f'{error}, or give its encoding, such as encoding="gb18030"') from None
    try:
        text = held.decode(encoding)
    except LookupError:
        text = (
            "encoding is {encoding!r}, which Python does not know; expected one such as 'utf-8', "
            "'shift_jis' or 'cp1251'"
        )
        raise ValueError(say(text, encoding=encoding)) from None
    except UnicodeDecodeError as error:
        raise TableError(f"{name} is not text as {encoding} (byte {error.start}): give another "
                         "encoding=...") from None  # fmt: skip
    return text.removeprefix("\ufeff")


def _below_comments(head: str, text: str, name: str, asked: tuple[object, ...]) -> Columns:
    """Return the columns below lines of comment, of which the last may be the header.

    It is the header where the first row below holds data, and it splits as that does.
    """
    lines = re.split(r"\r\n?|\n", head)[:-1]
    if not text.strip():
        raise TableError(f"{name} holds nothing below its lines of comment: add rows of values")
    table = tables.split(text, name, first=len(lines) + 1)
    below = next(table.rows)
    for last in (lines[-1], lines[-1].lstrip("#%!/ \t")) if is_data(below) else ():
        if not table.separator and len(lines) > 1:
            break
        titles = next(tables.split(last or ";", name, separator=table.separator).rows, [])
        named = any(title in asked for title in titles)
        if len(titles) == len(below) and (named or not is_data(titles)):
            rows = itertools.chain([titles, below], table.rows)
            return read_columns(Table(name, table.separator, rows, len(lines)), asked, header=True)
    rows = itertools.chain([below], table.rows)
    return read_columns(Table(name, table.separator, rows, table.first), asked)


def _workbook(held: bytes, name: str) -> Table:
    """Return the one sheet of a workbook that holds something, as a table.

    Raises:
        MissingExtra: if openpyxl is not installed.
    """
    extras.require("tables")
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(held), read_only=True, data_only=True)
        sheets = {one.title: [*_rows(one)] for one in book.worksheets}
    except Exception as error:  # openpyxl has no error of its own for a damaged file
        raise TableError(
            f"{name} cannot be read as a workbook ({type(error).__name__}): save the sheet as CSV"
        ) from None
    full = {title: rows for title, rows in sheets.items() if any(map(any, rows))}
    if len(full) != 1:
        text = (
            "{name} has {count} sheets that hold something{which}; expected one: save the sheet "
            "as CSV"
        )
        which = f" ({listed(full)})" if full else ""
        raise TableError(say(text, name=name, count=len(full), which=which))
    (rows,) = full.values()
    last = max(k for k, row in enumerate(rows, 1) if any(row))
    width = max(k for row in rows for k, cell in enumerate(row, 1) if cell)
    rows = [[*row[:width], *[""] * (width - len(row))] for row in rows[:last]]
    if len(rows) > tables.MOST_ROWS or width > tables.MOST_COLUMNS:
        text = "{name} has {rows:,} rows and {width:,} columns: keep those that are needed"
        raise TableError(say(text, name=name, rows=len(rows), width=width))
    return Table(name, ";", iter(rows))


def _rows(sheet: Any) -> Iterator[list[str]]:
    for row in itertools.islice(sheet.iter_rows(values_only=True), tables.MOST_ROWS + 1):
        yield [as_text(cell) for cell in row]


def as_text(value: Any) -> str:
    """Return a value of a workbook or of pandas as the text of a cell; "" for one that is not."""
    if value is None or type(value).__name__ == "NAType" or value != value:  # NaN, NaT
        return ""
    if isinstance(value, str | bool):
        return str(value).strip()
    if isinstance(value, datetime):
        return value.isoformat()
    try:
        return Known(float(value))
    except (TypeError, ValueError):
        return str(value)


def _of_pandas(data: Any) -> Columns:
    """Return the columns of a Series or DataFrame; an index that does not count is the first.

    Rows are numbered from 0, as `iloc` does.
    """
    name = f"the {type(data).__name__}"
    if len(data) == 0:
        raise TableError(f"{name} is empty; expected a row for each value")
    columns = [(data.name, data)] if data.ndim == 1 else [*data.items()]
    index = data.index
    if hasattr(index, "to_timestamp"):  # of periods
        form = {"M": "%Y-%m", "Q": "%YQ%q"}.get(index.freqstr.removesuffix("-DEC"))
        index = index.strftime(form) if form else index.to_timestamp()
    if type(index).__name__ != "RangeIndex":
        columns.insert(0, (index.name, index))
    titles = ["" if title is None else str(title) for title, _ in columns]
    rows = [[*row] for row in zip(*(map(as_text, cells) for _, cells in columns), strict=True)]
    return Columns(name, ";", titles, rows, 0)
