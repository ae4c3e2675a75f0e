"""Sweep: the results of a sweep, a row for each run, in memory and in a CSV file."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Self

from rnnlab.base import tables
from rnnlab.base.checks import check_known
from rnnlab.base.tables import COUNT, Kind, TableError
from rnnlab.runs.sweeps.trial import OUTCOMES, RESULTS, SETTINGS, Row

ENDED = ("finished", "solved")  # with weights that mean something
MOST_RUNS = 100_000
MOST_BYTES = 1_000 * MOST_RUNS


def _setting(cell: str) -> Any:
    """Return what a setting's cell stands for: True, False, a number or a text."""
    if cell in ("True", "False"):
        return cell == "True"
    for kind in (int, float):
        with suppress(ValueError):
            return kind(cell)
    return cell


_SETTING = Kind(_setting, ".*", "the value of a setting", optional=True)
_LOSS = Kind(float, r"-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?", "a number such as 0.5", optional=True)
KINDS = {
    "outcome": Kind(str, "|".join(OUTCOMES), f"one of {', '.join(OUTCOMES)}"),
    "epochs_done": COUNT._replace(optional=True),
    "steps": COUNT._replace(optional=True),
    "train_loss": _LOSS,
    "validation_loss": _LOSS,
    "message": Kind(str, ".*", "a text", optional=True),
}


class Sweep:
    """The runs of a sweep in the order of its grid, a row each. Equal rows, equal sweeps.

    Attributes:
        rows: dictionaries of plain values: "task", each setting, then "outcome" ("finished",
            "solved": it reached `stop_at`; "diverged"; "failed": an exception or a killed
            worker), "epochs_done" (completed), "steps", "train_loss" (of the last of these),
            "validation_loss" (at the end) and "message". What a run does not have is None.
        varied: the settings with more than one value.
    """

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = list(rows)
        settings = [name for name in self.rows[0] if name not in RESULTS] if self.rows else []
        self.varied = tuple(
            name for name in settings if any(row[name] != self.rows[0][name] for row in self.rows)
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
        header = [[*self.rows[0]]] if self.rows else []
        tables.write(path, [*header, *(list(row.values()) for row in self.rows)])

    @classmethod
    def from_csv(cls, path: tables.Path) -> Self:
        """Return the sweep, of at most 100,000 runs, that `to_csv` or `sweep` has written.

        Raises:
            OSError: if there is no such file or it cannot be read.
            TableError: a ValueError that says what stands where, and what was expected.
        """
        table = tables.read(path, MOST_BYTES, MOST_RUNS + 1)
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
        return cls(dict(zip(header, row, strict=True)) for row in rows)

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self.rows)

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
