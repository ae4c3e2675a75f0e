"""The rows of a sweep in a CSV file, and back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from rnnlab.base import tables
from rnnlab.base.tables import COUNT, Kind, TableError
from rnnlab.runs.sweeps.trial import OUTCOMES, RESULTS, SETTINGS, Row

MOST_RUNS = 100_000
MOST_BYTES = 1_000 * MOST_RUNS

_LOSS = Kind(float, r"-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?", "a number such as 0.5", optional=True)
KINDS = {
    "outcome": Kind(str, "|".join(OUTCOMES), f"one of {', '.join(OUTCOMES)}"),
    "epochs_done": COUNT._replace(optional=True),
    "steps": COUNT._replace(optional=True),
    "train_loss": _LOSS,
    "validation_loss": _LOSS,
    "message": Kind(str, ".*", "a text", optional=True),
}


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
    kinds = {name: KINDS.get(name, _SETTING) for name in header}
    remedy = "delete the row, or the file, and start the sweep again"
    return [dict(zip(header, row, strict=True)) for row in tables.values(table, kinds, remedy)]


def texts(row: Row) -> tuple[str, ...]:
    """Return the settings of a row as the file writes them, by which a run is recognised."""
    return tuple("" if v is None else str(v) for name, v in row.items() if name not in RESULTS)


def _setting(cell: str) -> Any:
    """Return what a setting's cell stands for: None, True, False, a number or a text."""
    words = {"": None, "True": True, "False": False}
    if cell in words:
        return words[cell]
    for kind in (int, float):
        with suppress(ValueError):
            return kind(cell)
    return cell


_SETTING = Kind(_setting, ".*", "the value of a setting", optional=True)
