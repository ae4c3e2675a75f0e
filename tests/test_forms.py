"""Forms in which people have their tables: each is read with its numbers, or refused; none wrongly.

`python -m pytest tests/test_forms.py` reads `tests/forms`, files rebuilt after those of the field.
"""

import ast
import gzip
import io
import math
import pathlib
import re
import warnings
import zipfile
from datetime import datetime, timedelta

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnlab
from rnnlab.base import extras
from rnnlab.base.tables import TableError
from rnnlab.commands.main import main
from rnnlab.commands.train import OF_TASK, OWN, _parser
from rnnlab.commands.words import in_options
from rnnlab.data import codes, reading, spacing, times
from tests.sizes import short_or_long

FORMS = pathlib.Path(__file__).parent / "forms"
WAVE = [51.88, 51.18, 56.43, 62.03, 62.31, 66.69, 69.0, 68.05, 67.37, 69.86]
DAY = 1 / 365
LINES = [f"2021-01-{day:02d},{10 + day / 4}" for day in range(1, 21)]
HEAD = "date,v\n"
DAILY = HEAD + "\n".join(LINES)


@pytest.fixture
def read(here):
    """Return a function that writes a file and reads it; warnings are part of what it returns."""

    def write_and_read(content, name="f.csv", **options):
        pathlib.Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            series = rnnlab.read_series(name, **options)
        return series, [str(one.message) for one in said]

    return write_and_read


def refused(read, content, **options):
    with pytest.raises(TableError) as error:
        read(content, **options)
    return str(error.value)


def table(cells, values=None, separator=","):
    """Return a table of times as they are written, with a value for each."""
    values = values or [f"{10 + k / 4}" for k in range(len(cells))]
    rows = zip(["date", *cells], ["v", *values], strict=True)
    return "\n".join(separator.join(row) for row in rows)


# ---- the files of the field ----------------------------------------------------------------

