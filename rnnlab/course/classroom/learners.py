"""The learners of a class: what each has guessed, solved and got wrong, from the files together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from rnnlab.course.classroom.handed_in import files_in
from rnnlab.course.classroom.names import names_of, shorten
from rnnlab.course.exercises import numbers_of
from rnnlab.course.guesses import Guess, guesses_of
from rnnlab.course.kept import MOST_TIMES, parse_kept
from rnnlab.course.lesson_words import LESSONS


@dataclass
class Learner:
    """What one learner has done, as far as the course that is installed knows it.

    Attributes:
        name: as the file or its folder says, to be shown.
        files: the paths of the files, one or more.
        old: whether a file is of an rnnlab that kept neither first guesses nor mistakes.
        solved: the numbers of the exercises that are solved.
        guessed: the numbers of the guesses that were made.
        first_guesses: the first guess, by number: a choice, or "near", "low", "high"; of an old
            file the latest. Without those that the lesson no longer offers.
        mistakes: how often which mistake was made, by the number of each exercise that was tried.
    """

    name: str
    files: list[str] = field(default_factory=list)
    old: bool = False
    solved: set[str] = field(default_factory=set)
    guessed: set[str] = field(default_factory=set)
    first_guesses: dict[str, str] = field(default_factory=dict)
    mistakes: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, path: str, kept: "Done") -> None:
        """Add a file of this learner's: the union of what the files hold."""
        self.files.append(path)
        self.old = self.old or kept.old
        self.solved |= kept.solved
        self.guessed |= kept.guessed
        self.first_guesses = {**kept.first_guesses, **self.first_guesses}
        for number, made in kept.mistakes.items():  # two copies of a file count but once
            before = self.mistakes.get(number, {})
            both = {*before, *made}
            self.mistakes[number] = {m: max(before.get(m, 0), made.get(m, 0)) for m in both}


class Done(NamedTuple):
    """What one file holds of the questions of this course; see `Learner`."""

    old: bool
    solved: set[str]
    guessed: set[str]
    first_guesses: dict[str, str]
    mistakes: dict[str, dict[str, int]]


class Unread(NamedTuple):
    """A file that could not be read: its path, to be shown, and the reason in words."""

    path: str
    reason: str


class SchoolClass(NamedTuple):
    """The learners in the order of their names, and the files that could not be read."""

    learners: list[Learner]
    unread: list[Unread]


def read_class(place: Path) -> SchoolClass:
    """Read all files of progress in a folder or a zip file.

    Args:
        place: the folder, or the zip file.

    Returns:
        the learners, none where no file could be read.

    Example:
        >>> [learner.name for learner in read_class(Path("handed-in")).learners]
        ['Anna', 'ben']
    """
    read: dict[str, Done] = {}
    unread: list[Unread] = []
    for path, content, reason in files_in(place):
        try:
            if not reason:
                read[path] = _done(parse_kept(content))
        except ValueError as error:
            reason = str(error)
        if reason:
            unread.append(Unread(shorten(path, 200), reason))
    learners: dict[str, Learner] = {}
    for path, name in names_of(read).items():
        learners.setdefault(name, Learner(name)).add(shorten(path, 200), read[path])
    return SchoolClass(sorted(learners.values(), key=lambda one: one.name.casefold()), unread)


@cache
def exercises() -> dict[str, list[str]]:
    """Return the numbers of the exercises, by lesson."""
    return {lesson: numbers_of(lesson) for lesson in LESSONS}


@cache
def guesses() -> dict[str, dict[str, Guess]]:
    """Return the guesses by their numbers, by lesson."""
    return {lesson: guesses_of(lesson) for lesson in LESSONS}


def _done(kept: Mapping[str, Any]) -> Done:
    """Return what a file holds of this course's questions, and nothing else: it may hold much."""
    numbers = {number for those in exercises().values() for number in those}
    asked = {number: guess for those in guesses().values() for number, guess in those.items()}
    first = dict[str, str]()
    for number in {*kept["guessed"]} & {*asked}:
        kind = kept.get("first_guesses", {}).get(number)
        if kind is None:
            with suppress(ValueError):  # a choice of an older lesson
                kind = asked[number].kind(kept["guessed"][number])
        if kind in asked[number].replies:
            first[number] = kind
    return Done(
        not {"first_guesses", "mistakes"} & {*kept},
        {*kept["solved"]} & numbers,
        {*kept["guessed"]} & {*asked},
        first,
        {number: _named(made) for number, made in kept.get("mistakes", {}).items()
         if number in numbers},
    )  # fmt: skip


def _named(made: Mapping[str, int]) -> dict[str, int]:
    """Return the mistakes of an exercise, with names and counts that are not too long."""
    counts = defaultdict[str, int](int)
    for mistake, times in [*made.items()][:MOST_TIMES]:
        counts[mistake[:60]] += min(times, MOST_TIMES)
    return dict(counts)


def done_of(those: Iterable[str], done: Iterable[str]) -> int:
    """Return how many of these are done."""
    return len({*those} & {*done})
