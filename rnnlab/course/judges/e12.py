"""Exercises of lesson 12: the safe learning rate, the loss of a split batch, the right tool."""

from __future__ import annotations

import math
from typing import Any

from rnnlab.course.exercises import Hints, exercise

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


@exercise(
    "12.1",
    "the safe learning rate",
    """
def safe_rate(rows, clip_norm):
    chosen = [row for row in rows if row["clip_norm"] == clip_norm]
    lost = {row["learning_rate"] for row in chosen if row["outcome"] == "diverged"}
    return max(row["learning_rate"] for row in chosen if row["learning_rate"] not in lost)
""",
)
def judge_safe_rate(answer: Any) -> Hints | None:
    """Ask the function for both bounds of a made-up table."""
    if not callable(answer):
        return (
            f"safe_rate is {type(answer).__name__}, not a function.",
            "Write it with def safe_rate(rows, clip_norm), and return one learning rate.",
            "check calls it with rows of its own, which look like table.rows.",
        )
    given = {bound: answer([dict(row) for row in ROWS], bound) for bound in SAFE}
    for bound, rate in given.items():
        if not isinstance(rate, int | float) or isinstance(rate, bool):
            return (
                f"safe_rate returned {rate!r} for clip_norm={bound}; it has to be one number.",
                "A function without return gives None; a list of rates is not yet the largest.",
                "End it with return max(...) over the learning rates that are safe.",
            )
    if given == SAFE:
        return None
    return _wrong_rate(given)


def _wrong_rate(given: dict[float | None, float]) -> Hints:
    if given[None] == given[1.0]:
        return (
            f"Yours says {given[None]:g} with and without clipping, so it looks at all rows.",
            'Keep only the rows whose row["clip_norm"] is the one that was asked for.',
            "In check's table the answer is 0.3 without clipping and 1 with it.",
        )
    if given[None] == 1.0 or given[1.0] == 3.0:
        bound, rate = (None, 1.0) if given[None] == 1.0 else (1.0, 3.0)
        return (
            f"With clip_norm={bound} yours says {rate:g}, but there one of the two seeds diverged.",
            "A rate is safe if none of its runs diverged. One that lives is not enough.",
            "First collect the rates at which some run diverged; then leave all their rows out.",
        )
    if given == {None: 0.1, 1.0: 0.3}:
        return (
            "Yours is the rate with the lowest loss; asked is the largest that never diverges.",
            "The loss does not matter here: compare learning rates.",
            "Take max over the learning rates that are left, not min over losses.",
        )
    bound = next(bound for bound, rate in given.items() if rate != SAFE[bound])
    return (
        f"With clip_norm={bound} yours says {given[bound]:g}; the largest rate at which no run "
        f"of check's table diverged is {SAFE[bound]:g}.",
        'A run that diverged has row["outcome"] == "diverged".',
        "Leave out every rate at which some run diverged, and take the largest of the others.",
    )


@exercise(
    "12.2",
    "the loss of a split batch",
    """
def whole_loss(losses, rows):
    return sum(loss * count for loss, count in zip(losses, rows)) / sum(rows)
""",
)
def judge_whole_loss(answer: Any) -> Hints | None:
    """Compare with the mean over all rows, for equal and unequal parts."""
    if not callable(answer):
        return (
            f"whole_loss is {type(answer).__name__}, not a function.",
            "Write it with def whole_loss(losses, rows), and return one number.",
            "losses and rows are lists with one entry a process.",
        )
    parts = [([1.0, 3.0], [16, 16]), ([1.0, 3.0], [16, 15]), ([2.0, 5.0, 8.0], [3, 2, 1])]
    for losses, rows in parts:
        given = answer(list(losses), list(rows))
        if not isinstance(given, int | float) or isinstance(given, bool):
            return (
                f"whole_loss returned {given!r}; it has to be one number.",
                "A function without return gives None.",
                "End it with return and the mean over all rows.",
            )
        right = sum(map(_product, losses, rows)) / sum(rows)
        if not math.isclose(given, right, rel_tol=1e-6):
            return _wrong_loss(given, losses, rows, right)
    return None


