"""Feedback on exercises: what is right, what is wrong, and a hint drawn from the answer itself.

The judge of exercise 04.2 is `judge_2` in `rnnlab/course/judges/steps/e04.py`: it takes the
learner's answers and returns None if they are right, else what is wrong. What the exercise asks and
hints at stands in `rnnlab/course/words/04.toml`.
"""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NamedTuple

from rnnlab.base.checks import check_known
from rnnlab.base.showable import as_html
from rnnlab.course import kept
from rnnlab.course.judging import Hints, Wrong, about_function, three_hints, wrong
from rnnlab.course.lesson_words import LESSONS, Page, words_of

VERDICTS = {  # by `Feedback.passed`: check, cross and dots, and in words
    True: ("\u2713", "right"),
    False: ("\u2717", "not right"),
    None: ("\u2026", "not yet: put your answer in place of the dots"),
}
LAST_STEP = "07"  # the lessons until then take the steps of the loop
_tries: Counter[str] = Counter()


class Exercise(NamedTuple):
    """An exercise: its number ("04.2"), what is asked, its solution as code, judge and hints.

    Where the solution is a function, `returns` says what it returns. `right` is what a right answer
    is told: one sentence that adds something.
    """

    number: str
    question: str
    solution: str
    judge: Callable[..., Wrong | None]  # of the answers; None: right
    hints: Mapping[str, Hints]
    returns: str = ""
    right: str = ""


class Feedback(Page):
    """What a check says; the last line of a cell shows it.

    Attributes:
        number: of the exercise.
        passed: True, False, or None while the gap is untouched.
        hint: what to look at, "" if there is nothing.
        text: all of it as plain text.
    """

    def __init__(self, number: str, passed: bool | None, hint: str = "") -> None:
        self.number, self.passed, self.hint = number, passed, hint
        self.mark, verdict = VERDICTS[passed]
        super().__init__(f"{number} is {verdict}" + (f". {hint}" if hint else "."))

    def _repr_html_(self) -> str:
        return f'<div role="status"><b>{self.mark}</b> {as_html(self.text)}</div>'


def find(number: str) -> Exercise:
    """Return an exercise by its number.

    Raises:
        ValueError: for a number that is not like "04.2", or not there, with the known ones.
    """
    if not isinstance(number, str) or not re.fullmatch(r"\d\d\.\d", number):
        raise ValueError(f'the exercise is {number!r}; expected a number like "04.2"')
    lesson = number[:2]
    check_known("the lesson", lesson, LESSONS, "lessons")
    check_known("the exercise", number, numbers_of(lesson), "exercises")
    words, hints = words_of(lesson), dict[str, Hints]()
    for table in (words_of("shared"), words, words[number]):
        hints |= three_hints(table.get("hints", {}))
    question, solution = words[number]["question"], words[number]["solution"].strip("\n")
    judge = getattr(import_module(_home_of_judges(lesson)), f"judge_{number[3:]}")
    more = [words[number].get(name, "") for name in ("returns", "right")]
    return Exercise(number, question, solution, judge, hints, *more)


def _home_of_judges(lesson: str) -> str:
    folder = "steps" if lesson <= LAST_STEP else "further"
    return f"rnnlab.course.judges.{folder}.e{lesson}"


def numbers_of(lesson: str) -> list[str]:
    """Return the numbers of a lesson's exercises."""
    return sorted(name for name in words_of(lesson) if name.startswith(f"{lesson}."))


def check(number: str, *answers: Any) -> Feedback:
    """Judge the answers to an exercise.

    A gap that still holds `...` is "not yet". Wrong answers get hints, at each try a more
    concrete one; the third says how to see the solution.

    Args:
        number: of the exercise, like "04.2".
        answers: what the exercise asks for, in its order.
    """
    found = find(number)
    if not answers or any(answer is ... for answer in answers):
        return Feedback(number, None)
    try:
        verdict = about_function(answers[0], found.solution, found.returns) or found.judge(*answers)
        hints = verdict.hints(found.hints) if verdict else None
    except Exception as error:  # an answer that the judge cannot read is a wrong answer
        kinds = ", ".join(type(answer).__name__ for answer in answers)
        verdict = wrong("unreadable", kinds=kinds, kind=type(error).__name__, error=error)
        hints = verdict.hints(found.hints)
    _tries[number] += 1
    if hints is None:
        kept.keep_solved(number)
        return Feedback(number, True, found.right)
    kept.keep_mistake(number, mistake_of(verdict, found.hints))
    hint = hints[min(_tries[number], 3) - 1]
    if _tries[number] >= 3:
        hint += f" Or look at it: rnnlab.solution({number!r})"
    return Feedback(number, False, hint)


def mistake_of(verdict: Wrong | None, hints: Mapping[str, Hints]) -> str:
    """Return the name of a mistake, "else" for an unknown one; with the code, if the doctor's."""
    if verdict is None or verdict.mistake not in hints:
        return "else"
    return f"{verdict.mistake}, {code}" if (code := verdict.values.get("code")) else verdict.mistake


@contextmanager
def expect_error(kind: type[BaseException], text: str) -> Iterator[None]:
    """Show an error that a lesson provokes: it must be of this kind and hold this text.

    Raises:
        AssertionError: if the block raises nothing, or an error with another text.
    """
    try:
        yield
    except kind as error:
        if text not in str(error):
            raise AssertionError(f"expected the text {text!r}, got: {error}") from error
        sys.stdout.write(f"{type(error).__name__}: {error}\n")
    else:
        raise AssertionError(f"expected {kind.__name__} with the text {text!r}; nothing was raised")


def solution(number: str) -> Page:
    """Show the solution of an exercise, after a try."""
    found = find(number)
    if _tries[number] == 0 and number not in kept.solved():
        return Page(f"{number}: try it first; check({number!r}, ...) gives hints.")
    return Page(found.solution)
