"""Tests of two sizes, a short one for `make test`, a long one for `make test-all`; and of texts."""

import matplotlib
import pytest

# before 3.11 matplotlib rounds the box of a text outwards, to whole pixels
ROUNDED = 0.0 if matplotlib.__version_info__ >= (3, 11) else 0.5


def short_or_long(names, short, long):
    """Parametrize a test by its size, or by several values: `names` is as pytest takes them."""
    values = [
        pytest.param(*(size if isinstance(size, tuple) else (size,)), marks=mark)
        for size, mark in ((short, pytest.mark.short), (long, pytest.mark.slow))
    ]
    return pytest.mark.parametrize(names, values)


def text_box(text, renderer=None):
    """Return the box in pixels that a text takes in its figure, the same with each matplotlib."""
    return text.get_window_extent(renderer).padded(-ROUNDED)
