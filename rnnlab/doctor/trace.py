"""What happened in a watched loop, in order: events, their places and the numbers that matter."""

from __future__ import annotations

import linecache
import os
import sys
import sysconfig
from collections import Counter, deque
from collections.abc import Iterator
from functools import cache, lru_cache
from types import FrameType
from typing import Any, NamedTuple

import torch

FIRST, LAST = 2000, 4000  # events that are kept of a run, however long it is
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # rnnlab is a library too
LIBRARIES = tuple(
    {sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {os.path.dirname(os.path.dirname(os.path.abspath(torch.__file__))), HERE}
)


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
        return f"{self.file}, line {self.line}: {self.text}"


class Event(NamedTuple):
    """One thing that the loop did.

    Attributes:
        kind: "forward", "recurrent", "loss", "backward", "zero_grad", "clip", "step".
        place: the line of the user's code that did it.
        numbers: what was seen of it; each kind has its own.
    """

    kind: str
    place: Place
    numbers: dict[str, Any]


class Trace:
    """The events of a run: the first and the last ones, and how many there were of each kind.

    Attributes:
        counts: number of events by kind.
        last: the latest event.
        error: the exception that ended the run, or None; error_place: the user's line of it.
        last_graph: what the graph of the latest backward told.
        left_out: names of parameters that had a gradient, and that no optimizer held or changed.
        stumbled: an exception of the doctor's own, or None.
        weights_changed: whether any parameter is not what it was.
    """

    def __init__(self) -> None:
        self._first: list[Event] = []
        self._last: deque[Event] = deque(maxlen=LAST)
        self.counts: Counter[str] = Counter()
        self.last: Event | None = None
        self.error: BaseException | None = None
        self.error_place: Place | None = None
        self.last_graph: dict[str, Any] = {}
        self.left_out: list[str] = []
        self.weights_changed = False
        self.stumbled: str | None = None

    def add(self, event: Event) -> None:
        """Append an event."""
        self.counts[event.kind] += 1
        self.last = event
        if len(self._first) < FIRST:
            self._first.append(event)
        else:
            self._last.append(event)

    def __iter__(self) -> Iterator[Event]:
        """Iterate over the events that are kept, in order."""
        yield from self._first
        yield from self._last

    def of(self, *kinds: str) -> list[Event]:
        """Return the events of some kinds, in order."""
        return [event for event in self if event.kind in kinds]

    def rounds(self) -> list[list[Event]]:
        """Return the events between two updates, each round ending with its step."""
        rounds: list[list[Event]] = [[]]
        for event in self:
            rounds[-1].append(event)
            if event.kind == "step":
                rounds.append([])
        return [events for events in rounds if events]


@cache
def is_users(file: str) -> bool:
    """Whether a file is neither a library's nor the doctor's."""
    return not file.startswith(LIBRARIES) and not file.startswith("<frozen")


def users_frame(frame: FrameType | None) -> FrameType | None:
    """Return the innermost frame that is neither a library's nor the doctor's."""
    outermost = frame
    while frame is not None:
        if is_users(frame.f_code.co_filename):
            return frame
        outermost, frame = frame, frame.f_back
    return outermost


def place_of(frame: FrameType | None) -> Place:
    """Return the place of a frame's present line."""
    if frame is None:
        return Place("unknown", 0, "")
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
    return f"cell [{names[file]}]" if file in names else None


def place_of_error(error: BaseException) -> Place:
    """Return the user's line from which an exception came."""
    found = None
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if is_users(name):
            found = make_place(name, trace.tb_lineno)
        trace = trace.tb_next
    return found or Place("unknown", 0, "")
