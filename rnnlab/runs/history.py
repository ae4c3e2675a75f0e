"""What happened in a training run, as rows: one `Step` an update, one `Epoch` a pass."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from rnnlab.base import tables
from rnnlab.base.say import say
from rnnlab.base.step import Step
from rnnlab.base.tables import COUNT, Kind, TableError

MOST_STEPS = 1_000_000  # an hour at 300 steps a second; as a History they take some 200 MB
MOST_BYTES = 150 * MOST_STEPS  # no step takes more

_BOOLEAN = Kind(
    lambda cell: cell.casefold() == "true",
    "(?i:true|false)",
    lambda **cell: say("{where}: {held} is not True or False: {remedy}", **cell),
)
_NUMBER = Kind(
    float,
    r"-?([0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?|inf|nan)",
    lambda **cell: say("{where}: {held} is not a number such as 0.5, inf or nan: {remedy}", **cell),
)
_LOSS = _NUMBER._replace(optional=True)
_KINDS = (COUNT, COUNT, _NUMBER, _NUMBER, _BOOLEAN, _LOSS, _LOSS)  # of the fields of `Step`


class Epoch(NamedTuple):
    """One pass over the data: its number (from 1) and its average losses."""

    epoch: int
    train_loss: float
    validation_loss: float | None = None


class History:
    """All steps and epochs of a run, in order. Two runs that did the same compare equal."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.epochs: list[Epoch] = []

    def add(self, step: Step) -> None:
        """Append a step, and its epoch when the step is the epoch's last."""
        self.steps.append(step)
        if step.train_loss is not None:
            self.epochs.append(Epoch(step.epoch, step.train_loss, step.validation_loss))

    def restart(self, steps: Iterable[Step]) -> None:
        """Hold these steps, and their epochs, and no others."""
        self.steps.clear()
        self.epochs.clear()
        for step in steps:
            self.add(step)

    def to_dataframe(self) -> Any:
        """Return a pandas DataFrame with a row for each step and the fields of `Step` as columns.

        `history.to_dataframe().dropna()` has a row for each epoch, if there was validation.

        Raises:
            ImportError: if pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise ImportError(say("to_dataframe needs pandas: pip install pandas")) from None
        return pandas.DataFrame(self.steps, columns=Step._fields)

    def plot(self, clip_norm: float | None = None) -> Any:
        """Return a matplotlib Figure with the losses of each epoch and the norm of each gradient.

        Args:
            clip_norm: the bound that gradients were clipped to; None: none is drawn.
        """
        from rnnlab.pictures.run_panels import draw_history

        return draw_history(self, clip_norm)

    def to_csv(self, path: tables.Path) -> None:
        """Write all steps into a CSV file: a header with the fields of `Step`, a row for each.

        Numbers are written in full, None as an empty cell; `from_csv` gives an equal history.

        Raises:
            OSError: if it cannot be written; a file that was there stays as it was.
        """
        tables.write(path, [Step._fields, *self.steps])

    @classmethod
    def from_csv(cls, path: tables.Path) -> "History":
        """Return the history that `to_csv` has written, of at most 1,000,000 steps.

        Raises:
            OSError: if there is no such file (FileNotFoundError) or it cannot be read.
            TableError: a ValueError that says file, row and column, what stands there, what was
                expected and what to do. Rows are numbered from 1, the header.
        """
        table = tables.read(path, MOST_BYTES, MOST_STEPS + 1)
        if (header := tuple(next(table.rows))) != Step._fields:
            text = (
                "{where} holds {held}; expected {expected}: give a file that History.to_csv has "
                "written"
            )
            where, held = tables.place(table.name, 1), tables.shown(",".join(header))
            raise TableError(say(text, where=where, held=held, expected=",".join(Step._fields)))
        kinds = dict(zip(Step._fields, _KINDS, strict=True))
        remedy = say("take another copy of the file, or delete the rows from here on")
        history = cls()
        history.restart(Step(*row) for row in tables.values(table, kinds, remedy))
        return history

    @property
    def loss(self) -> list[float]:
        """The loss of each step."""
        return [step.loss for step in self.steps]

    @property
    def grad_norm(self) -> list[float]:
        """The gradient norm of each step, before clipping."""
        return [step.grad_norm for step in self.steps]

    @property
    def train_loss(self) -> list[float]:
        """The average training loss of each whole epoch."""
        return [epoch.train_loss for epoch in self.epochs]

    @property
    def validation_loss(self) -> list[float]:
        """The validation loss of each whole epoch; empty where none was measured."""
        return [e.validation_loss for e in self.epochs if e.validation_loss is not None]

    def __len__(self) -> int:
        """Return the number of steps."""
        return len(self.steps)

    def __eq__(self, other: object) -> bool:
        return self.steps == other.steps if isinstance(other, History) else NotImplemented

    def __repr__(self) -> str:
        losses = ""
        if self.epochs:
            last = self.epochs[-1]
            losses = f", train loss {last.train_loss:.4g}"  # not said
            if last.validation_loss is not None:
                losses += f", validation loss {last.validation_loss:.4g}"  # not said
        epochs, steps = len(self.epochs), len(self.steps)
        return f"History({epochs} whole epochs, {steps} steps{losses})"  # not said
