"""The words of the lessons, from files: exercises with their hints, and what the pictures show.

A file in `rnnlab/course/words/` holds those of one lesson; `shared.toml` the hints that several
lessons give.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rnnlab.base.checks import check_known
from rnnlab.base.showable import as_html

FOLDER = Path(__file__).parent / "words"
LESSONS = sorted(path.stem for path in FOLDER.glob("[0-9][0-9].toml"))


@dataclass(repr=False, eq=False)
class Page:
    """A text that a notebook shows as it stands."""

    text: str

    def __repr__(self) -> str:
        """Return the text."""
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{as_html(self.text)}</pre>"


def to_html(text: str) -> str:
    """Return a text as HTML, what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", as_html(text))


@cache
def words_of(lesson: str) -> dict[str, Any]:
    """Return all words of a lesson, like "04", or of "shared"."""
    return tomllib.loads((FOLDER / f"{lesson}.toml").read_text(encoding="utf-8"))


def words_of_figure(figure: str) -> str:
    """Return what a lesson's picture shows; "04.2" is the second picture of lesson 04.

    Raises:
        ValueError: if there is none of that number, with the known ones.
    """
    lesson = str(figure).partition(".")[0]
    check_known("the lesson of figure", lesson, LESSONS, "lessons")
    figures: dict[str, str] = words_of(lesson).get("figures", {})
    check_known("figure", figure, figures, "figures")
    return figures[figure]
