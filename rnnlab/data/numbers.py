"""The numbers in the cells of columns: what stands before their decimals, which are missing."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from rnnlab.base.say import say
from rnnlab.base.tables import shown
from rnnlab.data import parsing
from rnnlab.data.codes import find_codes
from rnnlab.data.columns import Cell, Columns, is_number, listed

T = TypeVar("T")
COUNT = "time=False counts the values 0, 1, 2, ..."


def given_cells(
    columns: Columns, read: Sequence[int], missing: Sequence[float | str] | None
) -> list[Cell]:
    """Return the cells of columns that are not missing, as they or the learner say."""
    words = {text for text in missing or () if isinstance(text, str)}
    return [
        cell
        for k in read
        for cell in columns.cells(k)
        if not parsing.is_missing(cell.text) and cell.text not in words
    ]


def parse_all(
    columns: Columns, given: list[Cell], times: list[Cell], decimal: str | None
) -> list[float]:
    """Return the numbers in cells, once it is clear what stands before the decimals."""
    cells = given + times
    if not cells:
        return []
    by_mark = readings(cells, parsing.parse_number, (decimal,) if decimal else parsing.MARKS)
    read = len(next(iter(by_mark.values())))
    if read < len(cells):
        wanted = " or ".join({".": "1.5", ",": "1,5"}[mark] for mark in by_mark)
        raise columns.error(cells[read], _refusal(columns, cells[read], wanted, times))
    _check_signs(columns, given)
    rows = zip(cells, *by_mark.values(), strict=True)
    doubtful = [(cell, *numbers) for cell, *numbers in rows if len({*numbers}) > 1]
    if not doubtful:
        return next(iter(by_mark.values()))
    likely = {",": ".", ";": ","}.get(columns.separator)  # where commas separate, points are marks
    if likely and all(likely in cell.text for cell, *_ in doubtful):
        return by_mark[likely]
    cell, *either = doubtful[0]
    one, other = (f"{number:.15g}" for number in either)
    first, second = (f'decimal="{mark}"' for mark in by_mark)
    raise columns.error(
        cell,
        f"may be {one} or {other}, and no number beside it shows which: give {first} for {one} or "
        f"{second} for {other}",
    )


def _refusal(columns: Columns, cell: Cell, wanted: str, times: list[Cell]) -> str:
    """Return what is wrong with a cell that is no number where one has to be."""
    if cell in times[:1]:
        return (
            "is not a time; expected one such as 2024, 2024-07, 2024Q3, 2024-07-02, 2-Jul-2024 or "
            f"2024-07-02 13:05: correct it, choose a column with time=..., or {COUNT}"
        )
    if cell in times:
        return f"is not a time like {shown(times[0].text)}: correct it, or {COUNT}"
    below = columns.cells(cell.column)
    if remedy := columns.remedy(*(one.text for one in below)):
        return f"is not a number; expected one such as {wanted}: {remedy}"
    remedy = "correct it, or empty the cell and give fill_gaps=True"
    if cell == below[0] and any(columns.titles) and any(is_number(one.text) for one in below[1:2]):
        remedy = f"delete row {cell.row} if it holds units; otherwise {remedy}"
    return f"is not a number; expected one such as {wanted}: {remedy}"


def _check_signs(columns: Columns, cells: list[Cell]) -> None:
    """Refuse a column in which some cells have another sign of a unit than the first, or none."""
    first: dict[int, tuple[Cell, str]] = {}
    for cell in cells:
        sign = parsing.split_sign(cell.text)[1]
        begun, usual = first.setdefault(cell.column, (cell, sign))
        if sign != usual:
            text = (
                "has another unit than {begun} in row {row}; expected one for the whole column: "
                "write all in the same unit"
            )
            raise columns.error(cell, say(text, begun=shown(begun.text), row=begun.row))


def sign_of(columns: Columns, column: int, numbers: dict[Cell, float]) -> str:
    """Return the sign of the unit that all numbers of a column have, "" for none."""
    first = next(cell for cell in columns.cells(column) if cell in numbers)
    return parsing.split_sign(first.text)[1]


def without_codes(
    columns: Columns,
    read: Sequence[int],
    numbers: dict[Cell, float],
    missing: Sequence[float | str] | None,
) -> dict[Cell, float]:
    """Return the numbers without those that stand for missing values; ask where they may.

    Raises:
        TableError: if `missing` is not given and some look like codes for missing values.
    """
    if missing is not None:
        codes = {float(code) for code in missing if not isinstance(code, str)}
        return {cell: number for cell, number in numbers.items() if number not in codes}
    for column in read:
        here = {cell: numbers[cell] for cell in columns.cells(column) if cell in numbers}
        codes = {*find_codes([*here.values()])}
        if not codes:
            continue
        cells = [cell for cell, number in here.items() if number in codes]
        others = [number for number in here.values() if number not in codes]
        text = (
            "may stand for a missing value, as it is far from all others, {low:.6g} to {high:.6g} "
            "({count} such in {rows}): give missing={codes} with fill_gaps=True if so, or "
            "missing=() if it is a number"
        )
        ordered = [f"{code:.15g}" for code in dict.fromkeys(here[cell] for cell in cells)]
        raise columns.error(
            cells[0],
            say(
                text, low=min(others), high=max(others), count=len(cells),
                rows=f"row{'s' * (len(cells) > 1)} {listed(cell.row for cell in cells)}",
                codes=f"({', '.join(ordered)}{',' * (len(ordered) == 1)})",
            ),
        )  # fmt: skip
    return numbers


def column_values(
    columns: Columns,
    column: int,
    numbers: dict[Cell, float],
    fill_gaps: bool,
    places: Sequence[int] | None,
    read: Sequence[int],
) -> tuple[Tensor, str]:
    """Return the values of a column with gaps filled, and a note on what was filled.

    Args:
        columns: of the table.
        column: the number of the one.
        numbers: of the cells that are not missing.
        fill_gaps: whether missing values are filled; otherwise they are refused.
        places: (N,) of the rows on the grid of times that is to be filled, the first at 0; None
            for rows that stand one after the other.
        read: the columns that are read.
    """
    cells = columns.cells(column)
    given = [cell for cell in cells if cell in numbers]
    if not given:
        words = "is missing, as is all else in this column: choose another with value=..."
        raise columns.error(cells[0], words)
    missing = [cell for cell in cells if cell not in numbers]
    if missing:
        _check_gaps(columns, cells, missing, fill_gaps)
    values = torch.tensor([numbers[cell] for cell in given], dtype=torch.float64).float()
    if too_large := values.isinf().nonzero().flatten().tolist():
        raise columns.error(
            given[too_large[0]],
            "is too large; expected at most 3.4e38, as values have 32 bits: correct it, or "
            "choose a larger unit",
        )
    if not missing and places is None:
        return values, ""
    at = dict(zip(cells, places or range(len(cells)), strict=True))
    filled = np.interp(range(at[cells[-1]] + 1), [at[cell] for cell in given], values)
    if not missing:
        return torch.from_numpy(filled).float(), ""
    which = f" of {columns.words(column)}" if len(read) > 1 else ""
    note = (
        f"{len(missing)} of {len(cells)} values{which} are missing and are filled by a straight "
        f"line between their neighbours: row{'s' * (len(missing) > 1)} "
        f"{listed(cell.row for cell in missing)}."
    )
    return torch.from_numpy(filled).float(), note


def _check_gaps(columns: Columns, cells: list[Cell], missing: list[Cell], fill_gaps: bool) -> None:
    if not fill_gaps:
        raise columns.error(
            missing[0],
            f"is a missing value ({len(missing)} of {len(cells)} are missing): write it, or fill "
            "each gap by a straight line between its neighbours with fill_gaps=True",
        )
    for end, gap in ((cells[0], missing[0]), (cells[-1], missing[-1])):
        if gap == end:
            which = "first" if gap.row == columns.first_row else "last"
            raise columns.error(
                gap,
                f"is a missing value, and in the {which} row a gap has a neighbour on one side "
                "only: write the value, or delete the row",
            )


def readings(
    cells: list[Cell], parse: Callable[[str, str], T | None], ways: Iterable[str]
) -> dict[str, list[T]]:
    """Return what each way to read cells makes of them; only the ways that get furthest."""
    by_way: dict[str, list[T]] = {}
    for way in ways:
        by_way[way] = []
        for cell in cells:
            if (value := parse(cell.text, way)) is None:
                break
            by_way[way].append(value)
    most = max(map(len, by_way.values()))
    return {way: values for way, values in by_way.items() if len(values) == most}
