"""The probabilities of success with which the successes in a few runs are consistent."""

import math

from rnnlab.base.say import say

Z = 1.96  # standard deviations on each side of the middle that hold 95 % of a normal distribution


def wilson_interval(successes: int, runs: int, z: float = Z) -> tuple[float, float]:
    """Return the low and the high end of the fractions that fit `successes` in so many `runs`.

    These are the fractions p from which the seen one lies at most z standard deviations of
    p * (1 - p) / runs away. Unlike the fraction plus and minus its standard error, it
    says something sensible when all runs or none succeeded.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    Journal of the American Statistical Association 22 (1927).

    Args:
        successes: from 0 to runs.
        runs: at least 1.
        z: 1.96 for 95 %.

    Raises:
        ValueError: for counts that cannot be.
    """
    if not 0 <= successes <= runs or runs < 1:
        text = (
            "successes is {successes} and runs is {runs}; expected at least one run, and "
            "successes from 0 to that number"
        )
        raise ValueError(say(text, successes=successes, runs=runs))
    fraction, square = successes / runs, z * z
    middle = fraction + square / (2 * runs)
    half = z * math.sqrt(fraction * (1 - fraction) / runs + square / (4 * runs * runs))
    scale = 1 + square / runs
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)
