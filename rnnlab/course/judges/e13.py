"""Exercises of lesson 13: how far back, what ten runs can say, which differences are clear."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from rnnlab.course.exercises import Hints, exercise
from rnnlab.course.intervals import Z, wilson_interval

LENGTH = 50  # of the sequences that 13.1 asks about
CASES = ((7, 10), (10, 10), (0, 10), (2, 5), (90, 100))
Counts = Mapping[tuple[int, float | None], tuple[int, int]]  # (length, bound) -> (solved, runs)


@exercise("13.1", "how many steps back the first symbol lies", "steps_back = (40, 44)")
def judge_steps_back(answer: Any) -> Hints | None:
    """Judge the smallest and largest number of steps from the last step to the first symbol."""
    low, high = (int(value) for value in answer)
    first, last = LENGTH // 10, 2 * (LENGTH // 10) - 1
    right = (LENGTH - 1 - last, LENGTH - 1 - first)
    if (low, high) == right:
        return None
    text = f"You say {low} to {high}"
    if (high, low) == right:
        return (
            f"{text}: the two numbers are right, in the wrong order.",
            "The symbol that comes late is few steps back, the one that comes early is many.",
            "Write the smaller number first.",
        )
    if (low, high) == (right[0] + 1, right[1] + 1):
        return (
            f"{text}, one too many: the last time step is number {LENGTH - 1}, not {LENGTH}.",
            "From step 48 to step 49 it is one step.",
            f"Subtract the place from {LENGTH - 1}.",
        )
    if (low, high) == (first, last):
        return (
            f"{text}: these are the places of the first symbol, not the way back to them.",
            f"The loss is at the last time step, number {LENGTH - 1}.",
            f"From {LENGTH - 1} back to {last} it is the shortest way.",
        )
    if (low, high) == tuple(n - (LENGTH // 2 - first) for n in right):
        return (
            f"{text}: this is the way to the second symbol; asked is the first one.",
            f"The first symbol stands in the second tenth, at steps {first} to {last}.",
            f"From {LENGTH - 1} back to {last} it is the shortest way.",
        )
    return (
        f"{text}; from the last step to the first symbol it is another way.",
        f"The steps are numbered from 0, so the last one is {LENGTH - 1}.",
        f"The first symbol stands at one of the steps {first} to {last}.",
    )


@exercise(
    "13.2",
    "what share of runs do ten runs speak for",
    """
def wilson(solved, runs):
    share, z = solved / runs, 1.96
    middle = (share + z**2 / (2 * runs)) / (1 + z**2 / runs)
    half = z * (share * (1 - share) / runs + z**2 / (4 * runs**2)) ** 0.5 / (1 + z**2 / runs)
    return middle - half, middle + half
""",
)
def judge_wilson(answer: Any) -> Hints | None:
    """Judge the interval by some counts."""
    if not callable(answer):
        return (
            f"wilson is {type(answer).__name__}, not a function.",
            "Write def wilson(solved, runs): and return two numbers.",
            "check calls it with (7, 10), among others.",
        )
    for solved, runs in CASES:
        given = answer(solved, runs)
        if given is None or not isinstance(given, tuple | list) or len(given) != 2:
            return (
                f"wilson({solved}, {runs}) returned {given!r}; expected two numbers.",
                "The low end and the high end, from 0 to 1.",
                "End with return middle - half, middle + half.",
            )
        hints = _about_interval(solved, runs, float(given[0]), float(given[1]))
        if hints:
            return hints
    return None


def _about_interval(solved: int, runs: int, low: float, high: float) -> Hints | None:
    right = wilson_interval(solved, runs)
    if _close((low, high), right):
        return None
    text = f"wilson({solved}, {runs}) returned {low:.3f} to {high:.3f}"
    for wrong, hints in _wrong_intervals(solved, runs):
        if _close((low, high), wrong):
            return f"{text}: {hints[0]}", hints[1], hints[2]
    return (
        f"{text}; the formula gives another interval.",
        "Compare the two terms under the root, and what they are divided by.",
        f"For {solved} of {runs} the middle is {sum(right) / 2:.3f}.",
    )


def _wrong_intervals(solved: int, runs: int) -> list[tuple[tuple[float, float], Hints]]:
    low, high = wilson_interval(solved, runs)
    share, divided = solved / runs, 1 + Z * Z / runs
    plain = math.sqrt(share * (1 - share) / runs)
    one = wilson_interval(solved, runs, 1.0)
    return [
        (
            (high, low),
            (
                "the high end comes first.",
                "The middle minus the half is the low end.",
                "Return middle - half first.",
            ),
        ),
        (
            (100 * low, 100 * high),
            (
                "that is in percent; asked are shares from 0 to 1.",
                "A share is what was solved, divided by the runs.",
                "Leave out the factor of 100.",
            ),
        ),
        (
            (share - Z * plain, share + Z * plain),
            (
                "that is the simple formula, share plus and minus 1.96 standard errors.",
                "With 10 of 10 solved it says that a run can never fail. Ten runs cannot tell.",
                "Wilson's formula moves the middle, and adds a term under the root.",
            ),
        ),
        (
            one,
            (
                "that is with z = 1, which holds 68 %.",
                "For 95 % z is 1.96.",
                "Set z to 1.96 and leave the rest.",
            ),
        ),
        (
            ((low * divided), (high * divided)),
            (
                "the division is missing.",
                "Middle and half are both divided by 1 + z**2 / runs.",
                f"Here that is {divided:.3f}.",
            ),
        ),
    ]


def _close(a: tuple[float, float], b: tuple[float, float]) -> bool:
    return all(math.isclose(x, y, rel_tol=1e-3, abs_tol=2e-3) for x, y in zip(a, b, strict=True))


@exercise(
    "13.3",
    "at which lengths is the difference clear",
    """
