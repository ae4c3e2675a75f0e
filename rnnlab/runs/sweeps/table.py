"""Sweep: the results of a sweep, a row for each run, in memory and in a CSV file."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Self, overload

from rnnlab.base import tables
from rnnlab.base.checks import check_known
from rnnlab.base.showable import FORMULAS
from rnnlab.base.tables import COUNT, Kind, TableError
from rnnlab.runs.sweeps.trial import OUTCOMES, RESULTS, SETTINGS, Row

ENDED = ("finished", "solved")  # with weights that mean something
MOST_RUNS = 100_000
MOST_BYTES = 1_000 * MOST_RUNS
MOST_CELL = 100_000  # characters; the csv module reads some more
FINGERPRINT = "fingerprint"  # the column of a sweep's file that says what made a row


def cell_of(value: Any) -> str:
    """Return a setting's value as a file has it, by which it is recognised.

    A text that would be read as something else, such as "01", "True" or " pad ", that no file of
    text holds or that a spreadsheet would compute, stands in quotation marks, as in JSON.
    """
    if not isinstance(value, str):
        return "" if value is None else str(value)
    simple = value and value.isprintable() and value.strip() == value == _setting(value)
    return value if simple and not value.startswith(FORMULAS) else json.dumps(value)


def _text(cell: str) -> str:
    """Return what the cell of a text stands for."""
    if cell.startswith('"'):
        with suppress(ValueError):
            return str(json.loads(cell))
    return cell


def _setting(cell: str) -> Any:
    """Return what a setting's cell stands for: True, False, a number or a text."""
    if cell in ("True", "False"):
        return cell == "True"
    for kind in (int, float):
        with suppress(ValueError):
            return kind(cell)
    return _text(cell)


_SETTING = Kind(_setting, ".*", "the value of a setting", optional=True)
_LOSS = Kind(float, r"-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?", "a number such as 0.5", optional=True)
KINDS = {
    "task": Kind(_text, ".*", "the name of a task", optional=True),
    "outcome": Kind(str, "|".join(OUTCOMES), f"one of {', '.join(OUTCOMES)}"),
    "epochs_done": COUNT._replace(optional=True),
    "steps": COUNT._replace(optional=True),
    "train_loss": _LOSS,
    "validation_loss": _LOSS,
    "message": Kind(_text, ".*", "a text", optional=True),
    FINGERPRINT: Kind(str, ".*", "a text", optional=True),
}


def settings_of(row: Row) -> list[str]:
    """Return the names of a row's columns that say which run it is: the task and its settings."""
    return [name for name in row if name not in (*RESULTS, FINGERPRINT)]


def write(path: tables.Path, rows: list[Row]) -> None:
    """Write rows of the same columns into a CSV file."""
    header = [[*rows[0]]] if rows else []
    texts = {*settings_of(rows[0]), "message"} if rows else set()
    cells = ([cell_of(row[n]) if n in texts else row[n] for n in row] for row in rows)
    tables.write(path, [*header, *cells])


def read(path: tables.Path) -> list[Row]:
    """Return the rows of a sweep's file, with their fingerprints if these are there."""
    table = tables.read(path, MOST_BYTES, MOST_RUNS + 1, MOST_CELL)
    header = next(table.rows)
    known = ("task", *SETTINGS, *RESULTS)
    if [name for name in header if name in known] != [*known] or len({*header}) < len(header):
        raise TableError(
            f"{tables.place(table.name, 1)} holds {tables.shown(','.join(header))}; expected "
            f"the columns {', '.join(known)}: give a file that a sweep has written"
        )
    kinds = {name: KINDS.get(name, _SETTING) for name in header}
    remedy = "delete the row, or the file, and start the sweep again"
    rows = tables.values(table, kinds, remedy)
    return [dict(zip(header, row, strict=True)) for row in rows]


class Sweep:
    """The runs of a sweep in the order of its grid, a row each. Equal rows, equal sweeps.

    As a list of its rows, a sweep has a length, is iterated over and indexed.

    Attributes:
        rows: dictionaries of plain values: "task", each setting, then "outcome" ("finished",
            "solved": it reached `stop_at`; "diverged"; "failed": an exception or a killed
            worker), "epochs_done" (completed), "steps", "train_loss" (of the last of these),
            "validation_loss" (at the end) and "message". What a run does not have is None.
        varied: the settings with more than one value.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = list(rows)
        settings = settings_of(self.rows[0]) if self.rows else []
        self.varied = tuple(
            name for name in settings if len({cell_of(row[name]) for row in self.rows}) > 1
        )

    @property
    def best(self) -> Row | None:
        """The row with the lowest validation loss; None if no run ended well."""
        ended = [row for row in self.rows if row["outcome"] in ENDED]
        return min(ended, key=lambda row: float(row["validation_loss"]), default=None)

    def groups(self, *names: str) -> dict[tuple[Any, ...], list[Row]]:
        """Return the rows by the values of these columns, in the order of the rows.

        Raises:
            ValueError: for a name that is no column.
        """
        if self.rows:
            for name in names:
                check_known("column", name, self.rows[0], "columns")
        grouped: dict[tuple[Any, ...], list[Row]] = {}
        for row in self.rows:
            grouped.setdefault(tuple(row[name] for name in names), []).append(row)
        return grouped

    def share(self, outcome: str, *names: str) -> dict[tuple[Any, ...], float]:
        """Return the fraction of runs with an outcome, by the values of these columns.

        Raises:
            ValueError: for an unknown outcome or column, with the known ones.
        """
        check_known("outcome", outcome, OUTCOMES, "outcomes")
        return {
            values: sum(row["outcome"] == outcome for row in rows) / len(rows)
            for values, rows in self.groups(*names).items()
        }

    def to_csv(self, path: tables.Path) -> None:
        """Write all rows into a CSV file, numbers in full, None as an empty cell.

        Raises:
            OSError: if it cannot be written; a file that was there stays as it was.
        """
        write(path, self.rows)

    def to_dataframe(self) -> Any:
        """Return a pandas DataFrame with a row for each run and the columns of `rows`.

        Raises:
            ImportError: if pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise ImportError("to_dataframe needs pandas: pip install pandas") from None
        return pandas.DataFrame(self.rows)

    @classmethod
    def from_csv(cls, path: tables.Path) -> Self:
        """Return the sweep, of at most 100,000 runs, that `to_csv` or `sweep` has written.

        Raises:
            OSError: if there is no such file or it cannot be read.
            TableError: a ValueError that says what stands where, and what was expected.
        """
        rows = read(path)
        return cls({name: row[name] for name in row if name != FINGERPRINT} for row in rows)

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        """Yield each row."""
        return iter(self.rows)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        """Return a row, or of a slice the list of its rows."""
        return self.rows[index]

    def __eq__(self, other: object) -> bool:
        return self.rows == other.rows if isinstance(other, Sweep) else NotImplemented

    def __repr__(self) -> str:
        counts = {o: sum(row["outcome"] == o for row in self.rows) for o in OUTCOMES}
        text = f"Sweep({len(self)} runs: "
        text += ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
        if (best := self.best) is not None:
            where = ", ".join(f"{name}={best[name]!r}" for name in self.varied)
            text += f"; lowest validation loss {best['validation_loss']:.4g}"
            text += f" at {where}" if where else ""
        why = next((row["message"] for row in self.rows if row["outcome"] == "failed"), None)
        return f"{text}; failed: {why})" if why else f"{text})"
