"""Exercises of lesson 13: how far back, what ten runs can say, which differences are clear."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from rnnlab.course.exercises import exercise
from rnnlab.course.intervals import Z, wilson_interval
from rnnlab.course.judging import Wrong, compare, wrong

LENGTH = 50  # of the sequences that 13.1 asks about
CASES = ((7, 10), (10, 10), (0, 10), (2, 5), (90, 100))
Count = tuple[int, int]  # solved, runs
Counts = Mapping[tuple[int, float | None], Count]  # by (length, bound)


@exercise("13.1")
def judge_steps_back(answer: Any) -> Wrong | None:
    """Judge the smallest and largest number of steps from the last step to the first symbol."""
    low, high = (int(value) for value in answer)
    earliest, latest, last = LENGTH // 10, 2 * (LENGTH // 10) - 1, LENGTH - 1
    right = (last - latest, last - earliest)
    mistakes = {
        "swapped": right[::-1],
        "one more": (right[0] + 1, right[1] + 1),
        "places": (earliest, latest),
        "second symbol": tuple(n - (LENGTH // 2 - earliest) for n in right),
    }
    fields = {"length": LENGTH, "last": last, "earliest": earliest, "latest": latest}
    return compare((low, high), right, mistakes, low=low, high=high, **fields)


@exercise("13.2")
def judge_wilson(answer: Any) -> Wrong | None:
    """Judge the interval by some counts."""
    for solved, runs in CASES:
        given = answer(solved, runs)
        if not isinstance(given, tuple | list) or len(given) != 2:
            return wrong("no pair", solved=solved, runs=runs, given=given)
        if verdict := _about_interval(solved, runs, float(given[0]), float(given[1])):
            return verdict
    return None


def _about_interval(solved: int, runs: int, low: float, high: float) -> Wrong | None:
    right = wilson_interval(solved, runs)
    fraction, divisor = solved / runs, 1 + Z * Z / runs
    error = Z * math.sqrt(fraction * (1 - fraction) / runs)
    mistakes = {
        "swapped": right[::-1],
        "percent": tuple(100 * end for end in right),
        "simple": (fraction - error, fraction + error),
        "z": wilson_interval(solved, runs, 1.0),
        "not divided": tuple(divisor * end for end in right),
    }
    fields = {"solved": solved, "runs": runs, "low": low, "high": high, "divisor": divisor}
    return compare((low, high), right, mistakes, rtol=2e-3, middle=sum(right) / 2, **fields)


@exercise("13.3")
def judge_clear(answer: Any, counts: Counts) -> Wrong | None:
    """Judge the lengths at which the two intervals have nothing in common."""
    given = sorted({int(length) for length in answer})
    lengths = sorted({length for length, _ in counts})

    def where(test: Callable[[Count, Count], bool]) -> list[int]:
        return [length for length in lengths if test(counts[length, None], counts[length, 1.0])]

    if unknown := [length for length in given if length not in lengths]:
        return wrong("no length", first=unknown[0], lengths=_listed(lengths))
    right = where(_apart)
    if given == right:
        return None
    if given == where(lambda without, clipped: without != clipped):
        return wrong("any difference", given=_listed(given))
    if given == where(lambda without, clipped: not _apart(without, clipped)):
        return wrong("overlap", given=_listed(given))
    length = min({*given} ^ {*right})
    without, clipped = counts[length, None], counts[length, 1.0]
    said = "in your list" if length in given else "not in your list"
    intervals = {"a": wilson_interval(*without), "b": wilson_interval(*clipped)}
    return wrong("else", length=length, said=said, without=without, clipped=clipped, **intervals)


def _apart(without: Count, clipped: Count) -> bool:
    a, b = wilson_interval(*without), wilson_interval(*clipped)
    return a[1] < b[0] or b[1] < a[0]


def _listed(lengths: list[int]) -> str:
    return ", ".join(map(str, lengths)) or "none"