# What the first times and values are, the unit, and what lies between two times.
FIELD = {
    "a05c_thousands_whole_us.csv": ([2021, 2021 + DAY], [5188, 5118], "", "day"),
    "a06b_named_months.csv": ([2021, 2021 + DAY], WAVE, "", "day"),
    "a06d_am_pm.csv": ([2021, 2021 + DAY / 24], WAVE, "", "hour"),
    "a07_out_of_order.csv": ([2021, 2021 + DAY], WAVE, "", "day"),
    "a11_comments.csv": ([2021, 2021 + DAY], WAVE, "", "day"),
    "a12_units_row.csv": ([2021, 2021 + DAY], WAVE, "m", "day"),
    "a13c_index_column.csv": ([2021, 2021 + DAY], WAVE, "", "day"),
    "a17b_noaa_commas.csv": ([1958.2083, 1958.2917], [315.0, 316.56, 317.77, 318.0], "", "step"),
    "a17c_two_columns_spaces.txt": ([0, 1], WAVE, "", "step"),
    "a18d_currency.csv": ([2021, 2021 + DAY], WAVE, "$", "day"),
    "a20_gz.csv.gz": ([2021, 2021 + DAY], WAVE, "", "day"),
    "a28_gaps_in_time.csv": ([2021, 2021 + DAY], WAVE, "", "step"),
    "a31_quarter.csv": ([2005.125, 2005.375], WAVE, "", "quarter"),
}
ADVISED = {  # what the refusal of a file asks for
    "a05c_thousands_whole_us.csv": {"decimal": "."},
    "a17b_noaa_commas.csv": {
        "value": "average", "time": "decimal date", "missing": (-99.99,), "fill_gaps": True
    },
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", FIELD)
def test_files_of_the_field_are_read(name):
    first, values, unit, between = FIELD[name]
    series = rnnlab.read_series(FORMS / name, **ADVISED.get(name, {}))
    assert series.times[:2] == pytest.approx(first, abs=1e-4)
    assert series.values[: len(values)].tolist() == pytest.approx(values)
    assert (series.unit, series.time_unit) == (unit, between)


def test_every_file_of_the_field_is_tested():
    assert FIELD.keys() == {path.name for path in FORMS.iterdir()}


def test_the_way_through_the_refusals_of_noaas_file(capsys):
    path, options = FORMS / "a17b_noaa_commas.csv", {}
    for advice, more in (
        ("choose one, for example value='average'", {"value": "average"}),
        ("give missing=(-99.99,) with fill_gaps=True if so", {"missing": (-99.99,)}),
        ("choose another column of times, such as time='decimal date'", {"time": "decimal date"}),
        ("with fill_gaps=True", {"fill_gaps": True}),
    ):
        with pytest.raises(TableError) as error:
            rnnlab.read_series(path, **options)
        assert advice in str(error.value)
        options |= more
    rnnlab.read_series(path, **options)
    line = ["--column", "average", "--time-column", "decimal date", "--missing", "-99.99"]
    assert main(["train", "--csv", str(path), *line, "--fill-gaps", "--epochs", "1"]) == 0


# ---- times -----------------------------------------------------------------------------------

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


@pytest.mark.parametrize("form", WRITTEN)
def test_times_are_read_as_they_are_meant(read, form):
    dates, between = WRITTEN[form]
    series, _ = read(table([date.strftime(form) for date in dates], separator=";"), decimal=".")
    middle = 0.5 / 12 if between == "month" else 0
    expected = [
        date.year + (date.month - 1) / 12 + middle
        if middle
        else times.as_year(date, "day.month.yy")
        for date in dates
    ]
    assert series.times == pytest.approx(expected, abs=1e-9)
    assert series.time_unit == between


@pytest.mark.parametrize("form", ["{y}Q{q}", "{y}-Q{q}", "Q{q} {y}", "q{q}-{y}", "{q}Q{y}"])
def test_quarters(read, form):
    cells = [form.format(y=2005 + k // 4, q=k % 4 + 1) for k in range(10)]
    series, said = read(table(cells))
    assert series.times == pytest.approx([2005.125 + k / 4 for k in range(10)])
    assert (series.time_unit, said) == ("quarter", [])


def test_weeks_seasons_and_the_twelve_hours(read):
    series, _ = read(table([f"2021-W{week:02d}" for week in range(1, 40)]))
    assert series.times[0] == pytest.approx(2021 + 6.5 / 365)  # the middle of 4 to 10 January
    assert series.time_unit == "week"
    seasons, _ = read(table([f"{2001 + k}-{2 + k:02d}" for k in range(10)]))
    assert (seasons.times, seasons.time_unit) == (tuple(range(2001, 2011)), "year")
    hours = ["12 AM", "12:30 am", "1 AM", "11:59:30 a.m.", "12 PM", "1:05 p.m."]
    read_hours = [times.parse_date(f"2021-01-01 {hour}", "year-month-day") for hour in hours]
    assert [(one.hour, one.minute, one.second) for one in read_hours] == [
        (0, 0, 0), (0, 30, 0), (1, 0, 0), (11, 59, 30), (12, 0, 0), (13, 5, 0)
    ]  # fmt: skip
    assert times.parse_date("2021-01-01 13:05 PM", "year-month-day") is None
    assert times.parse_date("2021-01-01 0:05 AM", "year-month-day") is None


@pytest.mark.parametrize("cells", [
    ["Jan-21", "Feb-21", "Mar-21"],  # months of 2021, or the 21st of each
    ["01/02/03", "01/03/03", "01/04/03"],
    ["03/04/2024", "03/05/2024", "03/06/2024"],
    ["2001-02", "2002-03"],  # seasons, or months 13 apart
])  # fmt: skip
def test_times_of_two_meanings_are_refused(read, cells):
    assert ", and no time of the column shows which: write times as year-month-day" in refused(
        read, table(cells)
    )


def test_what_was_decided_of_times_is_said(read):
    _, said = read(table([date.strftime("%m/%d/%y") for date in DAYS]))
    assert said == ["f.csv: Years of two digits are taken for those from 2019 to 2019."]
    hours = [(START + timedelta(hours=k)).strftime("%m/%d/%Y %I:%M %p") for k in range(30)]
    series, said = read(table(hours))
    assert said == ["f.csv: The times are read as month/day/year: only so are they evenly spaced."]
    assert series.note == said[0].removeprefix("f.csv: ")


def test_newest_first_is_turned_round_with_all_its_columns(read):
    rows = [f"{line},{k}" for k, line in enumerate(LINES)]
    series, said = read("date,v,w\n" + "\n".join(reversed(rows)), value="v", inputs=["w"])
    straight, none = read("date,v,w\n" + "\n".join(rows), value="v", inputs=["w"])
    assert torch.equal(series.values, straight.values)
    assert series.times == straight.times
    assert said == [
        "f.csv: The rows run from the newest to the oldest and are read the other way round."
    ]
    assert none == []
    missing, _ = read("date,v\n" + "\n".join(reversed([*LINES[:3], *LINES[5:]])), fill_gaps=True)
    assert torch.equal(missing.values, straight.values[:, 0])
    gap = "date,v\n" + "\n".join(reversed([*LINES[:3], "2021-01-04,", *LINES[4:]]))
    filled, _ = read(gap, fill_gaps=True)
    assert filled.values[3].item() == pytest.approx(11.0)
    assert "row 18." in filled.note


def test_ages_and_rows_out_of_order_are_not_turned_round(read):
    ages = table([str(100 - k) for k in range(10)])
    assert refused(read, ages).endswith(
        "sort the rows by time, or, if they are in order, time=False counts the values 0, 1, 2, ..."
    )
    mixed = refused(read, table(["2021-01-01", "2021-01-03", "2021-01-02"]))
    assert mixed.startswith("f.csv, row 4, ")
    assert mixed.endswith("times must increase: sort the rows by time")


# ---- gaps in time --------------------------------------------------------------------------


def test_days_that_are_missing_are_said_or_filled(read):
    gap = HEAD + "\n".join([*LINES[:5], *LINES[7:]])
    series, said = read(gap)
    assert (len(series.values), series.time_unit) == (18, "step")
    assert said == [
        "f.csv: 2 of 20 days are missing, the first after '2021-01-05' (row 6): the values before "
        "and after are taken as one step apart. To fill the missing ones by a straight line, give "
        "fill_gaps=True."
    ]
    filled, said = read(gap, fill_gaps=True)
    whole, _ = read(DAILY)
    assert said == []
    assert filled.times == pytest.approx(whole.times)
    assert torch.equal(filled.values, whole.values)  # which rise by a quarter a day
    assert filled.time_unit == "day"
    assert filled.note == (
        "2 of 20 days are not in the file, the first after '2021-01-05' (row 6), and are filled by "
        "a straight line."
    )


def test_months_that_are_missing_are_filled_on_their_days(read):
    cells = [date.strftime("%Y-%m-%d") for date in MONTHS]
    filled, _ = read(table([*cells[:4], *cells[6:]]), fill_gaps=True)
    assert filled.times == pytest.approx(read(table(cells))[0].times)
    assert filled.time_unit == "month"


def test_business_days_are_one_sentence(read):
    days = [day.strftime("%Y-%m-%d") for day in DAYS if day.weekday() < 5]
    series, said = read(table(days))
    business = "The times are business days: weekends are left out, as if Monday followed Friday."
    assert (series.note, said, series.time_unit) == (business, [], "business day")
    holidays, _ = read(table([*days[:3], *days[4:]]))
    assert holidays.note == (
        f"{business} Of these, 1 of 29 business days are missing, the first after '2019-01-03' "
        "(row 4)."
    )


def test_uneven_times_are_said(read):
    cells = [(START + timedelta(days=k * k)).strftime("%Y-%m-%d") for k in range(9)]
    series, (said,) = read(table(cells))
    assert said.startswith("f.csv: The times are not evenly spaced: 7 of 8 steps are longer or ")
    assert "the first after '2019-01-02' (row 3)" in said
    assert series.time_unit == "step"


def test_rounded_times_are_even():
    assert spacing.of_numbers([1958.2083, 1958.2917, 1958.375, 1958.4583]).uneven == ()
    assert spacing.of_numbers([0.0, 1.0, 2.0, 4.0]).missing == 1
    assert spacing.of_numbers([0.0, 0.5, 1.0, 8.98846567431158e307]).places is None


# ---- values --------------------------------------------------------------------------------


@pytest.mark.parametrize(("cells", "values", "unit"), [
    (["$51.88", "-$5.00", "$1,234.50"], [51.88, -5, 1234.5], "$"),
    (["51,88 €", "-5,00 €", "1.234,50 €"], [51.88, -5, 1234.5], "€"),
    (["US$ 5.5", "US$ -6.5", "US$ 7"], [5.5, -6.5, 7], "US$"),
    (["50%", "5.5 %", "-1%"], [50, 5.5, -1], "%"),
    (["1,234,567", "2,345,678", "3,456,789"], [1234567, 2345678, 3456789], ""),
    (["987", "5,188", "1,234.5"], [987, 5188, 1234.5], ""),
])  # fmt: skip
def test_signs_of_a_unit_and_thousands(read, cells, values, unit):
    days = [f"2021-01-{day:02d}" for day in range(1, 4)]
    series, _ = read(table(days, cells, separator=";"))
    assert series.values.tolist() == pytest.approx(values)
    assert series.unit == unit
    assert read(table(days, cells, separator=";"), unit="mine")[0].unit == "mine"


@pytest.mark.parametrize("cells", [
    ["$1", "€2", "$3"], ["50%", "0.5", "1%"], ["$1%", "$2%", "$3%"], ["5k", "6k", "7k"],
    ["(5)", "(6)", "(7)"], ["$-+5", "$6", "$7"], ["-$-5", "$6", "$7"],
])  # fmt: skip
def test_what_may_be_another_number_is_refused(read, cells):
    refused(read, table(["2021-01-01", "2021-01-02", "2021-01-03"], cells), value="v")


MEASURED = [12.5 + math.sin(k) for k in range(40)]
CODES = {  # values and which of them are asked about
    "-99.99": ([*MEASURED, -99.99, 13.0], [-99.99]), "-999": ([*MEASURED, -999.0], [-999]),
    "9999 twice": ([980.0 + k for k in range(60)] + [9999.0] * 2, [9999]),
    "99.9 far": ([*MEASURED, 99.9, 99.9], [99.9]), "-200": ([*MEASURED, -200.0, -200.0], [-200]),
    "a fill value": ([*MEASURED, -1e30, -1e30], [-1e30]),
    "-999.25": ([0.2, -999.25] * 3, [-999.25]), "mostly none": ([0.0, 0, 0, 5, 0, 9], []),
    "two codes": ([*MEASURED, -999.0, -99.0], [-999, -99]),
    "large rivers": ([20.0 * k for k in range(99)] + [-999.0], [-999]),
    "555 again and again": ([*MEASURED, *[555.0] * 3], [555]),
    "measured": (MEASURED, []), "per cent": ([90 + k / 10 for k in range(100)] * 2, []),
    "99 in a row of integers": ([float(k) for k in range(120)], []),
    "a frost": ([3.0, -1.0, 4.0, -1.0, 5.0, 2.0, 7.0], []),
    "on and off": ([0.0, 1.0] * 20, []), "negative": ([-950.0 - k for k in range(99)], []),
}  # fmt: skip


@pytest.mark.parametrize("name", CODES)
def test_codes_for_missing_values_are_found(name):
    values, expected = CODES[name]
    assert codes.find_codes(values) == expected


def test_codes_are_asked_about_and_then_what_one_says(read):
    content = HEAD + "\n".join([*LINES[:3], "2021-01-04,-99.99", *LINES[4:]])
    assert refused(read, content) == (
        "f.csv, row 5, column 2 (\"v\"): '-99.99' may stand for a missing value, as it is far from "
        "all others, 10.25 to 15 (1 such in row 5): give missing=(-99.99,) with fill_gaps=True if "
        "so, or missing=() if it is a number"
    )
    assert read(content, missing=())[0].values[3].item() == pytest.approx(-99.99)
    filled, _ = read(content, missing=(-99.99,), fill_gaps=True)
    assert filled.values[3].item() == 11
    assert "1 of 20 values are missing" in filled.note
    assert "is a missing value (1 of 20 are missing)" in refused(read, content, missing=[-99.99])
    word = content.replace("-99.99", "trace")
    assert read(word, missing=["trace"], fill_gaps=True)[0].values[3].item() == 11
    with pytest.raises(TypeError, match=r"missing is -99.99; expected numbers or words in a tuple"):
        rnnlab.read_series("f.csv", missing=-99.99)


# ---- what stands around the table --------------------------------------------------------------


@pytest.mark.parametrize("head", [
    "# a\n# b, c\n" + HEAD, "% a\n" + HEAD, "# a\n# date,v\n", "#date,v\n", "# a\n\n# b\n" + HEAD,
])  # fmt: skip
def test_comments_are_left_out_and_rows_keep_their_numbers(read, head):
    series, _ = read(head + "\n".join(LINES))
    assert (series.name, len(series.values)) == ("v", 20)
    wrong = head + "\n".join([*LINES[:3], "2021-01-04,x", *LINES[4:]])
    assert f"f.csv, row {head.count(chr(10)) + 4}, column 2" in refused(read, wrong, value=2)
    assert read(head + "\n".join(LINES), value="v", time="date")[0].times == series.times


def test_a_column_of_the_name_is_no_comment(read):
    rows = "\n".join(f"{k},{line}" for k, line in enumerate(LINES, 1))
    series, _ = read("#,date,v\n" + rows)
    assert (series.times[0], series.time_unit) == (2021, "day")
    ids = [str(201001 + k) for k in range(9)]  # months cross the end of a year
    assert read(table(ids))[0].times[:2] == (201001, 201002)
    assert read("# rain\n1\n2\n")[0].values.tolist() == [1, 2]


def test_a_row_of_units(read):
    series, _ = read(HEAD + "yyyy-mm-dd,(mm)\n" + "\n".join(LINES))
    assert (series.unit, len(series.values)) == ("mm", 20)
    assert series.note == "Row 2 is taken for the units of the columns."
    for row in ("city,v\nBonn,wet\nKiel,3\n", "city,v,w\nBonn,wet,dry\nKiel,3,4\n"):
        said = refused(read, row, value="v")  # may be a row of data
        assert "delete row 2 if it holds units; otherwise correct it" in said
    many = "site\tdate\tv\n5s\t20d\t14n\n" + "\n".join(f"S\t{x}".replace(",", "\t") for x in LINES)
    assert read(many)[0].values.tolist() == series.values.tolist()


@pytest.mark.parametrize("content", [
    DAILY.replace(",", "   "), DAILY.replace(",", " | "), DAILY.replace(",", "|"),
    "\n".join(f"| {line.replace(',', ' | ')} |" for line in DAILY.split("\n")),
    "\n".join(f"| {x.replace(',', ' | ')} |" for x in [HEAD.strip(), "---,---", *LINES]),
    "\n".join(f"  {x.replace(',', '  ')} " for x in DAILY.split("\n")),
])  # fmt: skip
def test_spaces_and_bars_between_columns(read, content):
    series, _ = read(content)
    assert series.values.tolist() == [10 + day / 4 for day in range(1, 21)]
    assert series.time_unit == "day"


def test_spaces_that_may_stand_between_thousands_are_refused(read):
    assert "'1 234' may be one number or 2: leave out the spaces" in refused(read, "1 234\n2 345\n")
    assert read("mm\n1 234,5\n2 345,5\n")[0].values.tolist() == [1234.5, 2345.5]


# ---- packed, workbooks, pandas -------------------------------------------------------------


def zipped(**files):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def test_packed_files(read):
    plain = read(DAILY)[0]
    for name, content in {
        "f.csv.gz": gzip.compress(DAILY.encode()),
        "f.csv.zip": zipped(**{"in/": "", "in/f.csv": DAILY, "__MACOSX/f.csv": "x"}),
    }.items():
        series, _ = read(content, name)
        assert torch.equal(series.values, plain.values)
        assert read("5", "rain.csv")[0].name == "rain"
    assert read(gzip.compress(b"5"), "rain.csv.gz")[0].name == "rain"


@pytest.mark.parametrize(("content", "words"), [
    (gzip.compress(DAILY.encode())[:-12], "f.csv is damaged ("),
    (zipped(a="1", b="2"), "f.csv holds 2 files (a, b); expected one, a table: unpack it"),
    (zipped(mimetype="application/vnd.oasis", content="<"), "f.csv holds 2 files"),
    (zipped(a=DAILY)[:-30], "f.csv is damaged ("),
    (gzip.compress(b"1\n" * 6_000_000), "f.csv has more than 10,000,000 bytes, unpacked"),
    (zipped(**{"[Content_Types].xml": "<"}), "f.csv cannot be read as a workbook"),
    ("# only\n# comments\n", "f.csv holds nothing below its lines of comment"),
])  # fmt: skip
def test_what_cannot_be_unpacked_is_refused(read, content, words):
    if "workbook" in words:
        pytest.importorskip("openpyxl")
    assert refused(read, content).startswith(words)


def test_a_workbook_needs_openpyxl(read, monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with pytest.raises(extras.MissingExtra, match=r'pip install "rnnlab\[tables\]"'):
        read(zipped(**{"[Content_Types].xml": "<"}), "f.xlsx")


def test_a_workbook_is_read_and_its_numbers_are_no_texts(here):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet, _ = book.active, book.create_sheet("empty")
    sheet.append(["date", "v"])
    for day in range(1, 11):
        sheet.append([datetime(2021, 1, day), day + 0.234 if day != 5 else None])
    book.save("f.xlsx")
    series = rnnlab.read_series("f.xlsx", fill_gaps=True)
    assert series.values.tolist() == pytest.approx([day + 0.234 for day in range(1, 11)])
    assert (series.times[1], series.time_unit) == (pytest.approx(2021 + DAY), "day")
    book["empty"].append([1])
    book.save("f.xlsx")
    with pytest.raises(TableError, match=r"f.xlsx has 2 sheets that hold something \(Sheet, empty"):
        rnnlab.read_series("f.xlsx")


def test_encodings(read):
    content = "年月日,平均気温\n2021-01-01,1.5\n2021-01-02,2.5\n".encode("shift_jis")
    assert read(content, encoding="shift_jis")[0].name == "平均気温"
    with pytest.raises(ValueError, match="encoding is 'klingon', which Python does not know"):
        read(content, encoding="klingon")
    assert refused(read, content, encoding="ascii").endswith("give another encoding=...")


def test_pandas_is_taken_as_it_is():
    pandas = pytest.importorskip("pandas")
    days = pandas.date_range("2021-01-01", periods=20)
    values = [k + 0.234 for k in range(20)]  # 1.234 as a text would have two meanings
    series = pandas.Series(values, index=days, name="rain")
    for data in (series, series.to_frame(), pandas.DataFrame({"day": days, "rain": values})):
        read = rnnlab.read_series(data)
        assert (read.name, read.time_unit, read.times[1]) == ("rain", "day", 2021 + DAY)
        assert read.values.tolist() == pytest.approx(values)
    for kind, between, first in (("M", "month", 2021 + 0.5 / 12), ("Q", "quarter", 2021.125)):
        periods = pandas.period_range("2021-01", periods=20, freq=kind)
        read = rnnlab.read_series(pandas.Series(values, index=periods))
        assert (read.name, read.time_unit) == ("values", between)
        assert read.times[0] == pytest.approx(first)
    counted = rnnlab.read_series(pandas.Series(values))
    assert (counted.times, counted.time_unit) == (tuple(range(20)), "step")
    series.iloc[3] = float("nan")
    with pytest.raises(TableError, match=r'the Series, row 3, column 2 \("rain"\): \'\' is a miss'):
        rnnlab.read_series(series)
    assert rnnlab.read_series(series, fill_gaps=True).values[3].item() == pytest.approx(3.234)
    assert rnnlab.read_series(series[::-1].dropna().sort_index()).note.startswith("1 of 20 days")
    with pytest.raises(TableError, match="the DataFrame is empty"):
        rnnlab.read_series(pandas.DataFrame({"a": []}))


# ---- the command line ------------------------------------------------------------------------


def test_what_a_message_advises_is_an_option():
    parser = _parser("rnnlab train")
    known = {option for action in parser._actions for option in action.option_strings}
    places = [*pathlib.Path(reading.__file__).parent.glob("*.py")]
    places += [pathlib.Path(rnnlab.__file__).parent / "tasks" / "forecast.py"]
    advised = []
    for place in places:
        tree = ast.parse(place.read_text("utf-8"))
        docs = {id(part.body[0].value) for part in ast.walk(tree)
                if isinstance(part, ast.Module | ast.FunctionDef | ast.ClassDef)
                and isinstance(part.body[0], ast.Expr)}  # fmt: skip
        texts = [part.value for part in ast.walk(tree)
                 if isinstance(part, ast.Constant) and isinstance(part.value, str)
                 and id(part) not in docs]  # fmt: skip
        advised += re.findall(r"""\b([a-z_]+)=(?=[("'.]|True|False)""", " ".join(texts))
    advised = {*advised} - {"sep"}  # which a file says in its first line
    assert advised >= {"value", "time", "decimal", "missing", "fill_gaps", "encoding", "window"}
    for name in advised:
        said = in_options(f"give {name}=... or {name}=True")
        assert {*re.findall(r"--[\w-]+", said)} <= known, name
        assert "=" not in said, name
    for name in (*OWN, *OF_TASK):
        said = in_options(f"{name} is 5", (*OWN, *OF_TASK))
        assert said.split(" is ")[0] in known


def test_the_command_line_says_and_takes_codes(here, capsys):
    lines = [f"{k},{'-999' if k == 30 else math.sin(k)}" for k in range(60)]
    (here / "f.csv").write_text("\n".join(["hour,v", *lines]))
    line = ["train", "--csv", "f.csv", "--epochs", "1", "--window", "8", "--held-out", "0.3"]
    with pytest.raises(SystemExit):
        main(line)
    assert "give --missing -999 with --fill-gaps if so, or --missing if" in capsys.readouterr().err
    assert main([*line, "--missing", "-999", "--fill-gaps"]) == 0
    assert "42 steps to train on from 0, 18 held out" in capsys.readouterr().out
    assert main([*line, "--missing"]) == 0
    assert main([*line, "--missing=-999", "--missing=-99.5", "--fill-gaps"]) == 0
    assert in_options("give missing=(-1e+30, -9)") == "give --missing=-1e+30 --missing=-9"


def test_the_command_line_says_gaps_in_time(here, capsys):
    (here / "f.csv").write_text(HEAD + "\n".join([*LINES[:5], *LINES[7:]]))
    assert main(["train", "--csv", "f.csv", "--epochs", "1", "--window", "4", "--quiet"]) == 0
    assert capsys.readouterr().err == (
        "rnnlab train: f.csv: 2 of 20 days are missing, the first after '2021-01-05' (row 6): the "
        "values before and after are taken as one step apart. To fill the missing ones by a "
        "straight line, give --fill-gaps.\n"
    )


# ---- tables of known values in any of the forms ----------------------------------------------


@st.composite
def forms(draw):
    """Return known values (N,), the table that holds them, packed or not, and options."""
    count = draw(st.integers(3, 30))
    whole = draw(st.booleans())
    values = draw(st.lists(st.integers(-(10**7), 10**7), min_size=count, max_size=count))
    values = [float(k) if whole else k / 1000 for k in values]
    mark, separator = draw(st.sampled_from([".,", ",;", ".;", ".\t", ",\t", ".|", ". "]))
    group = draw(st.sampled_from(["", {".": ",", ",": "."}[mark], "'"]))
    group = "" if group == separator else group
    sign, behind = draw(st.sampled_from([("", ""), ("$", ""), ("", " €"), ("", "%")]))
    behind = behind.strip() if separator == " " else behind
    cells = []
    for value in values:
        text = f"{abs(value):,.{0 if whole else 3}f}".replace(",", "_").replace(".", mark)
        text = ("-" if value < 0 else "") + sign + text.replace("_", group) + behind
        cells.append(f'"{text}"' if mark == separator else text)
    form = draw(st.sampled_from([form for form in WRITTEN if " " not in form or separator != " "]))
    start = datetime(draw(st.integers(1970, 2030)), draw(st.integers(1, 12)), 1)
    month = start.year * 12 + start.month - 1
    of_months = WRITTEN[form][1] == "month"
    dates = [
        datetime((month + k) // 12, (month + k) % 12 + 1, 1) if of_months
        else start + timedelta(days=k) for k in range(count)
    ]  # fmt: skip
    rows = [[date.strftime(form), cell] for date, cell in zip(dates, cells, strict=True)]
    newest = draw(st.booleans())
    rows = rows[::-1] if newest else rows
    head = draw(st.sampled_from([[], ["# a", "# b"], ["% x"]]))
    units = [["when", "mm"]] if draw(st.booleans()) else []
    lines = [*head, *(separator.join(row) for row in [["date", "v"], *units, *rows])]
    content = "\n".join(lines).encode(draw(st.sampled_from(["utf-8", "utf-8-sig"])))
    content = gzip.compress(content) if draw(st.booleans()) else content
    return values, dates, content


@short_or_long("examples", 300, 5000)
def test_no_form_is_read_with_other_numbers(tmp_path_factory, report, examples):
    tally = {"read": 0, "refused": 0}
    path = tmp_path_factory.getbasetemp() / "form.csv"

    @settings(max_examples=examples, deadline=None, derandomize=True)
    @given(forms())
    def attempt(form):
        values, dates, content = form
        path.write_bytes(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                series = rnnlab.read_series(path)
            except TableError:
                tally["refused"] += 1
                return
        tally["read"] += 1
        assert torch.equal(series.values, torch.tensor(values, dtype=torch.float64).float())
        years = [date.year + (date.timetuple().tm_yday - 1) / 365.25 for date in dates]
        assert series.times == pytest.approx(years, abs=0.06)

    attempt()
    report(f"forms: {tally['read']} read with their numbers, {tally['refused']} refused")
    assert tally["read"] > examples / 4
