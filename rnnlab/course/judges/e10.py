"""Exercises of lesson 10: when to stop, a lower temperature, a fair rival."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from rnnlab.course.exercises import Hints, exercise
from rnnlab.tasks.forecast import SeriesTask

PATIENCE = 3
FALLING = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
BUMP = (1.0, 0.7, 0.8, 0.6, 0.5, 0.4)  # worse for one epoch, then better again
RISING = (1.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
WAVES = (1.0, 0.5, 0.7, 0.6, 0.7, 0.6, 0.7, 0.6)  # never below 0.5 again


@exercise(
    "10.1",
    "when to stop",
    """
def should_stop(losses, patience):
    age = len(losses) - 1 - losses.index(min(losses))
    return age >= patience
""",
)
def judge_should_stop(answer: Any) -> Hints | None:
    """Ask the function after each epoch of four made-up runs."""
    if not callable(answer):
        return (
            f"should_stop is {type(answer).__name__}, not a function.",
            "Write it with def should_stop(losses, patience), and return True or False.",
            "check calls it after each epoch with all validation losses so far.",
        )
    given = answer(list(FALLING), PATIENCE)
    if not isinstance(given, bool):
        return (
            f"should_stop returned {given!r}; it has to answer True or False.",
            "A function without return gives None, which a loop takes for False: it never stops.",
            "End it with return and a comparison: how old the lowest loss is, and patience.",
        )
    runs: tuple[tuple[float, ...], ...] = (FALLING, BUMP, RISING, WAVES)
    stops = {losses: _stop(answer, losses) for losses in runs}
    if stops[FALLING] is not None:
        return (
            f"The losses {_shown(FALLING)} fall all the time, but yours stops at {stops[FALLING]}.",
            "While the newest loss is the lowest, there is no reason to stop.",
            "The newest is 0 epochs old: which loss is yours measuring the age of?",
        )
    if stops[BUMP] is not None:
        return (
            f"The losses {_shown(BUMP)} are worse for one epoch only, but yours stops at "
            f"{stops[BUMP]}. The patience was {PATIENCE}.",
            "One bad epoch is chance. Wait until the lowest loss is patience epochs old.",
            f"At {stops[BUMP]} the lowest loss, 0.7, is 1 epoch old, and 1 is less than "
            f"{PATIENCE}.",
        )
    if stops[WAVES] is None:
        return (
            f"The losses {_shown(WAVES)} never get below 0.5 again, but yours never stops.",
            "Compare with the lowest loss of all, not with the one before.",
            "At the last of these epochs the lowest loss, 0.5, is 6 epochs old.",
        )
    return _stops_late_or_early(stops)


def _stops_late_or_early(stops: dict[tuple[float, ...], int | None]) -> Hints | None:
    for losses in (RISING, WAVES):
        stop, right = stops[losses], 2 + PATIENCE  # the lowest is that of epoch 2
        if stop == right:
            continue
        if stop is None:
            word = "never stops"
        else:
            word = f"stops at epoch {stop}, when it is {stop - 2} epochs old"
        late = stop is None or stop > right
        return (
            f"With {_shown(losses)} the lowest loss is that of epoch 2; yours {word}. The "
            f"patience was {PATIENCE}: {'too late' if late else 'too early'}.",
            "The newest loss is 0 epochs old, the one before it 1.",
            f"After epoch {right} the lowest is {PATIENCE} epochs old, and {PATIENCE} is enough.",
        )
    return None


def _stop(answer: Any, losses: tuple[float, ...]) -> int | None:
    for epoch in range(1, len(losses) + 1):
        if answer(list(losses[:epoch]), PATIENCE):
            return epoch
    return None


def _shown(losses: tuple[float, ...]) -> str:
    return ", ".join(f"{loss:g}" for loss in losses)


@exercise("10.2", "a lower temperature", "sharper = (logits / 0.5).softmax(0)")
def judge_temperature(answer: Any, logits: Tensor) -> Hints | None:
    """Compare with the softmax of the logits divided by 0.5."""
    given = torch.as_tensor(answer, dtype=torch.float32)
    if given.shape != logits.shape:
        return (
            f"Your answer has shape {tuple(given.shape)}; expected {tuple(logits.shape)}.",
            "There is one probability for each of the 27 characters.",
            "Keep the axis: divide all logits, then softmax over the only axis, 0.",
        )
    if torch.allclose(given, (logits / 0.5).softmax(0), atol=1e-4):
        return None
    plain, total = logits.softmax(0), given.sum().item()
    if (given < 0).any():
        return (
            f"Your lowest value is {given.min():.2f}; a probability is never below 0.",
            "These are logits still.",
            "After the division comes the softmax over axis 0.",
        )
    if abs(total - 1) > 1e-3:
        return (
            f"Your values add up to {total:.2f}; probabilities add up to 1.",
            "The order matters: what is divided, the logits or the probabilities?",
            "Divide first. The softmax comes last, and makes the sum 1.",
        )
    highest, before = given.max().item(), plain.max().item()
    if abs(highest - before) < 1e-4:
        return (
            f"Your highest probability is {highest:.2f}, the one of temperature 1.",
            "The temperature has not had any effect yet.",
            "Adding a constant to all logits changes nothing either: it has to be a division.",
        )
    if highest < before:
        return (
            f"Your highest probability is {highest:.2f}; at temperature 1 it is {before:.2f}. "
            "It should have grown.",
            "A temperature below 1 makes the differences of the logits larger.",
            "Dividing by 0.5 doubles them. What did yours do to them?",
        )
    return (
        f"Your highest probability is {highest:.2f}; it grew from {before:.2f}, but not to what "
        "temperature 0.5 gives.",
        "Is it the logits that you divide, once, by 0.5?",
        "At temperature 0.5 each probability is in proportion to the square of what it was.",
    )


@exercise("10.3", "a fair rival", "last_week = own.series.values[own.split - 7 : -7]")
def judge_last_week(answer: Any, own: SeriesTask) -> Hints | None:
    """Compare with the values of seven days before, and find how many days it was instead."""
    values, split = own.series.values, own.split
    count = len(values) - split
    given = torch.as_tensor(answer, dtype=values.dtype)
    if given.shape != (count,):
        return (
            f"Your answer has shape {tuple(given.shape)}; there are {count} held-out days.",
            f"The first held-out day has index {split}, the last {len(values) - 1}.",
            f"The forecast of the first one is the value at index {split - 7}.",
        )
    if torch.equal(given, values[split - 7 : -7]):
        return None
    if torch.equal(given, values[split:]):
        return (
            "These are the held-out values themselves: an error of 0 that no forecaster has.",
            "A forecast may use only what was known a week before.",
            "Move both ends of the slice back by seven.",
        )
    days = _days_before(given, values, split)
    if days is not None:
        return (
            f"This is the value of {days} {'day' if days == 1 else 'days'} before each held-out "
            f"day, off by {own.rmse(given):.1f} visitors; asked is 7.",
            f"Your forecast of the first held-out day, index {split}, is the value at "
            f"index {split - days}.",
            "Both ends of the slice lie seven before those of the held-out values.",
        )
    if given.std() < 0.1 * values.std():
        return (
            f"Your values go from {given.min():.1f} to {given.max():.1f}, which are not visitors.",
            "own.scaled holds the values with mean 0 and deviation 1; rmse compares visitors.",
            "Take them from own.series.values.",
        )
    if torch.equal(given, values[split - 7 : split].repeat(-(-count // 7))[:count]):
        return (
            f"You repeat the last week of training: after it, measured days are no longer used "
            f"(off by {own.rmse(given):.1f}).",
            "One step ahead, the value of seven days before is known, also when it is held out.",
            f"The forecast for index {split + 7} is the value at index {split}.",
        )
    wrong = int((given != values[split - 7 : -7]).nonzero()[0])
    return (
        f"Your forecast number {wrong} is {given[wrong]:.0f}; seven days before it there were "
        f"{values[split - 7 + wrong]:.0f} visitors.",
        f"Number {wrong} is the forecast for index {split + wrong} of own.series.values.",
        "Both ends of the slice lie seven before those of the held-out values.",
    )


def _days_before(given: Tensor, values: Tensor, split: int) -> int | None:
    for days in range(1, split + 1):
        if torch.equal(given, values[split - days : len(values) - days]):
            return days
    return None
