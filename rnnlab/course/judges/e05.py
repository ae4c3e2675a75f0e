"""Judges of notebook 05: the factor per step, one factor for all, the place of the clipping."""

from __future__ import annotations

import math
from typing import Any

from rnnlab.course.exercises import exercise
from rnnlab.course.judging import Wrong, compare, near, wrong
from rnnlab.course.trials import SteepTask


@exercise("05.1")
def judge_factor(answer: Any, norms: list[float]) -> Wrong | None:
    """Judge the average factor per step."""
    factor, first, last, states = float(answer), norms[0], norms[-1], len(norms)
    ratio, steps = first / last, states - 1
    right = ratio ** (1 / steps)
    mistakes = {
        "forward": 1 / right,
        "whole way": math.isclose(factor, ratio, rel_tol=1e-3),
        "divided": math.isclose(factor, ratio / steps, rel_tol=0.05),
        "one step more": ratio ** (1 / states),
        "difference": math.isclose(factor, (first - last) / steps, rel_tol=0.05),
    }
    fields = {"factor": factor, "first": first, "last": last, "states": states, "steps": steps}
    gives = last * abs(factor) ** steps
    return compare(factor, right, mistakes, rtol=1e-3, gives=gives, ratio=ratio, **fields)


@exercise("05.2")
def judge_one_factor(answer: Any, sizes: dict[str, float]) -> Wrong | None:
    """Judge the norm that the common factor leaves."""
    after, own, summed, largest = (
        float(answer),
        sizes["readout.weight"],
        sum(sizes.values()),
        max(sizes.values()),
    )
    total = math.hypot(*sizes.values())
    scale = min(1.0, 1.0 / total)
    mistakes = {
        "on its own": near(after, own) or near(after, 1.0),
        "sum": own / summed,
        "largest": own / largest,
        "no root": own / total**2,
        "factor": scale,
    }
    fields = {"own": own, "sum": summed, "largest": largest, "total": total, "squares": total**2}
    return compare(
        after, own * scale, mistakes, rtol=1e-3, after=after, times=after / own, **fields
    )


@exercise("05.3")
def judge_train_step(answer: Any) -> Wrong | None:
    """Judge a training step by two updates of a small steep task."""
    learner, right = SteepTask(), SteepTask()
    start = learner.weights()
    returned = [
        answer(learner.model, learner.optimizer, learner.inputs, learner.targets) for _ in range(2)
    ]
    norms = [norm for _, norm in right.updates("right", 2)]
    if all(value is None for value in returned):
        return wrong("none")
    first, second = (float(value) for value in returned)
    learned, moved = learner.weights(), (learner.weights() - start).norm().item()
    fields = {"first": first, "second": second, "norm": norms[0], "moved": moved}
    if moved == 0:
        return wrong("not moved")
    if near(learned, right.weights(), 1e-5):
        return None if near([first, second], norms) else wrong("returned", **fields)
    mistakes = ("unclipped", "not cleared", "one by one", "by value", "last prediction")
    known = {mistake: SteepTask().after(mistake, 2) for mistake in mistakes}
    if first == 0:
        known = {"clipped before backward": known.pop("unclipped"), **known}
    should = (right.weights() - start).norm()
    return compare(learned, right.weights(), known, rtol=1e-5, should=should, **fields)