def _product(loss: float, rows: int) -> float:
    return loss * rows


def _wrong_loss(given: float, losses: list[float], rows: list[int], right: float) -> Hints:
    def near(value: float) -> bool:
        return math.isclose(given, value, rel_tol=1e-6)

    case = f"With losses {losses} over {rows} rows yours gives {given:.4g}; expected {right:.4g}."
    if near(sum(losses) / len(losses)):
        return (
            f"{case} It is the mean of the processes' means.",
            "The process with more rows has to count for more.",
            "Multiply each loss by its number of rows before you add them up.",
        )
    if near(sum(losses)):
        return (
            f"{case} It is the sum of the losses.",
            "Each of them is a mean already; the mean of all lies between them.",
            "Weigh each loss by its rows, and divide by all rows.",
        )
    if near(sum(map(_product, losses, rows))):
        return (
            f"{case} It is the sum over all rows.",
            "A mean is divided by how many there are.",
            "Divide by sum(rows).",
        )
    if near(sum(map(_product, losses, rows)) / len(losses)):
        return (
            f"{case} It is divided by the number of processes.",
            "How many rows are there in the whole batch?",
            "Divide by sum(rows), not by len(rows).",
        )
    return (
        case,
        "A process's loss is the mean over its rows: times its rows, it is their sum.",
        "Add up these sums, and divide by all rows together.",
    )


@exercise(
    "12.3",
    "the right tool",
    """
tools = {"many": "sweep", "long": "data parallel", "short": "neither", "stuck": "neither"}
""",
)
def judge_tools(answer: Any) -> Hints | None:
    """Compare the four choices."""
    choices = ("sweep", "data parallel", "neither")
    if not isinstance(answer, dict) or set(answer) != set(JOBS):
        return (
            "tools is not a dictionary with the four keys many, long, short and stuck.",
            "Leave the keys as they stand, and put a text in place of each dots.",
            f"Each value is one of {', '.join(choices)}.",
        )
    for job, (right, what) in JOBS.items():
        given = answer[job]
        if given not in choices:
            return (
                f"For {job!r} you have {given!r}, which is none of {', '.join(choices)}.",
                "Write one of the three exactly as it stands there.",
                f"{job!r} is {what}.",
            )
        if given != right:
            return _WHY[job, given]
    return None


_WHY: dict[tuple[str, str], Hints] = {
    ("many", "data parallel"): (
        "Thirty settings are 150 runs that need nothing of each other.",
        "Data parallel makes processes wait for each other at every step.",
        "Where runs are independent, let each have a process to itself.",
    ),
    ("many", "neither"): (
        "150 runs one after the other use one core of all you have.",
        "They need nothing of each other: which of the two tools runs them side by side?",
        "The first half of this lesson was about such a job.",
    ),
    ("long", "sweep"): (
        "A sweep runs many settings; here is one run, and it is as long as before.",
        "What makes a single step of one run faster?",
        "Its batches can be split, if each part is work enough.",
    ),
    ("long", "neither"): (
        "Three days of one large model is what more machines are for.",
        "Each step is long, so the exchange of gradients is a small part of it.",
        "Split each batch between processes.",
    ),
    **{
        ("short", tool): (
            "Starting a process takes about two seconds, half of your run.",
            "What would you win, of four seconds?",
            "Nothing to distribute: run it.",
        )
        for tool in ("sweep", "data parallel")
    },
    **{
        ("stuck", tool): (
            "A loop with a mistake makes the same mistake on ten machines.",
            "First find out why the loss does not fall; lesson 09 shows how.",
            "rnnlab.watch examines a loop on one machine.",
        )
        for tool in ("sweep", "data parallel")
    },
}  # fmt: skip
