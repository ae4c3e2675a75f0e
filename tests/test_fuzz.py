"""Readers of files refuse what they cannot read by the errors they document, and in no other way.

A few seconds of `python -m tests.fuzz`, which see.
"""

import pytest

from tests import fuzz
from tests.sizes import short_or_long


@short_or_long("inputs", 100, 1000)
@pytest.mark.parametrize("name", fuzz.TARGETS)
def test_no_bytes_make_a_reader_fail(name, inputs, report):
    tally = fuzz.Tally()
    fuzz.fuzz(fuzz.TARGETS[name], inputs, 0, tally)
    report(f"fuzz {name}: {tally.tried} inputs, {tally.accepted} accepted")
    if name == "checkpoint":  # its archive says of each byte whether it is what was written
        assert len(tally.refused) > 2
    else:
        assert tally.accepted > 0
        assert len(tally.refused) > 3


def test_a_reader_that_fails_is_found():
    def read(content):
        raise ValueError if len(content) < 50 else KeyError

    with pytest.raises(KeyError):
        fuzz.fuzz(fuzz.Target(read, (ValueError,), [b"good" * 10]), 1000, 0, fuzz.Tally())
