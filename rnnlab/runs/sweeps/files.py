"""The rows of a sweep in a CSV file, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from rnnlab.base import tables
from rnnlab.base.tables import TableError
from rnnlab.runs.sweeps.trial import OUTCOMES, RESULTS, SETTINGS, Row

MOST_RUNS = 100_000
MOST_BYTES = 1_000 * MOST_RUNS


def write_rows(path: tables.Path, rows: Sequence[Row]) -> None:
    """Write rows, whole or not at all: a header with their names, then each row's values."""
    tables.write(path, [[*rows[0]], *(list(row.values()) for row in rows)] if rows else [])


def read_rows(path: tables.Path) -> list[Row]:
    """Return the rows of a file, at most 100,000.

    Raises:
        OSError: if there is no such file or it cannot be read.
        TableError: if it is not what `write_rows` has written.
    """
    table = tables.read(path, MOST_BYTES, MOST_RUNS + 1)
    header = next(table.rows)
    known = ("task", *SETTINGS, *RESULTS)
    if [name for name in header if name in known] != [*known] or len({*header}) < len(header):
        raise TableError(
            f"{tables.place(table.name, 1)} holds {tables.shown(','.join(header))}; expected the "
            f"columns {', '.join(known)}: give a file that a sweep has written"
        )
    return [
        {
            name: _cell(name, cell, table.name, number)
            for name, cell in zip(header, row, strict=True)
        }
        for number, row in enumerate(table.rows, start=2)
    ]


def texts(row: Row) -> tuple[str, ...]:
    """Return the settings of a row as the file writes them, to know a run by."""
    return tuple("" if v is None else str(v) for name, v in row.items() if name not in RESULTS)


def _cell(name: str, cell: str, file: str, number: int) -> Any:
    if name in _READERS:
        read, expected = _READERS[name]
        if cell == "" and name != "outcome":
            return None
        value = read(cell)
        if value is None:
            raise TableError(
                f"{tables.place(file, number)}, {name}: {tables.shown(cell)} is not {expected}: "
                "delete the row, or the file, and start the sweep again"
            )
        return value
    return _plain(cell)


def _plain(cell: str) -> Any:
    """Return what a setting's cell stands for: None, a truth, a number or a text."""
    words = {"": None, "True": True, "False": False}
    if cell in words:
        return words[cell]
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell


def _whole(cell: str) -> int | None:
    return int(cell) if re.fullmatch("[0-9]{1,18}", cell) else None


def _number(cell: str) -> float | None:
    return float(cell) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?", cell) else None


def _outcome(cell: str) -> str | None:
    return cell if cell in OUTCOMES else None


_READERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "outcome": (_outcome, f"one of {', '.join(OUTCOMES)}"),
    "epochs_done": (_whole, "a whole number of at least 0"),
    "steps": (_whole, "a whole number of at least 0"),
    "train_loss": (_number, "a number such as 0.5"),
    "validation_loss": (_number, "a number such as 0.5"),
    "message": (str, "a text"),
}
