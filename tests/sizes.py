"""Tests of two sizes: a short one for `make test`, a long one instead for `make test-all`."""

import pytest


def short_or_long(names, short, long):
    """Parametrize a test by its size, or by several values: `names` is as pytest takes them."""
    values = [
        pytest.param(*(size if isinstance(size, tuple) else (size,)), marks=mark)
        for size, mark in ((short, pytest.mark.short), (long, pytest.mark.slow))
    ]
    return pytest.mark.parametrize(names, values)
