"""read_series: what spreadsheets write is read as they mean it; all else is refused in words."""

import csv
import io
import os
import pathlib
from datetime import datetime

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import rnnlab
from rnnlab.base import tables
from rnnlab.base.tables import TableError
from rnnlab.data import parsing, shipped, times
from tests.csv_files import GOOD, REFUSED

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # tests/test_forms.py asserts them


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Return a function that writes f.csv and reads it."""
    monkeypatch.chdir(tmp_path)

    def write_and_read(content, **options):
        content = content.encode() if isinstance(content, str) else content
        pathlib.Path("f.csv").write_bytes(content)
        return rnnlab.read_series("f.csv", **options)

    return write_and_read


@pytest.mark.parametrize(("content", "options", "expected"), [c[1:] for c in GOOD],
                         ids=[c[0] for c in GOOD])  # fmt: skip
def test_what_spreadsheets_write_is_read(read, content, options, expected):
    series = read(content, **options)
    name, times, values, time_unit = expected
    assert (series.name, series.unit, series.time_unit) == (name, "", time_unit)
    assert series.times == pytest.approx(times, abs=1e-9, rel=0)
    assert torch.equal(series.values, torch.tensor(values, dtype=torch.float32))


@pytest.mark.parametrize(("content", "options", "message"), REFUSED)
def test_what_cannot_be_read_is_refused_in_words(read, content, options, message):
    with pytest.raises(ValueError) as error:
        read(content, **options)
    assert str(error.value) == message


@pytest.mark.parametrize("options", [{"value": True}, {"time": True}, {"value": 1.0}])
def test_a_column_is_a_name_or_a_number(read, options):
    with pytest.raises(TypeError, match="expected the name of a column, or its number from 1"):
        read("1990,1\n", **options)


def test_gaps_and_counted_values_are_noted(read):
    note = read("city,mm\na,1\nb,NA\nc,\nd,4\n", fill_gaps=True).note
    assert note == (
        "2 of 4 values are missing and are filled by a straight line between their neighbours: "
        'rows 3, 4. Values are counted, as column 1 ("city") holds words, not times.'
    )
    many = read("mm\n1\n" + "NA\n" * 12 + "2\n", fill_gaps=True).note
    assert many.endswith("rows 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 2 more.")


def test_a_series_is_ready_for_a_task(read):
    lines = [f"{1700 + k},{k % 11}" for k in range(100)]
    task = rnnlab.SeriesTask(read("\n".join(["year,spots", *lines])))
    assert repr(task).startswith("SeriesTask('series': 80 years to train on from 1700, 20 held out")


@pytest.mark.parametrize("name", ["sunspots_yearly.csv", "co2_monthly.csv"])
def test_the_shipped_files_are_read_as_their_own_loaders_do(name):
    path = pathlib.Path(rnnlab.__file__).parent / "data" / "datasets" / name
    ours = rnnlab.read_series(path, fill_gaps=True)
    theirs = shipped.load_sunspots() if name.startswith("sun") else shipped.load_co2()
    assert (ours.times, ours.time_unit) == (theirs.times, theirs.time_unit)
    assert torch.equal(ours.values, theirs.values)


# Files that are not there, not files, or too large


def test_a_file_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, shown in (("rain.csv", "rain.csv"), ("\0", "\\x00")):
        with pytest.raises(FileNotFoundError) as error:
            rnnlab.read_series(name)
        assert str(error.value) == (
            f"there is no file {shown}: give the path of a CSV file, seen from the folder "
            f"{tmp_path}"
        )


def test_a_folder_and_a_pipe_are_no_files(tmp_path):
    with pytest.raises(IsADirectoryError, match="is a folder: give the path of a CSV file in it"):
        rnnlab.read_series(tmp_path)
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no pipes with names")
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(OSError, match="is no regular file: give the path of a CSV file"):
        rnnlab.read_series(tmp_path / "pipe.csv")


def test_a_file_that_must_not_be_read(tmp_path, monkeypatch):
    path = tmp_path / "mine.csv"
    path.write_text("1,2\n")
    real = os.stat

    def refuse(name, **options):
        if name == path:
            raise PermissionError(13, "Permission denied", str(name))
        return real(name, **options)

    monkeypatch.setattr(tables.os, "stat", refuse)
    with pytest.raises(PermissionError, match=r"mine.csv cannot be read \(Permission denied\): "):
        rnnlab.read_series(path)


def test_a_large_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.delattr("builtins.open")
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(10**12)  # a hole: it takes no place on the disk
    with pytest.raises(TableError) as error:
        rnnlab.read_series(path)
    assert str(error.value) == (
        f"{path} has 1,000,000,000,000 bytes; at most 10,000,000 are read: keep the rows and "
        "columns that are needed"
    )


@pytest.mark.slow
def test_bounds_are_reached_and_not_passed(read):
    rows = tables.MOST_ROWS - 1  # and a header
    assert len(read("mm\n" + "1\n" * rows).values) == rows
    with pytest.raises(TableError) as error:
        read("mm\n" + "1\n" * (rows + 1))
    assert str(error.value) == (
        "f.csv has more than 100,000 rows; at most that many are read: keep those that are needed"
    )
    assert read("m" * tables.MOST_CELL + "\n1\n").name == "m" * tables.MOST_CELL
    wide = ",".join(["1"] * tables.MOST_COLUMNS)
    assert read(wide, value=7).values.tolist() == [1.0]


# Against others: the csv module, NumPy's calendar


@st.composite
def dialects(draw):
    return {
        "separator": draw(st.sampled_from(",;\t")),
        "mark": draw(st.sampled_from(".,")),
        "quoting": draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])),
        "encoding": draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])),
        "newline": draw(st.sampled_from(["\n", "\r\n", "\r"])),
        "header": draw(st.booleans()),
        "end": draw(st.sampled_from(["", "one", "empty"])),
        "said": draw(st.booleans()),
    }


def is_name(text):
    return text == text.strip() and not parsing.looks_numeric(text) and not parsing.is_missing(text)


names = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30
).filter(is_name)
values = st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1)


@st.composite
def series(draw):
    numbers = draw(values)
    times = st.floats(allow_nan=False, allow_infinity=False)
    times = draw(st.lists(times, min_size=len(numbers), max_size=len(numbers), unique=True))
    return rnnlab.Series(draw(names), tuple(sorted(times)), torch.tensor(numbers), "", "step")


def written(series, dialect):
    rows = zip(series.times, series.values.tolist(), strict=True)
    rows = [[repr(number).replace(".", dialect["mark"]) for number in row] for row in rows]
    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        delimiter=dialect["separator"],
        # left to itself the writer quotes only those line ends that it writes
        quoting=csv.QUOTE_ALL if {*"\r\n"} & {*series.name} else dialect["quoting"],
        lineterminator=dialect["newline"],
    )
    writer.writerows([["time", series.name], *rows] if dialect["header"] else rows)
    text = text.getvalue()
    if not dialect["end"]:
        text = text.removesuffix(dialect["newline"])
    elif dialect["end"] == "empty":
        text += dialect["newline"]
    first = f"sep={dialect['separator']}\n" if dialect["said"] else ""
    return (first + text).encode(dialect["encoding"])


@settings(max_examples=400)
@given(series(), dialects())
def test_a_series_is_read_back_from_every_dialect(tmp_path_factory, series, dialect):
    path = tmp_path_factory.getbasetemp() / "dialect.csv"
    path.write_bytes(written(series, dialect))
    readings = [rnnlab.read_series(path, value=2, time=1, decimal=dialect["mark"], missing=())]
    refusal = ""
    try:
        readings.append(rnnlab.read_series(path))
    except TableError as error:
        refusal = str(error)
    asked = ("and no number beside it shows which", "may stand for a missing value")
    assert not refusal or any(question in refusal for question in asked)
    for reading in readings:
        assert reading.name == (series.name if dialect["header"] else "dialect")
        assert reading.times == series.times
        assert torch.equal(reading.values, series.values)


DATES = {
    "year-month-day": "%Y-%m-%d %H:%M:%S.%f",
    "year-month-day with offset": "%Y-%m-%dT%H:%M:%S.%fZ",
    "day.month.year": "%d.%m.%Y %H:%M:%S.%f",
    "day/month/year": "%d/%m/%Y %H:%M:%S.%f",
    "month/day/year": "%m/%d/%Y %H:%M:%S,%f",
}


@given(st.datetimes(datetime(1000, 1, 1)), st.sampled_from(sorted(DATES)))
def test_calendar_times_are_numpys(date, form):
    assert times.parse_date(date.strftime(DATES[form]), form) == date
    stamp = np.datetime64(date)
    start = stamp.astype("datetime64[Y]")
    end = (start + 1).astype("datetime64[us]")
    start = start.astype("datetime64[us]")
    fraction = (stamp - start) / (end - start)
    assert times.as_year(date, form) == pytest.approx(date.year + fraction, abs=1e-9)


@given(st.datetimes(), st.sampled_from(["+05:30", "-11:00"]))
def test_offsets_are_those_of_the_standard_library(date, offset):
    text = date.isoformat(timespec="microseconds") + offset
    expected = datetime.fromisoformat(text)
    try:
        expected = expected.replace(tzinfo=None) - expected.utcoffset()
    except OverflowError:
        expected = None
    assert times.parse_date(text, "year-month-day with offset") == expected


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([",", " ", "'", "\xa0"]))
def test_numbers_are_pythons(number, group):
    text = f"{number:,.6f}" if abs(number) < 1e15 else repr(number)
    expected = float(text.replace(",", ""))
    assert parsing.parse_number(text.replace(",", group), ".") == expected
    assume(group != ",")
    assert parsing.parse_number(text.replace(",", group).replace(".", ","), ",") == expected


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6, width=32)), min_size=1))
def test_gaps_are_filled_as_numpy_interpolates(tmp_path_factory, values):
    path = tmp_path_factory.getbasetemp() / "gaps.csv"
    path.write_text("\n".join(["mm", *("NA" if v is None else repr(v) for v in values)]))
    assume(any(value is not None for value in values))
    if values[0] is None or values[-1] is None:
        with pytest.raises(TableError, match=r"in the (first|last) row a gap has a neighbour on"):
            rnnlab.read_series(path, value="mm", fill_gaps=True, decimal=".", missing=())
        return
    known = [k for k, value in enumerate(values) if value is not None]
    expected = np.interp(range(len(values)), known, [values[k] for k in known])
    read = rnnlab.read_series(path, value="mm", fill_gaps=True, decimal=".", missing=()).values
    assert torch.equal(read, torch.tensor(expected.tolist()))
