"""What a learner has done so far in all lessons."""

from collections.abc import Iterable
from itertools import chain

from rnnlab.course import kept
from rnnlab.course.exercises import numbers_of
from rnnlab.course.guesses import guesses_of
from rnnlab.course.lesson_words import LESSONS, Page


def progress() -> Page:
    """Show how many guesses were made and which exercises are solved, lesson by lesson."""
    guesses = {lesson: [*guesses_of(lesson)] for lesson in LESSONS}
    exercises = {lesson: numbers_of(lesson) for lesson in LESSONS}
    made, solved = {*kept.guessed()}, kept.solved()
    head = (
        f"{_counted(chain(*guesses.values()), made)} guesses made, "
        f"{_counted(chain(*exercises.values()), solved)} exercises solved"
    )
    lines = [
        f"lesson {lesson}   {_counted(guesses[lesson], made)} guesses"
        + (f"   {_counted(there, solved)} exercises" if there else "")
        + "".join(f"   {number} solved" for number in there if number in solved)
        for lesson, there in exercises.items()
    ]
    return Page("\n".join([head, *lines]))


def _counted(those: Iterable[str], done: set[str]) -> str:
    """Return how many of these are done."""
    there = {*those}
    return f"{len(there & done)} of {len(there)}"
