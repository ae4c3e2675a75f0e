"""Exercises of lesson 15: what early stopping keeps, and which curve belongs to which cure."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rnnlab.base.say import say
from rnnlab.course.judging import Wrong, compare, first_of, wrong

KEPT, STOPPED, LOWEST, FIRST_RISE = 5, 8, 11, 3  # epochs of the losses that 15.1 shows


def judge_1(answer: Any) -> Wrong | None:
    """Judge the epoch whose weights are kept and the last epoch, two integers."""
    kept, stopped = (int(value) for value in answer)
    mistakes = {
        "swapped": (STOPPED, KEPT),
        "zero": (KEPT - 1, STOPPED - 1),
        "ahead": kept == LOWEST,
        "first rise": kept == FIRST_RISE,
        "late": kept == KEPT and stopped > STOPPED,
        "early": kept == KEPT and stopped < STOPPED,
    }
    return compare((kept, stopped), (KEPT, STOPPED), mistakes, kept=kept, stopped=stopped)


def judge_2(answer: Any, cures: Mapping[str, str]) -> Wrong | None:
    """Judge the cure of each letter; `cures` holds the right ones."""
    given = dict(answer)
    if given.keys() != cures.keys():
        keys, letters = ", ".join(map(repr, given)) or say("none"), ", ".join(cures)
        return wrong("form", keys=keys, letters=letters)
    strange = [cure for cure in given.values() if cure not in cures.values()]
    if strange:
        return wrong("unknown", unknown=strange[0], cures=", ".join(map(repr, cures.values())))
    cure, times = Counter(given.values()).most_common(1)[0]
    if times > 1:
        return wrong("twice", twice=cure)
    letter_of = {cure: letter for letter, cure in cures.items()}
    for cure in ("dropout", "small"):
        if given[letter_of[cure]] != cure:
            letter = next(letter for letter, said in given.items() if said == cure)
            return wrong(cure, letter=letter, given=cure)
    letter = letter_of["decay"]
    return first_of({"swapped": given[letter] != "decay"}, letter=letter, given=given[letter])
