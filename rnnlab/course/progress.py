"""What a learner has done so far in all lessons."""

from collections.abc import Iterable

from rnnlab.course import kept
from rnnlab.course.exercises import find, numbers_of
from rnnlab.course.guesses import guesses_of
from rnnlab.course.lesson_words import LESSONS, Page


def progress() -> Page:
    """Show which guesses were made and which exercises are solved, lesson by lesson."""
    guessed, solved = kept.guessed(), kept.solved()
    lines, all_guesses, all_exercises = [], set[str](), set[str]()
    for lesson in LESSONS:
        guesses, exercises = guesses_of(lesson), numbers_of(lesson)
        all_guesses |= {*guesses}
        all_exercises |= {*exercises}
        made = _counted("guesses", guesses, guessed)
        lines.append(f"lesson {lesson}   {made}   {_counted('exercises', exercises, solved)}")
        lines += [
            f"    {'solved' * (number in solved):6}  {number}  {find(number).question}"
            for number in exercises
        ]
    count, done = len(all_guesses & {*guessed}), len(all_exercises & solved)
    head = (
        f"{count} of {len(all_guesses)} guesses made, "
        f"{done} of {len(all_exercises)} exercises solved"
    )
    return Page("\n".join([head, *lines]))


def _counted(what: str, there: Iterable[str], done: Iterable[str]) -> str:
    """Return how many of a lesson's guesses or exercises are done, in words."""
    there = {*there}
    return f"{len(there & {*done})} of {len(there)} {what}"
