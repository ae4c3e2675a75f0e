"""Values as people write them, what stands around a table, and what it comes packed in."""

import gzip
import io
import math
import zipfile
from datetime import datetime

import pytest
import torch

import rnnlab
from rnnlab.base import extras
from rnnlab.base.tables import TableError
from rnnlab.data import codes
from tests.forms_of_tables import DAILY, DAY, HEAD, LINES, read, refused, table

pytestmark = pytest.mark.usefixtures("here")


# ---- values --------------------------------------------------------------------------------


@pytest.mark.parametrize(("cells", "values", "unit"), [
    (["$51.88", "-$5.00", "$1,234.50"], [51.88, -5, 1234.5], "$"),
    (["51,88 €", "-5,00 €", "1.234,50 €"], [51.88, -5, 1234.5], "€"),
    (["US$ 5.5", "US$ -6.5", "US$ 7"], [5.5, -6.5, 7], "US$"),
    (["50%", "5.5 %", "-1%"], [50, 5.5, -1], "%"),
    (["1,234,567", "2,345,678", "3,456,789"], [1234567, 2345678, 3456789], ""),
    (["987", "5,188", "1,234.5"], [987, 5188, 1234.5], ""),
])  # fmt: skip
def test_signs_of_a_unit_and_thousands(cells, values, unit):
    days = [f"2021-01-{day:02d}" for day in range(1, 4)]
    series, _ = read(table(days, cells, separator=";"))
    assert series.values.tolist() == pytest.approx(values)
    assert series.unit == unit
    assert read(table(days, cells, separator=";"), unit="mine")[0].unit == "mine"


@pytest.mark.parametrize("cells", [
    ["$1", "€2", "$3"], ["50%", "0.5", "1%"], ["$1%", "$2%", "$3%"], ["5k", "6k", "7k"],
    ["(5)", "(6)", "(7)"], ["$-+5", "$6", "$7"], ["-$-5", "$6", "$7"],
])  # fmt: skip
def test_what_may_be_another_number_is_refused(cells):
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


def test_codes_are_asked_about_and_then_what_one_says():
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
    "! a\n" + HEAD, "// a, b\n" + HEAD,
])  # fmt: skip
def test_comments_are_left_out_and_rows_keep_their_numbers(head):
    series, _ = read(head + "\n".join(LINES))
    assert (series.name, len(series.values)) == ("v", 20)
    wrong = head + "\n".join([*LINES[:3], "2021-01-04,x", *LINES[4:]])
    assert f"f.csv, row {head.count(chr(10)) + 4}, column 2" in refused(read, wrong, value=2)
    assert read(head + "\n".join(LINES), value="v", time="date")[0].times == series.times


def test_a_column_of_the_name_is_no_comment():
    rows = "\n".join(f"{k},{line}" for k, line in enumerate(LINES, 1))
    series, _ = read("#,date,v\n" + rows)
    assert (series.times[0], series.time_unit) == (2021, "day")
    ids = [str(201001 + k) for k in range(9)]  # months cross the end of a year
    assert read(table(ids))[0].times[:2] == (201001, 201002)
    assert read("# rain\n1\n2\n")[0].values.tolist() == [1, 2]


def test_a_row_of_units():
    series, _ = read(HEAD + "yyyy-mm-dd,(mm)\n" + "\n".join(LINES))
    assert (series.unit, len(series.values)) == ("mm", 20)
    assert series.note == "Row 2 is taken for the units of the columns."
    for row in ("city,v\nBonn,wet\nKiel,3\n", "city,v,w\nBonn,wet,dry\nKiel,3,4\n"):
        said = refused(read, row, value="v")  # may be a row of data
        assert "delete row 2 if it holds units; otherwise correct it" in said
    said = refused(read, "Station: Kew\nUnits: mm\n" + DAILY)
    assert said.endswith("no separator splits all rows alike, so delete lines above the header")
    many = "site\tdate\tv\n5s\t20d\t14n\n" + "\n".join(f"S\t{x}".replace(",", "\t") for x in LINES)
    assert read(many)[0].values.tolist() == series.values.tolist()


@pytest.mark.parametrize("content", [
    DAILY.replace(",", "   "), DAILY.replace(",", " | "), DAILY.replace(",", "|"),
    "\n".join(f"| {line.replace(',', ' | ')} |" for line in DAILY.split("\n")),
    "\n".join(f"| {x.replace(',', ' | ')} |" for x in [HEAD.strip(), "---,---", *LINES]),
    "\n".join(f"  {x.replace(',', '  ')} " for x in DAILY.split("\n")),
])  # fmt: skip
def test_spaces_and_bars_between_columns(content):
    series, _ = read(content)
    assert series.values.tolist() == [10 + day / 4 for day in range(1, 21)]
    assert series.time_unit == "day"


def test_spaces_that_may_stand_between_thousands_are_refused():
    assert "'1 234' may be one number or 2: leave out the spaces" in refused(read, "1 234\n2 345\n")
    assert read("mm\n1 234,5\n2 345,5\n")[0].values.tolist() == [1234.5, 2345.5]


# ---- packed, workbooks, pandas -------------------------------------------------------------


def zipped(**files):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def test_packed_files():
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
def test_what_cannot_be_unpacked_is_refused(content, words):
    if "workbook" in words:
        pytest.importorskip("openpyxl")
    assert refused(read, content).startswith(words)


def test_a_workbook_needs_openpyxl(monkeypatch):
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


def test_encodings():
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
