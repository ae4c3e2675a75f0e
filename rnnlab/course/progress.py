"""What a learner has done so far in all lessons."""

from collections.abc import Collection
from itertools import chain

from rnnlab.base.say import say
from rnnlab.course import kept
from rnnlab.course.exercises import numbers_of
from rnnlab.course.guesses import guesses_of
from rnnlab.course.lesson_words import LESSONS, Page


def progress() -> Page:
    """Show how many guesses were made and which exercises are solved, lesson by lesson."""
    made, solved = {*kept.guessed()}, kept.solved()
    asked = {lesson: [*guesses_of(lesson)] for lesson in LESSONS}
    there = {lesson: numbers_of(lesson) for lesson in LESSONS}
    head = say(
        "{made} of {asked} guesses made, {solved} of {there} exercises solved",
        **_counted([*chain(*asked.values())], made, [*chain(*there.values())], solved),
    )
    lines = [head]
    for lesson in LESSONS:
        text = (
            "lesson {lesson}   {made} of {asked} guesses   {solved} of {there} exercises"
            if there[lesson]
            else "lesson {lesson}   {made} of {asked} guesses"
        )
        counts = _counted(asked[lesson], made, there[lesson], solved)
        right = [say("{number} solved", number=n) for n in there[lesson] if n in solved]
        lines.append("   ".join([say(text, lesson=lesson, **counts), *right]))
    return Page("\n".join(lines))


def _counted(
    asked: Collection[str], made: set[str], there: Collection[str], solved: set[str]
) -> dict[str, int]:
    """Return how many guesses are asked for and made, and how many exercises there and solved."""
    return {
        "made": len(made.intersection(asked)),
        "asked": len(asked),
        "solved": len(solved.intersection(there)),
        "there": len(there),
    }
