"""Judges of notebook 05: the factor per step, one factor for all, where to clip."""

import math
from typing import Any

from rnnlab.course.judging import Wrong, compare, near, wrong
from rnnlab.course.trials import MISTAKES, SteepTask


def judge_1(answer: Any, norms: list[float]) -> Wrong | None:
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
    return compare(factor, right, mistakes, 1e-3, gives=gives, ratio=ratio, **fields)


def judge_2(answer: Any, sizes: dict[str, float]) -> Wrong | None:
    """Judge the norm that the common factor leaves."""
    after, own, total = float(answer), sizes["readout.weight"], math.hypot(*sizes.values())
    summed, largest, scale = sum(sizes.values()), max(sizes.values()), min(1.0, 1.0 / total)
    mistakes = {
        "on its own": near(after, own) or near(after, 1.0),
        "sum": own / summed,
        "largest": own / largest,
        "no root": own / total**2,
        "factor": scale,
    }
    fields = {"own": own, "sum": summed, "largest": largest, "total": total, "squares": total**2}
    times = after / own
    return compare(after, own * scale, mistakes, 1e-3, after=after, times=times, **fields)


def judge_3(answer: Any) -> Wrong | None:
    """Judge a training step by two updates of a small steep task."""
    learner, right = SteepTask(), SteepTask()
    start = learner.weights()
    returned = [answer(learner.model, learner.optimizer, *learner.batch) for _ in range(2)]
    norms = [norm for _, norm in right.updates(2)]
    if all(value is None for value in returned):
        return wrong("none")
    first, second = (float(value) for value in returned)
    learned, moved = learner.weights(), (learner.weights() - start).norm().item()
    fields = {"first": first, "second": second, "norm": norms[0], "moved": moved}
    if near(learned, right.weights(), 1e-5):
        return None if near([first, second], norms) else wrong("returned", **fields)
    known: dict[str, Any] = {mistake: SteepTask().after(2, mistake) for mistake in MISTAKES}
    if first == 0:
        known = {"clipped before backward": known.pop("unclipped"), **known}
    should = (right.weights() - start).norm()
    known = {"not moved": moved == 0, **known}
    return compare(learned, right.weights(), known, 1e-5, should=should, **fields)
