"""The loop that was really run: which phases, in which order, how often."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from rnnlab.doctor.events import Event, Place

STYLE = """<style>
table.rnnlab-report { table-layout: fixed; width: 100%; max-width: 66em; line-height: 1.45 }
table.rnnlab-report tr > * { text-align: left !important; vertical-align: top; white-space: normal;
  overflow-wrap: anywhere; padding: 5px 14px 5px 0 }
table.rnnlab-report code { white-space: pre-wrap }
</style>"""
PHASES = ("zero_grad", "forward", "loss", "backward", "clip", "step")


class Stop(NamedTuple):
    """A phase in a cycle: its line, and how often it was passed in a row, from least to most."""

    phase: str
    place: Place
    least: int
    most: int

    @property
    def times(self) -> str:
        """The number in words, "" for once."""
        if (self.least, self.most) == (1, 1):
            return ""
        return f"{self.least} to {self.most} times" if self.least < self.most else (
            f"{self.most} times"
        )  # fmt: skip


class Cycle(NamedTuple):
    """The phases between two updates, and how many updates went like this."""

    stops: list[Stop]
    count: int  # type: ignore[assignment]  # tuples have a method of this name


def cycles(rounds: list[list[Event]]) -> list[Cycle]:
    """Return what the updates that were looked at closely went like, the commonest first."""
    found: dict[tuple[tuple[str, Place], ...], list[list[int]]] = {}
    for events in rounds:
        if events[-1].kind == "step" and events[-1].numbers["seen"]:
            stops = _collapse(event for event in events if event.kind in PHASES)
            key = tuple(stop for stop, _ in stops)
            found.setdefault(key, []).append([count for _, count in stops])
    every = [
        Cycle(
            [
                Stop(phase, place, min(times), max(times))
                for (phase, place), times in zip(key, zip(*counts, strict=True), strict=True)
            ],
            len(counts),
        )
        for key, counts in found.items()
    ]
    return sorted(every, key=lambda cycle: -cycle.count)


def _collapse(events: Iterable[Event]) -> list[tuple[tuple[str, Place], int]]:
    """Return each phase and its line once where it, or up to four of them, come several times."""
    passed = [(event.kind, event.place) for event in events]
    stops: list[tuple[tuple[str, Place], int]] = []
    k = 0
    while k < len(passed):
        times, length = max((_times(passed, k, n), -n) for n in range(1, 5))
        block = passed[k : k - length] if times > 1 else passed[k : k + 1]
        stops += [(stop, times) for stop in block]
        k += len(block) * times
    return stops


def _times(passed: list[tuple[str, Place]], start: int, length: int) -> int:
    """Return how often a block of this length comes in a row."""
    block, times = passed[start : start + length], 1
    while passed[start + times * length : start + (times + 1) * length] == block:
        times += 1
    return times


def as_text(rounds: list[list[Event]], most: int = 4) -> str:
    """Return the commonest cycles as text."""
    every = cycles(rounds)
    total = sum(cycle.count for cycle in every)
    if not every:
        return "There was no update: no cycle to show."
    blocks = [
        "\n".join([
            f"{cycle.count} of {total} updates:",
            *(
                f"  {stop.phase:9}  {stop.place}" + (f"  ({stop.times})" if stop.times else "")
                for stop in cycle.stops
            ),
        ])
        for cycle in every[:most]
    ]  # fmt: skip
    left = total - sum(cycle.count for cycle in every[:most])
    return "\n".join([*blocks, *([f"and {left} other ones"] if left else [])])


def as_html(rounds: list[list[Event]], most: int = 4) -> str:
    """Return the commonest cycles as a table."""
    every = cycles(rounds)
    total = sum(cycle.count for cycle in every)
    if not every:
        return f"<p>{as_text(rounds)}</p>"
    rows = "".join(
        f'<tr><th scope="rowgroup" colspan="3">{cycle.count} of {total} updates</th></tr>'
        + "".join(
            f"<tr><td>{stop.phase}</td><td>{escape(stop.place.name)}: "
            f"<code>{escape(stop.place.text)}</code></td><td>{stop.times}</td></tr>"
            for stop in cycle.stops
        )
        for cycle in every[:most]
    )
    head = '<tr><th scope="col">phase</th><th scope="col">line</th><th scope="col"></th></tr>'
    return f'<table class="rnnlab-report"><thead>{head}</thead><tbody>{rows}</tbody></table>'
