"""What happened in a watched loop, in order."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from typing import Any

from rnnlab.doctor.events import Event, Place
from rnnlab.doctor.observed_loop import as_text, observed_loops

FIRST, LAST = 2000, 4000  # events that are kept of a run, however long it is


class Trace:
    """The events of a run: the first and the last ones, and how many there were of each kind.

    Shown in a notebook or printed it is the loop that was really run: its phases in their order.

    Attributes:
        counts: number of events by kind.
        error: the exception that ended the run, or None.
    """

    def __init__(self) -> None:
        self._first: list[Event] = []
        self._last: deque[Event] = deque(maxlen=LAST)
        self.counts: Counter[str] = Counter()
        self.last: Event | None = None
        self.error: BaseException | None = None
        self.error_place: Place | None = None  # the user's line from which it came
        self.last_graph: dict[str, Any] = {}  # what the graph of the latest backward told
        self.left_out: list[str] = []  # parameters with a gradient, in no optimizer and unchanged
        self.weights_changed = False  # whether any parameter is not what it was
        self.stumbled: str | None = None  # an exception of the doctor's own

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

    def updates(self) -> list[list[Event]]:
        """Return the events of each update: those after the step before it, and its own step."""
        updates: list[list[Event]] = [[]]
        for event in self:
            updates[-1].append(event)
            if event.kind == "step":
                updates.append([])
        return updates[:-1]

    def __str__(self) -> str:
        """Return the loop that was run as text."""
        return as_text(observed_loops(self.updates()))

    __repr__ = __str__
