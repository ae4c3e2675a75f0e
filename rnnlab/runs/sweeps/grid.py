"""The grid of a sweep: what it may hold, and the trials it stands for."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from rnnlab.base.checks import check_count, check_seed
from rnnlab.base.say import say
from rnnlab.base.showable import FORMULAS
from rnnlab.model.cells import Cell
from rnnlab.runs.sweeps.table import FINGERPRINT, MOST_CELL, cell_of
from rnnlab.runs.sweeps.trial import CHECKS, OPTIONAL, RESULTS, SETTINGS, Row, Subject

PLAIN = (str, int, float, bool, type(None))  # what a cell of a CSV file holds


def plan(subject: Subject, grid: Mapping[str, Any], repeats: int) -> list[Row]:
    """Return each combination of the grid's values, the last name changing fastest.

    Each holds all of `SETTINGS` and then, sorted by name, so that a file's columns do not depend
    on the grid's order, the options of the task or the model. What cannot work is refused.
    """
    repeats = check_count("repeats", repeats)
    if not isinstance(grid, Mapping):
        raise TypeError(
            f"grid is {type(grid).__name__}; expected a dict with a list of values for each "
            'setting, such as {"learning_rate": [0.001, 0.01]}'
        )
    values = {name: _values(name, given) for name, given in grid.items()}
    for name in values:
        _check_name(name, subject)
    if repeats > 1:
        seeds = values.pop("seed", [SETTINGS["seed"]])
        if len(seeds) > 1:
            raise ValueError(
                f"seed has {len(seeds)} values and repeats is {repeats}: give one of the two"
            )
        first = int(seeds[0])
        check_seed("seed", first + repeats - 1)
        values["seed"] = list(range(first, first + repeats))
    chosen = (dict(zip(values, row, strict=True)) for row in itertools.product(*values.values()))
    return [{**SETTINGS, **{name: row[name] for name in sorted(row)}} for row in chosen]


def _values(name: str, given: Any) -> list[Any]:
    """Return the values of a setting; numbers of NumPy and torch become Python's."""
    one = isinstance(given, str | bytes | Mapping) or getattr(given, "ndim", 1) == 0
    values = [given] if one or not isinstance(given, Iterable) else given
    values = [value.item() if hasattr(value, "item") else value for value in values]
    if not values:
        raise ValueError(f"{name} has no values: give one or more, or leave it out")
    for value in values:
        if not isinstance(plain(value), PLAIN):
            raise TypeError(
                f"{name} has {value!r}; expected text, numbers, True, False or None, which a CSV "
                "file can hold"
            )
        if (length := len(cell_of(plain(value)))) > MOST_CELL:
            text = (
                "{name} has a text of {length:,} characters; a CSV file holds {most:,}: shorten it"
            )
            raise ValueError(say(text, name=name, length=length, most=MOST_CELL))
        if name in SETTINGS and (value is not None or name not in OPTIONAL):
            CHECKS[name](name, value)
    if len({(type(value), value) for value in map(plain, values)}) < len(values):
        raise ValueError(f"{name} has a value twice: {values!r}; for more seeds give repeats=")
    return values


def plain(value: Any) -> Any:
    """Return a setting's value as a table has it: of a cell its name."""
    return value.name if isinstance(value, Cell) else value


def _check_name(name: object, subject: Subject) -> None:
    if not isinstance(name, str):
        raise TypeError(f"grid has the name {name!r}; expected the names of settings, as text")
    if name in ("task", *RESULTS, FINGERPRINT):
        raise ValueError(f"{name!r} cannot be a setting: the table has a column of this name")
    if (
        name != name.strip()
        or not name.isprintable()
        or not name
        or {*name} & {*';,"'}
        or name.startswith(FORMULAS)
    ):
        text = "{name!r} cannot be a setting: its column needs a name of letters, such as dropout"
        raise ValueError(say(text, name=name))
    if name not in SETTINGS and not subject.makes_tasks and subject.model is None:
        raise ValueError(
            f"{name!r} is no setting of a sweep; the settings are {', '.join(SETTINGS)}. Options "
            "of the task need its name, or what makes it, instead of the task itself"
        )
