"""Exercises of lesson 12: the safe learning rate, the loss of a split batch, the right tool."""

from __future__ import annotations

from typing import Any

from rnnlab.course.exercises import exercise
from rnnlab.course.judging import Wrong, compare, wrong

ROWS = [
    {"learning_rate": rate, "clip_norm": bound, "seed": seed, "outcome": outcome,
     "validation_loss": None if outcome == "diverged" else loss}
    for rate, bound, outcomes, loss in (
        (0.1, None, ("finished", "finished"), 0.2),
        (0.3, None, ("finished", "finished"), 0.5),
        (1.0, None, ("finished", "diverged"), 0.4),  # one seed lives: not safe
        (3.0, None, ("diverged", "diverged"), 0.0),
        (0.1, 1.0, ("finished", "finished"), 0.3),
        (0.3, 1.0, ("finished", "finished"), 0.1),
        (1.0, 1.0, ("finished", "finished"), 0.6),
        (3.0, 1.0, ("diverged", "finished"), 0.7),
    )
    for seed, outcome in enumerate(outcomes)
]  # fmt: skip
SAFE = {None: 0.3, 1.0: 1.0}
JOBS = {
    "many": ("sweep", "thirty settings with five seeds each"),
    "long": ("data parallel", "one run of a large model, three days long"),
    "short": ("neither", "one run of four seconds"),
    "stuck": ("neither", "a loss that does not fall"),
}


@exercise("12.1")
def judge_safe_rate(answer: Any) -> Wrong | None:
    """Ask the function for both bounds of a made-up table."""
    given = {bound: answer([dict(row) for row in ROWS], bound) for bound in SAFE}
    for bound, rate in given.items():
        if not isinstance(rate, int | float) or isinstance(rate, bool):
            return wrong("no number", rate=rate, bound=bound)
    if given == SAFE:
        return None
    if given[None] == given[1.0]:
        return wrong("all rows", rate=given[None])
    for bound, rate in ((None, 1.0), (1.0, 3.0)):  # at which one seed of two lives
        if given[bound] == rate:
            return wrong("one seed", bound=bound, rate=rate)
    if given == {None: 0.1, 1.0: 0.3}:
        return wrong("lowest loss")
    bound = next(bound for bound, rate in given.items() if rate != SAFE[bound])
    return wrong("else", bound=bound, rate=given[bound], safe=SAFE[bound])


@exercise("12.2")
def judge_whole_loss(answer: Any) -> Wrong | None:
    """Compare with the mean over all rows, for equal and unequal parts."""
    parts = [([1.0, 3.0], [16, 16]), ([1.0, 3.0], [16, 15]), ([2.0, 5.0, 8.0], [3, 2, 1])]
    for losses, rows in parts:
        given = answer(list(losses), list(rows))
        if not isinstance(given, int | float) or isinstance(given, bool):
            return wrong("no number", given=given)
        total = sum(loss * count for loss, count in zip(losses, rows, strict=True))
        mistakes = {
            "mean of means": sum(losses) / len(losses),
            "sum of losses": sum(losses),
            "sum of rows": total,
            "by processes": total / len(losses),
        }
        right, fields = total / sum(rows), {"losses": losses, "rows": rows, "given": given}
        if verdict := compare(given, right, mistakes, rtol=1e-6, right=right, **fields):
            return verdict
    return None


@exercise("12.3")
def judge_tools(answer: Any) -> Wrong | None:
    """Compare the four choices."""
    known = ("sweep", "data parallel", "neither")
    choices = ", ".join(known)
    if not isinstance(answer, dict) or set(answer) != set(JOBS):
        return wrong("keys", choices=choices)
    for job, (right, what) in JOBS.items():
        given = answer[job]
        if given not in known:
            return wrong("unknown", job=job, given=given, choices=choices, what=what)
        if given != right:
            return wrong(job if right == "neither" else f"{job}, {given}")
    return None
