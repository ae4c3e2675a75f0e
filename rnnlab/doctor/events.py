"""What is seen of a loop: an event, the numbers that matter of it, and its place in the source."""

import linecache
import os
import sys
import sysconfig
from functools import cache, lru_cache
from traceback import walk_tb
from typing import Any, NamedTuple

import torch

from rnnlab.base.say import say

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # rnnlab is a library too
LIBRARIES = tuple(
    {sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {os.path.dirname(os.path.dirname(os.path.abspath(torch.__file__))), HERE}
)
FOLDERS = tuple(f"{folder}{os.sep}" for folder in LIBRARIES)  # not one beside it, as rnnlab-mine


class Place(NamedTuple):
    """A line of the user's own code.

    Attributes:
        file: its file, or the cell as in "cell [5]".
        line: counted from 1.
        text: the line itself.
        source: what linecache knows the file by; for a cell that is not its name.
    """

    file: str
    line: int
    text: str
    source: str = ""

    def __str__(self) -> str:
        """Return where it is, and what stands there."""
        return f"{self.name}: {self.text}"

    @property
    def name(self) -> str:
        """The file and the line, where there is one."""
        if self == NOWHERE:
            return say("unknown")
        if not self.line:
            return self.file
        return say("{file}, line {line}", file=self.file, line=self.line)


NOWHERE = Place("unknown", 0, "")


class Event(NamedTuple):
    """One thing that the loop did.

    Attributes:
        kind: a phase ("zero_grad", "forward", "loss", "backward", "clip", "step"), or what else
            tells something: "recurrent", "difference", "item", "mean", "kept", "last_row", "grad"
            (a call of `torch.autograd.grad`).
        place: the line of the user's code that did it.
        numbers: what was seen of it; each kind has its own.
    """

    kind: str
    place: Place
    numbers: dict[str, Any]

    def with_numbers(self, **numbers: Any) -> "Event":
        """Return the event with more numbers, or others."""
        return self._replace(numbers=self.numbers | numbers)


SHOWN: set[str] = set()  # files of rnnlab that a page shows: their lines count as the user's


def is_users(file: str) -> bool:
    """Whether a file is neither a library's nor the doctor's."""
    return not _is_of_library(file) or file in SHOWN


@cache
def _is_of_library(file: str) -> bool:
    return file.startswith((*FOLDERS, "<frozen"))


def users_place() -> Place:
    """Return the line of the user's code that runs now, or the outermost one if none is theirs."""
    frame = sys._getframe(1)
    while not is_users(frame.f_code.co_filename) and frame.f_back is not None:
        frame = frame.f_back
    return make_place(frame.f_code.co_filename, frame.f_lineno)


@lru_cache(1000)
def make_place(file: str, line: int) -> Place:
    """Return a place; a notebook's cell is named as the notebook shows it."""
    return Place(cell_name(file) or file, line, linecache.getline(file, line).strip(), file)


def cell_name(file: str) -> str | None:
    """Return "cell [5]" for the code of a notebook's cell, None for a file."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    names = getattr(getattr(shell, "compile", None), "_filename_map", {})
    return say("cell [{number}]", number=names[file]) if file in names else None


def place_of_error(error: BaseException) -> Place:
    """Return the user's line from which an exception came."""
    lines = [(f.f_code.co_filename, line) for f, line in walk_tb(error.__traceback__)]
    return next((make_place(*line) for line in reversed(lines) if is_users(line[0])), NOWHERE)
