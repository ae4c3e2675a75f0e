"""The loop as it was really run: which phases, in which order, how often."""

from __future__ import annotations

from rnnlab.doctor.events import Event, Place

PHASES = ("zero_grad", "forward", "loss", "backward", "clip", "step")
MOST = 4  # loops that are shown

Line = tuple[str, Place]  # a phase, and the line that runs it
Loop = tuple[int, list[tuple[str, Place, str]]]  # updates, and their lines: how often in a row


def observed_loops(updates: list[list[Event]]) -> list[Loop]:
    """Return what the updates that were looked at closely went like, the commonest first."""
    found: dict[tuple[Line, ...], list[list[int]]] = {}
    for events in updates:
        if events[-1].numbers["seen"]:
            lines, times = zip(*_collapse(events), strict=True)
            found.setdefault(lines, []).append([*times])
    loops = [
        (len(counts), [(*line, _in_words(c)) for line, *c in zip(lines, *counts, strict=True)])
        for lines, counts in found.items()
    ]
    return sorted(loops, key=lambda loop: -loop[0])


def _in_words(counts: list[int]) -> str:
    """Return how often a line ran in a row, "" for once."""
    least, most = min(counts), max(counts)
    if least < most:
        return f"{least} to {most} times"
    return f"{most} times" if most > 1 else ""


def _collapse(events: list[Event]) -> list[tuple[Line, int]]:
    """Return each phase and its line once where it, or up to four of them, come several times."""
    passed = [(event.kind, event.place) for event in events if event.kind in PHASES]
    lines: list[tuple[Line, int]] = []
    k = 0
    while k < len(passed):
        times, length = max((_times(passed, k, n), -n) for n in range(1, 5))
        block = passed[k : k - length] if times > 1 else passed[k : k + 1]
        lines += [(line, times) for line in block]
        k += len(block) * times
    return lines


def _times(passed: list[Line], start: int, length: int) -> int:
    """Return how often a block of this length comes in a row."""
    block, times = passed[start : start + length], 1
    while passed[start + times * length : start + (times + 1) * length] == block:
        times += 1
    return times


def as_text(loops: list[Loop]) -> str:
    """Return the commonest loops as text."""
    if not loops:
        return "There was no update: no loop to show."
    total = sum(count for count, _ in loops)
    rows = []
    for count, lines in loops[:MOST]:
        rows.append(f"{count} of {total} updates:")
        rows += [f"  {phase:9}  {place}" + (f"  ({n})" if n else "") for phase, place, n in lines]
    others = sum(count for count, _ in loops[MOST:])
    return "\n".join(rows + ([f"and {others} other ones"] if others else []))
