"""Which questions went wrong for many learners, and how, in the course's own words."""

from collections import Counter
from collections.abc import Iterable
from string import Formatter
from typing import NamedTuple

from rnnlab.base.say import say, translated
from rnnlab.course.classroom.learners import Learner, exercises, guesses
from rnnlab.course.exercises import find
from rnnlab.course.guesses import Guess
from rnnlab.course.judging import about_function
from rnnlab.course.lessons import notebooks_of_questions
from rnnlab.doctor.judge import RULES

DOTS = "\u2026"  # for what stood in a learner's own hint
TOO = {"low": "Too low: {reply}", "high": "Too high: {reply}"}  # a number that was guessed
OTHER = "A mistake that the course has no words for."


class Stumble(NamedTuple):
    """A question that went wrong.

    Attributes:
        kind: "exercise" or "guess".
        number: such as "04.1".
        question: what is asked.
        notebook: the name of its file; "" where the notebooks are missing.
        tried: how many learners have answered, of whom it is known how.
        wrong: how many of these were wrong at first.
        never: how many of these have no right answer yet; for a guess 0, which is made but once.
        mistake: what most of those who were wrong have made of it, in the course's words.
        made: how many learners have made this mistake.
    """

    kind: str
    number: str
    question: str
    notebook: str
    tried: int
    wrong: int
    never: int
    mistake: str
    made: int


def stumbles(learners: Iterable[Learner]) -> list[Stumble]:
    """Return the questions that were wrong at first for somebody, those of most learners first."""
    learners = [*learners]
    found = [
        _about_exercise(number, learners) for those in exercises().values() for number in those
    ]
    found += [
        _about_guess(guess, learners) for those in guesses().values() for guess in those.values()
    ]
    wrong = [one for one in found if one.wrong]
    return sorted(wrong, key=lambda one: (-one.wrong, one.tried, -one.never, one.number, one.kind))


def _about_exercise(number: str, learners: list[Learner]) -> Stumble:
    tried = [one for one in learners if number in one.mistakes]
    wrong = [one for one in tried if one.mistakes[number]]
    kinds = Counter(kind for one in wrong for kind in one.mistakes[number])
    kind, made = _commonest(kinds)
    words = words_of_mistake(number, kind) if kind else ""
    never = sum(number not in one.solved for one in wrong)
    home = _notebook(f"exercise {number}")
    return Stumble(
        "exercise", number, find(number).question, home, len(tried), len(wrong), never, words, made
    )


def _about_guess(guess: Guess, learners: list[Learner]) -> Stumble:
    tried = [
        one.first_guesses[guess.number] for one in learners if guess.number in one.first_guesses
    ]
    wrong = Counter(kind for kind in tried if kind != guess.right_kind)
    kind, made = _commonest(wrong)
    words = words_of_guess(guess, kind) if kind else ""
    home = _notebook(f"guess {guess.number}")
    question = translated(guess.question)  # found elsewhere
    return Stumble("guess", guess.number, question, home, len(tried), wrong.total(), 0, words, made)


def _commonest(kinds: Counter[str]) -> tuple[str, int]:
    """Return the commonest and its count; among several one that the course has a name for."""
    return max(kinds.items(), key=lambda one: (one[1], one[0] != "else", one[0]), default=("", 0))


def words_of_mistake(number: str, mistake: str) -> str:
    """Return the first hint of a mistake, with dots for the learner's own numbers.

    Where the doctor has found it, what the doctor says is wrong with it.
    """
    found = find(number)
    code = mistake.partition(", ")[2]
    if mistake not in found.hints and code in RULES:
        return translated(RULES[code].why)  # found elsewhere
    hint = found.hints.get(mistake) or found.hints.get("else")
    if hint is None:  # of a newer rnnlab; or there were too many to keep their names
        return say(OTHER)
    function = about_function(None, found.solution, found.returns)
    known = {**function.values, "kind": DOTS} if function else {}
    first = translated(hint[0])  # found elsewhere
    parts = [(text, known.get(field, DOTS) if field else "")
             for text, field, _, _ in Formatter().parse(first)]  # fmt: skip
    return "".join(text + value for text, value in parts).replace(2 * DOTS, DOTS)


def words_of_guess(guess: Guess, kind: str) -> str:
    """Return a wrong choice and the reply to it; for a number, what was too low or too high."""
    reply = guess.reply_to(kind)
    if guess.right is None:
        return say("\u201c{choice}\u201d: {reply}", choice=guess.shown(kind), reply=reply)
    return say(TOO[kind], reply=reply)


def _notebook(question: str) -> str:
    try:
        return notebooks_of_questions().get(question, "")
    except FileNotFoundError:
        return ""
