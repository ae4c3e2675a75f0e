"""Wilson's interval: by the equation that its ends solve, and how often it holds the truth."""

import math

import pytest

from rnnlab.course.intervals import wilson_interval

COUNTS = [(0, 10), (2, 10), (7, 10), (10, 10), (0, 1), (1, 1), (3, 5), (90, 100)]


@pytest.mark.parametrize(("successes", "runs"), COUNTS)
def test_the_share_lies_z_standard_deviations_from_both_ends(successes, runs):
    low, high = wilson_interval(successes, runs)
    share = successes / runs
    assert 0 <= low <= share <= high <= 1
    for end in (low, high):
        if end not in (0.0, 1.0):
            assert abs(share - end) == pytest.approx(1.96 * math.sqrt(end * (1 - end) / runs))


def test_it_holds_the_true_share_in_about_95_of_100_cases():
    for true in (0.1, 0.3, 0.5, 0.9):
        chances = [math.comb(30, k) * true**k * (1 - true) ** (30 - k) for k in range(31)]
        held = [low <= true <= high for low, high in (wilson_interval(k, 30) for k in range(31))]
        assert sum(c for c, h in zip(chances, held, strict=True) if h) == pytest.approx(
            0.95, abs=0.03
        )


@pytest.mark.parametrize(("successes", "runs"), [(11, 10), (-1, 10), (0, 0)])
def test_counts_that_cannot_be_are_refused(successes, runs):
    with pytest.raises(ValueError, match=f"successes is {successes} and runs is {runs}; expected"):
        wilson_interval(successes, runs)