clear = []
for length in lengths:
    without, clipped = wilson(*counts[length, None]), wilson(*counts[length, 1.0])
    if without[1] < clipped[0]:
        clear.append(length)
""",
)
def judge_clear(answer: Any, counts: Counts) -> Hints | None:
    """Judge the lengths at which the two intervals have nothing in common."""
    given = sorted({int(length) for length in answer})
    lengths = sorted({length for length, _ in counts})
    unknown = [length for length in given if length not in lengths]
    if unknown:
        return (
            f"{unknown[0]} is no length of this sweep; they are {_listed(lengths)}.",
            "The answer is a list of lengths, not of counts or places.",
            "Append length inside the loop.",
        )
    if given == _lengths_where(counts, _apart):
        return None
    for test, hints in (
        (
            _any_difference,
            (
                "these are all lengths at which the counts differ.",
                "Nine of ten and ten of ten differ, too, and chance alone does that often.",
                "Compare the ends of the two intervals, not the counts.",
            ),
        ),
        (
            lambda without, clipped: not _apart(without, clipped),
            (
                "these are the lengths at which the intervals overlap.",
                "A difference is clear where they have nothing in common.",
                "Turn the comparison round.",
            ),
        ),
    ):
        if given == _lengths_where(counts, test):
            return f"You say {_listed(given)}: {hints[0]}", hints[1], hints[2]
    return _first_wrong(given, counts)


def _first_wrong(given: list[int], counts: Counts) -> Hints:
    right = _lengths_where(counts, _apart)
    length = min({*given} ^ {*right})
    without, clipped = counts[length, None], counts[length, 1.0]
    a, b = wilson_interval(*without), wilson_interval(*clipped)
    said = "in your list" if length in given else "not in your list"
    return (
        f"{length} is {said}. There {without[0]} of {without[1]} were solved without clipping and "
        f"{clipped[0]} of {clipped[1]} with it.",
        f"Their intervals are {a[0]:.2f} to {a[1]:.2f} and {b[0]:.2f} to {b[1]:.2f}.",
        "The difference is clear if the lower interval ends before the higher one begins.",
    )


def _lengths_where(
    counts: Counts, test: Callable[[tuple[int, int], tuple[int, int]], bool]
) -> list[int]:
    lengths = sorted({length for length, _ in counts})
    return [length for length in lengths if test(counts[length, None], counts[length, 1.0])]


def _apart(without: tuple[int, int], clipped: tuple[int, int]) -> bool:
    a, b = wilson_interval(*without), wilson_interval(*clipped)
    return a[1] < b[0] or b[1] < a[0]


def _any_difference(without: tuple[int, int], clipped: tuple[int, int]) -> bool:
    return without != clipped


def _listed(lengths: list[int]) -> str:
    return ", ".join(map(str, lengths)) or "none"
