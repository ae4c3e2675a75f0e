"""Exercises of lesson 13: how far back, what ten runs can say, which differences are clear."""

import math
from collections.abc import Mapping
from typing import Any

from rnnlab.base.say import say
from rnnlab.course.intervals import Z, wilson_interval
from rnnlab.course.judging import Wrong, compare, first_of, wrong

LENGTH = 50  # of the sequences that 13.1 asks about
CASES = ((7, 10), (10, 10), (0, 10), (2, 5), (90, 100))  # solved, runs
Counts = Mapping[tuple[int, float | None], tuple[int, int]]  # by (length, bound)


def judge_1(answer: Any) -> Wrong | None:
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


def judge_2(answer: Any) -> Wrong | None:
    """Judge the interval by some counts."""
    for solved, runs in CASES:
        given = answer(solved, runs)
        if not isinstance(given, tuple | list) or len(given) != 2:
            return wrong("no pair", solved=solved, runs=runs, given=given)
        low, high = float(given[0]), float(given[1])
        right, fraction, divisor = wilson_interval(solved, runs), solved / runs, 1 + Z * Z / runs
        error = Z * math.sqrt(fraction * (1 - fraction) / runs)
        mistakes = {
            "swapped": right[::-1],
            "percent": tuple(100 * end for end in right),
            "simple": (fraction - error, fraction + error),
            "z": wilson_interval(solved, runs, 1.0),
            "not divided": tuple(divisor * end for end in right),
        }
        fields = {"low": low, "high": high, "divisor": divisor, "middle": sum(right) / 2}
        fields |= {"solved": solved, "runs": runs}
        if verdict := compare((low, high), right, mistakes, 2e-3, **fields):
            return verdict
    return None


def judge_3(answer: Any, counts: Counts) -> Wrong | None:
    """Judge the lengths at which the two intervals have nothing in common."""
    given, lengths = sorted({int(n) for n in answer}), sorted({n for n, _ in counts})
    pairs = {n: (counts[n, None], counts[n, 1.0]) for n in lengths}  # without clipping and with
    ends = {n: [wilson_interval(*count) for count in pair] for n, pair in pairs.items()}
    right = [n for n, (a, b) in ends.items() if a[1] < b[0] or b[1] < a[0]]
    if given == right:
        return None
    unknown, differ = [n for n in given if n not in lengths], {*given} ^ {*right}
    mistakes = {
        "no length": unknown,
        "any difference": given == [n for n, (a, b) in pairs.items() if a != b],
        "overlap": given == [n for n in lengths if n not in right],
        "else": True,
    }
    n = min(differ.intersection(lengths), default=lengths[0])
    fields = {"unknown": unknown, "lengths": _listed(lengths), "given": _listed(given), "length": n}
    fields |= {"which": say("in your list" if n in given else "not in your list")}
    (without, clipped), (a, b) = pairs[n], ends[n]
    return first_of(mistakes, without=without, clipped=clipped, a=a, b=b, **fields)


def _listed(lengths: list[int]) -> str:
    return ", ".join(map(str, lengths)) or say("none")
