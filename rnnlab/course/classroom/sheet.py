"""The class as a CSV file, a row for each learner, for a spreadsheet or a grade book."""

import csv
import io
from collections.abc import Iterable, Iterator

from rnnlab.base.say import say
from rnnlab.base.showable import as_cell
from rnnlab.course.classroom.learners import Learner, done_of, exercises, guesses

START = "learner,files,guesses made,exercises solved"


def sheet(learners: Iterable[Learner]) -> str:
    """Return the CSV: how far each learner is in each lesson, then each exercise and guess.

    An exercise is "solved", "solved after 2 wrong", "2 wrong" or empty; a guess, the first one,
    "right", "wrong", "made" where that is not known, or empty. A name that a spreadsheet would
    compute has an apostrophe in front.

    Example:
        >>> sheet([]).startswith("learner,files,guesses made,exercises solved,lesson 00 guesses")
        True
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    head = START.split(",")
    head += [
        f"lesson {lesson} {what}" for lesson in exercises() for what in ("guesses", "exercises")
    ]
    head += [f"exercise {number}" for those in exercises().values() for number in those]
    head += [f"guess {number}" for those in guesses().values() for number in those]
    writer.writerow(head)
    writer.writerows([*_row(one)] for one in learners)
    return text.getvalue()


def _row(one: Learner) -> Iterator[str | int]:
    yield as_cell(one.name)
    yield from (len(one.files), len(one.guessed), len(one.solved))
    for lesson, numbers in exercises().items():
        yield done_of(guesses()[lesson], one.guessed)
        yield done_of(numbers, one.solved)
    for numbers in exercises().values():
        yield from (_of_exercise(one, number) for number in numbers)
    for asked in guesses().values():
        for number, guess in asked.items():
            first = one.first_guesses.get(number)
            right = "right" if first == guess.right_kind else "wrong"
            yield right if first else "made" if number in one.guessed else ""


def _of_exercise(one: Learner, number: str) -> str:
    wrong = sum(one.mistakes.get(number, {}).values())
    if number in one.solved:
        return say("solved after {wrong} wrong", wrong=wrong) if wrong else "solved"
    return say("{wrong} wrong", wrong=wrong) if wrong else ""
