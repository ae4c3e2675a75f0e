"""Where the lessons are, and which of their sections treats a mistake that the doctor knows.

The sections are found in the notebooks: a section treats a mistake if the cell of its heading has
the tag `mistake:<code>`. The heading itself does not name the mistake, which is to be found.
"""

import json
import re
from collections import defaultdict
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rnnlab.base.say import say
from rnnlab.course.translation.notebook import text_of

FIRST = "00_start_here.ipynb"
TAG = "mistake:"
EXERCISE = "exercise:"  # the tag of the cell for an answer
GUESS = re.compile(r'^(?:rnnlab\.)?guess\("(?P<number>[\d.]+)"\)$', re.MULTILINE)
HEADING = re.compile(r"^#+ (?P<words>.+)$", re.MULTILINE)


class Section(NamedTuple):
    """A part of a lesson."""

    notebook: str  # the name of its file
    heading: str
    cell: str  # the id of the cell where it begins

    def __str__(self) -> str:
        """Return in words where it is."""
        number = self.notebook.partition("_")[0]
        heading = text_of(self.notebook.removesuffix(".ipynb"), self.heading)
        return say('lesson {number}, "{heading}"', number=number, heading=heading)

    @property
    def address(self) -> str:
        """The link that opens it from a notebook beside it."""
        return f"{self.notebook}#cell-id={self.cell}"


def course_folder() -> Path:
    """Return where this rnnlab has its notebooks: in the package, or beside it in a checkout.

    Raises:
        FileNotFoundError: if they are missing.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "course" / "notebooks", package.parent / "notebooks"):
        if (folder / FIRST).is_file():
            return folder
    text = "the notebooks are missing from {package}: pip install --force-reinstall rnnlab"
    raise FileNotFoundError(say(text, package=package))


@cache
def sections_by_mistake() -> dict[str, list[Section]]:
    """Return the sections that treat a mistake, by its code, in the order of the lessons.

    Raises:
        FileNotFoundError: if the notebooks are missing.
    """
    found: dict[str, list[Section]] = defaultdict(list)
    for path in sorted(course_folder().glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            headings = [*HEADING.finditer("".join(cell["source"]))]
            if cell["cell_type"] != "markdown" or not headings:
                continue
            for tag in cell["metadata"].get("tags", []):
                if tag.startswith(TAG):
                    section = Section(path.name, headings[-1]["words"], cell["id"])
                    found[tag.removeprefix(TAG)].append(section)
    return dict(found)


@cache
def notebooks_of_questions() -> dict[str, str]:
    """Return the notebook of each exercise, "exercise 04.1", and of each guess, "guess 04.1".

    Raises:
        FileNotFoundError: if the notebooks are missing.
    """
    found: dict[str, str] = {}
    for path in sorted(course_folder().glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for tag in cell["metadata"].get("tags", []):
                if tag.startswith(EXERCISE):
                    found[tag.replace(":", " ")] = path.name
            for call in GUESS.finditer("".join(cell["source"])):
                found[f"guess {call['number']}"] = path.name
    return found


def titles() -> dict[str, str]:
    """Return the title of each lesson, by its number; none where the notebooks are missing."""
    return {number: text_of(notebook, title) for number, (notebook, title) in _titles().items()}


@cache
def _titles() -> dict[str, tuple[str, str]]:
    """Return by the number of a lesson its notebook's name, and the title in English."""
    found: dict[str, tuple[str, str]] = {}
    with suppress(FileNotFoundError):
        for path in sorted(course_folder().glob("*.ipynb")):
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            if heading := HEADING.search("".join(cells[0]["source"])):
                found.setdefault(path.name[:2], (path.stem, heading["words"]))  # 09, not its parts
    return found
