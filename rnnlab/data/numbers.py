"""The numbers in the cells of columns: what stands before their decimals, which are missing."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from rnnlab.base.say import say, say_count
from rnnlab.base.tables import TableError, shown
from rnnlab.data import parsing
from rnnlab.data.codes import find_codes
from rnnlab.data.columns import Cell, Columns, is_number, listed

T = TypeVar("T")


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
        wanted = {".": "1.5", ",": "1,5"}[next(iter(by_mark))]
        wanted = say("1.5 or 1,5") if len(by_mark) > 1 else wanted
        raise TableError(_refusal(columns, cells[read], wanted, times))
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
    text = (
        "{where}: {held} may be {one} or {other}, and no number beside it shows which: give "
        "{first} for {one} or {second} for {other}"
    )
    ways = {"one": one, "other": other, "first": first, "second": second}
    raise TableError(say(text, **columns.at(cell), **ways))


def _refusal(columns: Columns, cell: Cell, wanted: str, times: list[Cell]) -> str:
    """Return what is wrong with a cell that is no number where one has to be."""
    below = columns.cells(cell.column)
    if cell in times[:1]:
        text = (
            "{where}: {held} is not a time; expected one such as 2024, 2024-07, 2024Q3, "
            "2024-07-02, 2-Jul-2024 or 2024-07-02 13:05: correct it, choose a column with "
            "time=..., or time=False counts the values 0, 1, 2, ..."
        )
    elif cell in times:
        text = (
            "{where}: {held} is not a time like {first}: correct it, or time=False counts the "
            "values 0, 1, 2, ..."
        )
    elif columns.should_split(*(one.text for one in below)):
        text = (
            "{where}: {held} is not a number; expected one such as {wanted}: no separator splits "
            "all rows alike, so delete lines above the header"
        )
    elif cell == below[0] and any(columns.titles) and any(is_number(b.text) for b in below[1:2]):
        text = (
            "{where}: {held} is not a number; expected one such as {wanted}: delete row {row} if "
            "it holds units; otherwise correct it, or empty the cell and give fill_gaps=True"
        )
    else:
        text = (
            "{where}: {held} is not a number; expected one such as {wanted}: correct it, or empty "
            "the cell and give fill_gaps=True"
        )
    first = shown(times[0].text) if times else ""
    return say(text, **columns.at(cell), first=first, wanted=wanted, row=cell.row)


def _check_signs(columns: Columns, cells: list[Cell]) -> None:
    """Refuse a column in which some cells have another sign of a unit than the first, or none."""
    first: dict[int, tuple[Cell, str]] = {}
    for cell in cells:
        sign = parsing.split_sign(cell.text)[1]
        begun, usual = first.setdefault(cell.column, (cell, sign))
        if sign != usual:
            text = (
                "{where}: {held} has another unit than {begun} in row {row}; expected one for the "
                "whole column: write all in the same unit"
            )
            first_of_all = {"begun": shown(begun.text), "row": begun.row}
            raise TableError(say(text, **columns.at(cell), **first_of_all))


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
        one = (
            "{where}: {held} may stand for a missing value, as it is far from all others, "
            "{low:.6g} to {high:.6g} ({n} such in row {rows}): give missing={codes} with "
            "fill_gaps=True if so, or missing=() if it is a number"
        )
        many = (
            "{where}: {held} may stand for a missing value, as it is far from all others, "
            "{low:.6g} to {high:.6g} ({n} such in rows {rows}): give missing={codes} with "
            "fill_gaps=True if so, or missing=() if it is a number"
        )
        ordered = [f"{code:.15g}" for code in dict.fromkeys(here[cell] for cell in cells)]
        text = say_count(
            one, many, n=len(cells), low=min(others), high=max(others),
            rows=listed(cell.row for cell in cells),
            codes=f"({', '.join(ordered)}{',' * (len(ordered) == 1)})", **columns.at(cells[0]),
        )  # fmt: skip
        raise TableError(text)
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
        text = (
            "{where}: {held} is missing, as is all else in this column: choose another with "
            "value=..."
        )
        raise TableError(say(text, **columns.at(cells[0])))
    missing = [cell for cell in cells if cell not in numbers]
    if missing:
        _check_gaps(columns, cells, missing, fill_gaps)
    values = torch.tensor([numbers[cell] for cell in given], dtype=torch.float64).float()
    if too_large := values.isinf().nonzero().flatten().tolist():
        text = (
            "{where}: {held} is too large; expected at most 3.4e38, as values have 32 bits: "
            "correct it, or choose a larger unit"
        )
        raise TableError(say(text, **columns.at(given[too_large[0]])))
    if not missing and places is None:
        return values, ""
    at = dict(zip(cells, places or range(len(cells)), strict=True))
    filled = np.interp(range(at[cells[-1]] + 1), [at[cell] for cell in given], values)
    if not missing:
        return torch.from_numpy(filled).float(), ""
    one, many = (
        "{n} of {total} values are missing and are filled by a straight line between their "
        "neighbours: row {rows}.",
        "{n} of {total} values are missing and are filled by a straight line between their "
        "neighbours: rows {rows}.",
    )
    if len(read) > 1:
        one, many = (
            "{n} of {total} values of {column} are missing and are filled by a straight line "
            "between their neighbours: row {rows}.",
            "{n} of {total} values of {column} are missing and are filled by a straight line "
            "between their neighbours: rows {rows}.",
        )
    rows = listed(cell.row for cell in missing)
    words = {"total": len(cells), "rows": rows, "column": columns.words(column)}
    return torch.from_numpy(filled).float(), say_count(one, many, n=len(missing), **words)


def _check_gaps(columns: Columns, cells: list[Cell], missing: list[Cell], fill_gaps: bool) -> None:
    if not fill_gaps:
        text = (
            "{where}: {held} is a missing value ({missing} of {total} are missing): write it, or "
            "fill each gap by a straight line between its neighbours with fill_gaps=True"
        )
        given = {"missing": len(missing), "total": len(cells)}
        raise TableError(say(text, **columns.at(missing[0]), **given))
    for end, gap in ((cells[0], missing[0]), (cells[-1], missing[-1])):
        if gap == end:
            text = (
                "{where}: {held} is a missing value, and in the last row a gap has a neighbour on "
                "one side only: write the value, or delete the row"
            )
            if gap.row == columns.first_row:
                text = (
                    "{where}: {held} is a missing value, and in the first row a gap has a "
                    "neighbour on one side only: write the value, or delete the row"
                )
            raise TableError(say(text, **columns.at(gap)))


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
