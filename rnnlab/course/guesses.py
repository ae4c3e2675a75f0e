"""What a learner commits to before a cell is run: questions, choices, and a reply to each.

They stand in `rnnlab/course/words/`, under `guesses`. One with choices has for each of them a
reply; one with a number has what is right, the factor `within` which a guess is near, and a reply
to a guess that is near, low or high. `seen`, which all get, says what was to be seen.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from rnnlab.base.checks import check_known
from rnnlab.base.say import say
from rnnlab.base.showable import showable
from rnnlab.course.lesson_words import LESSONS, words_of

LONGEST_NUMBER = 40  # characters that are read as a number: what is kept of a guess stays short


class Guess(NamedTuple):
    """A question to answer before the cell below is run.

    Attributes:
        number: such as "04.2", the second of lesson 04.
        question: what is asked.
        replies: by choice; or, where a number is asked for, by "near", "low" and "high".
        seen: what was to be seen, whatever was guessed.
        right: the number that is asked for; None where there are choices.
        within: the factor within which a number is near.
    """

    number: str
    question: str
    replies: Mapping[str, str]
    seen: str = ""
    right: float | None = None
    within: float = 1.0

    @property
    def choices(self) -> list[str]:
        """What can be chosen; nothing where a number is asked for."""
        return [*self.replies] if self.right is None else []

    @property
    def right_kind(self) -> str:
        """The right choice, the one whose reply begins with "Yes"; "near" for a number."""
        right = [kind for kind, reply in self.replies.items() if reply.startswith("Yes")]
        return right[0] if self.right is None else "near"

    def kind(self, answer: str) -> str:
        """Return which of the replies an answer gets: the choice itself, or "near", "low", "high".

        Raises:
            ValueError: if it is none of the choices, or no number.
        """
        if self.right is None:
            check_known("the guess", answer, self.choices, "choices")
            return answer
        guessed = number_in(answer)
        low, high = sorted((self.right / self.within, self.right * self.within))
        return "low" if guessed < low else "high" if guessed > high else "near"

    def reply(self, answer: str) -> str:
        """Return the reply to a choice, or to a number as it was typed.

        Raises:
            ValueError: if it is none of the choices, or no number.
        """
        return self.replies[self.kind(answer)]


def number_in(text: str) -> float:
    """Return the number that was typed.

    Raises:
        ValueError: if it is none, or not finite.
    """
    try:
        number = float(text.strip().removesuffix("%").replace(",", "."))
        number = number if len(text) <= LONGEST_NUMBER else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        shown = showable(text, LONGEST_NUMBER)
        raise ValueError(say("{text!r} is no number; type one, such as 0.5", text=shown))
    return number


def guesses_of(lesson: str) -> dict[str, Guess]:
    """Return the guesses of a lesson, like "04", by their number."""
    return {
        number: Guess(number, **words)
        for number, words in words_of(lesson).get("guesses", {}).items()
    }


def find_guess(number: str) -> Guess:
    """Return a guess by its number.

    Raises:
        ValueError: if there is none of that number, with the known ones.
    """
    lesson = str(number).partition(".")[0]
    check_known("the lesson", lesson, LESSONS, "lessons")
    known = guesses_of(lesson)
    check_known("the guess", number, known, "guesses")
    return known[number]
