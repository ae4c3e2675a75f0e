"""Tables as people have them, for the tests of the forms that are read."""

import pathlib
import warnings
from datetime import datetime, timedelta

import pytest

import rnnlab
from rnnlab.base.tables import TableError

DAY = 1 / 365
LINES = [f"2021-01-{day:02d},{10 + day / 4}" for day in range(1, 21)]
HEAD = "date,v\n"
DAILY = HEAD + "\n".join(LINES)
START, MONTHS = datetime(2019, 1, 1), [datetime(2019 + k // 12, k % 12 + 1, 1) for k in range(30)]
DAYS = [START + timedelta(days=k) for k in range(40)]
WRITTEN = {  # the form of a time, dates, and what lies between two
    "%d-%b-%Y": (DAYS, "day"), "%d %B %Y": (DAYS, "day"), "%Y-%b-%d": (DAYS, "day"),
    "%B %d %Y": (DAYS, "day"), "%d-%m-%Y": (DAYS, "day"), "%m-%d-%Y": (DAYS, "day"),
    "%d.%m.%y": (DAYS, "day"), "%m/%d/%y": (DAYS, "day"), "%d/%m/%y": (DAYS, "day"),
    "%y-%m-%d": (DAYS, "day"), "%Y.%m.%d": (DAYS, "day"), "%d-%b-%y": (DAYS, "day"),
    "%m/%d/%Y %I:%M %p": (DAYS, "day"), "%Y-%m-%d %I:%M:%S %p": (DAYS, "day"),
    "%Y-%m-%d %H:%M:%S UTC": (DAYS, "day"), "%G-W%V-%u": (DAYS, "day"), "%GW%V%u": (DAYS, "day"),
    "%b %Y": (MONTHS, "month"), "%B %Y": (MONTHS, "month"), "%Y %b": (MONTHS, "month"),
    "%Y%m": (MONTHS, "month"), "%b-%y": (MONTHS, "month"), "%b-%Y": (MONTHS, "month"),
}  # fmt: skip


def read(content, name="f.csv", **options):
    """Write a file into the present folder and read it; return the series and the warnings."""
    pathlib.Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        series = rnnlab.read_series(name, **options)
    return series, [str(one.message) for one in said]


def refused(read, content, **options):
    with pytest.raises(TableError) as error:
        read(content, **options)
    return str(error.value)


def table(cells, values=None, separator=","):
    """Return a table of times as they are written, with a value for each."""
    values = values or [f"{10 + k / 4}" for k in range(len(cells))]
    rows = zip(["date", *cells], ["v", *values], strict=True)
    return "\n".join(separator.join(row) for row in rows)
