"""Exercises of lesson 12: the safe learning rate, the loss of a split batch, the right tool."""

from typing import Any

from rnnlab.base.say import say
from rnnlab.course.judging import Wrong, averages, compare, first_of, wrong

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
HALF_SAFE = {None: 1.0, 1.0: 3.0}  # at which one seed of two lives
JOBS = {
    "many": "thirty settings with five seeds each",
    "long": "one run of a large model, three days long",
    "short": "one run of four seconds",
    "stuck": "a loss that does not fall",
}
SWEEP, PARALLEL, NEITHER = TOOLS = ("sweep", "data parallel", "neither")  # not said
RIGHT = {"many": SWEEP, "long": PARALLEL, "short": NEITHER, "stuck": NEITHER}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def judge_1(answer: Any) -> Wrong | None:
    """Ask the function for both bounds of a made-up table."""
    given = {bound: answer([dict(row) for row in ROWS], bound) for bound in SAFE}
    for bound, rate in given.items():
        if not _is_number(rate):
            return wrong("no number", rate=rate, bound=bound)
    if given == SAFE:
        return None
    lucky = [bound for bound, rate in given.items() if rate == HALF_SAFE[bound]]
    mistakes = {
        "all rows": given[None] == given[1.0],
        "one seed": lucky,
        "lowest loss": given == {None: 0.1, 1.0: 0.3},
        "else": True,
    }
    bound = [*lucky, *(bound for bound, rate in given.items() if rate != SAFE[bound])][0]
    return first_of(mistakes, bound=bound, rate=given[bound], safe=SAFE[bound])


def judge_2(answer: Any) -> Wrong | None:
    """Compare with the mean over all rows, for equal and unequal parts."""
    parts = [([1.0, 3.0], [16, 16]), ([1.0, 3.0], [16, 15]), ([2.0, 5.0, 8.0], [3, 2, 1])]
    for losses, rows in parts:
        given = answer(list(losses), list(rows))
        if not _is_number(given):
            return wrong("no number", given=given)
        names = ("mean of means", "sum of losses", "sum", "by batches")
        right, mistakes = averages(losses, rows, *names)
        fields = {"losses": losses, "rows": rows, "given": given, "right": right}
        if verdict := compare(given, right, mistakes, 1e-6, **fields):
            return verdict
    return None


def judge_3(answer: Any) -> Wrong | None:
    """Compare the four choices."""
    choices = ", ".join(TOOLS)
    if not isinstance(answer, dict) or set(answer) != set(JOBS):
        return wrong("keys", choices=choices)
    for job, right in RIGHT.items():
        given, what = answer[job], say(JOBS[job])
        if given not in TOOLS:
            return wrong("unknown", job=job, given=given, choices=choices, what=what)
        if given != right:
            return wrong(job if right == NEITHER else f"{job}, {given}")
    return None
