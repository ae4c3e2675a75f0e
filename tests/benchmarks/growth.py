"""Promises how the time of a step grows with each size alone."""

from __future__ import annotations

from itertools import pairwise
from statistics import median

from tests.benchmarks.case import Case
from tests.benchmarks.contenders import rnnlab_fit
from tests.benchmarks.table import Samples, interleaved, markdown, number, steps_measure, tell

CELLS = ("rnn", "gru", "lstm")
BASE = Case(length=48)
AXES: dict[str, tuple[str, list[int]]] = {
    "length": ("T", [24, 48, 96, 192, 384]),
    "hidden": ("H", [16, 32, 64, 128, 256]),
    "batch": ("B", [8, 16, 32, 64, 128]),
    "layers": ("layers", [1, 2, 4]),
}

Growth = dict[str, dict[str, Samples]]  # axis -> cell -> size -> milliseconds a step


def measure(small: bool) -> Growth:
    """Measure 5 rounds of chunks of a tenth of a second (small: 1 round of 0.01, ends only)."""
    rounds, seconds = (1, 0.01) if small else (5, 0.1)
    growth: Growth = {}
    for axis, (letter, sizes) in AXES.items():
        growth[axis] = {}
        for cell in CELLS:
            tell(f"growth: {cell} with {letter}")
            measures = {
                str(size): steps_measure(rnnlab_fit, sized(cell, axis, size), seconds)
                for size in (sizes[:2] if small else sizes)
            }
            growth[axis][cell] = interleaved(measures, rounds)
    return growth


def sized(cell: str, axis: str, size: int) -> Case:
    """Return the base case with another cell, and another size along one axis."""
    return Case(**{**BASE._asdict(), "cell": cell, axis: size})


def table(growth: Growth) -> str:
    """Return a row for each size: ms a step, and how many times the row before."""
    body = []
    for axis, by_cell in growth.items():
        columns = [_with_factors([median(s) for s in by_cell[cell].values()]) for cell in CELLS]
        sizes = by_cell[CELLS[0]]
        body += [
            [AXES[axis][0], size, *figures] for size, *figures in zip(sizes, *columns, strict=True)
        ]
    title = (
        "Growth: rnnlab, ms a step (in brackets: times the row before); "
        f"T = {BASE.length}, H = {BASE.hidden}, B = {BASE.batch}, 1 layer where not said otherwise"
    )
    return markdown(title, ["", "size", *CELLS], body)


def _with_factors(figures: list[float]) -> list[str]:
    factors = [f" ({after / before:.2f})" for before, after in pairwise(figures)]
    return [number(f) + factor for f, factor in zip(figures, ["", *factors], strict=True)]
