"""What happened in a watched loop, in order."""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from heapq import merge
from typing import Any, NamedTuple

from rnnlab.base.say import say
from rnnlab.doctor.events import Event, Place

FIRST, LAST = 2000, 4000  # events that are kept of a run, however long it is
PHASES = ("zero_grad", "forward", "loss", "backward", "clip", "step")
MOST = 4  # loops that are shown


class Refused(NamedTuple):
    """A module or a function of torch that has raised."""

    name: str
    shapes: list[tuple[int, ...]]  # of the tensors that it was given


class CutOff(NamedTuple):
    """Parameters by name, and the line that is why nothing moves them."""

    names: list[str]
    place: Place


Line = tuple[str, Place]  # a phase, and the line that runs it


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
        self._by_kind: dict[str, list[tuple[int, Event]]] = {}  # with their places, for `of`
        self._updates: list[list[Event]] = []  # found once for all rules
        self.counts: Counter[str] = Counter()
        self.last: Event | None = None
        self.error: BaseException | None = None
        self.error_place: Place | None = None  # the user's line from which it came
        self.last_graph: dict[str, Any] = {}  # what the graph of the latest backward told
        self.left_out: list[str] = []  # parameters with a gradient, in no optimizer and unchanged
        self.head_alone = False  # whether all of them come before what is trained
        self.weights_changed = False  # whether any parameter is not what it was
        self.cut_off: list[CutOff] = []  # parameters that are used and have never got a gradient
        self.frozen: list[CutOff] = []  # those that an optimizer holds and cannot move
        self.refused: Refused | None = None  # what raised the exception that ended the run
        self.changed: dict[tuple[int, ...], Place] = {}  # in place, by its shape, a part of a graph
        self.squeezed: Place | None = None  # the latest squeeze that took the batch axis away
        self.passes = 0  # forward passes, through all modules that the loop calls one by one
        self._first_called: frozenset[int] | None = None  # the module that began the present one
        self.idle: Place | None = None  # where an optimizer was made that has made no step
        self.maker: Place | None = None  # ... and where the one was made that has
        self.hidden = ""  # the plain list, by its attribute, in which layers were left out
        self.optimizers = 0  # that were made
        self.root_alone: Place | None = None  # a backward from a tensor that has no graph
        self.stumbled: str | None = None  # an exception of the doctor's own

    def add(self, event: Event) -> None:
        """Append an event."""
        self._by_kind.clear()
        self._updates.clear()
        self.counts[event.kind] += 1
        if event.kind == "forward":
            self._count_pass(event)
        elif event.kind in ("zero_grad", "backward", "step"):
            self._first_called = None
        self.last = event
        (self._first if len(self._first) < FIRST else self._last).append(event)

    def _count_pass(self, event: Event) -> None:
        """Count forward passes as people do: calls of several modules in a row may be one."""
        module = event.numbers["parameters"]
        again = module == self._first_called and not event.numbers["cell"]  # else the next step
        if self._first_called is None or again:
            self.passes += 1
            self._first_called = module

    def __iter__(self) -> Iterator[Event]:
        """Iterate over the events that are kept, in order."""
        yield from self._first
        yield from self._last

    def of(self, *kinds: str) -> list[Event]:
        """Return the events of some kinds, in order."""
        if not self._by_kind:
            for place, event in enumerate(self):
                self._by_kind.setdefault(event.kind, []).append((place, event))
        found = [self._by_kind.get(kind, []) for kind in kinds]
        return [event for _, event in (found[0] if len(found) == 1 else merge(*found))]

    def updates(self) -> list[list[Event]]:
        """Return the events of each update: those after the step before it, and its own step."""
        if not self._updates:
            self._updates = [[]]
            for event in self:
                self._updates[-1].append(event)
                if event.kind == "step":
                    self._updates.append([])
        return self._updates[:-1]

    def __str__(self) -> str:
        """Return the loop that was run as text: what updates went like, the commonest first."""
        found: dict[tuple[Line, ...], list[tuple[int, ...]]] = defaultdict(list)
        for events in self.updates():
            if events[-1].numbers["seen"]:  # it was looked at closely
                lines, times = zip(*_collapse(events), strict=True)
                found[lines].append(times)
        loops = sorted(found.items(), key=lambda loop: -len(loop[1]))
        total, rows = sum(map(len, found.values())), []
        for lines, counts in loops[:MOST]:
            rows.append(say("{count} of {total} updates:", count=len(counts), total=total))
            for (phase, place), *often in zip(lines, *counts, strict=True):
                rows.append(f"  {phase:9}  {place}{_in_words(often)}")
        if others := sum(len(counts) for _, counts in loops[MOST:]):
            rows.append(say("and {others} other ones", others=others))
        return "\n".join(rows) or say("There was no update: no loop to show.")

    __repr__ = __str__


def _in_words(counts: list[int]) -> str:
    """Return how often a line ran in a row, "" for once."""
    least, most = min(counts), max(counts)
    if least < most:
        return say("  ({least} to {most} times)", least=least, most=most)
    return say("  ({most} times)", most=most) if most > 1 else ""


def _collapse(events: list[Event]) -> list[tuple[Line, int]]:
    """Return each phase and its line once where it, or up to four of them, come several times."""
    passed = [(event.kind, event.place) for event in events if event.kind in PHASES]
    letters = {line: chr(k) for k, line in enumerate(dict.fromkeys(passed))}
    loop = "".join(letters[line] for line in passed)
    lines: list[tuple[Line, int]] = []
    k = 0
    while k < len(loop):
        runs = [re.compile(rf"(.{{{n}}})\1*", re.DOTALL).match(loop, k) for n in range(1, 5)]
        times, block = max((len(run[0]) // n, -n) for n, run in enumerate(runs, start=1) if run)
        lines += [(line, times) for line in passed[k : k - block]]
        k -= block * times
    return lines
