"""Times as people write them, and what is said of gaps between them."""

from datetime import timedelta

import pytest
import torch

from rnnlab.data import spacing, times
from tests.forms_of_tables import (
    DAILY,
    DAYS,
    HEAD,
    LINES,
    MONTHS,
    START,
    WRITTEN,
    read,
    refused,
    table,
)

pytestmark = pytest.mark.usefixtures("here")


# ---- times -----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", WRITTEN)
def test_times_are_read_as_they_are_meant(form):
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
def test_quarters(form):
    cells = [form.format(y=2005 + k // 4, q=k % 4 + 1) for k in range(10)]
    series, said = read(table(cells))
    assert series.times == pytest.approx([2005.125 + k / 4 for k in range(10)])
    assert (series.time_unit, said) == ("quarter", [])


def test_weeks_seasons_and_the_twelve_hours():
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
def test_times_of_two_meanings_are_refused(cells):
    assert ", and no time of the column shows which: write times as year-month-day" in refused(
        read, table(cells)
    )


def test_what_was_decided_of_times_is_said():
    _, said = read(table([date.strftime("%m/%d/%y") for date in DAYS]))
    assert said == ["f.csv: Years of two digits are taken for those from 2019 to 2019."]
    hours = [(START + timedelta(hours=k)).strftime("%m/%d/%Y %I:%M %p") for k in range(30)]
    series, said = read(table(hours))
    assert said == ["f.csv: The times are read as month/day/year: only so are they evenly spaced."]
    assert series.note == said[0].removeprefix("f.csv: ")


def test_newest_first_is_turned_round_with_all_its_columns():
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


def test_ages_and_rows_out_of_order_are_not_turned_round():
    ages = table([str(100 - k) for k in range(10)])
    assert refused(read, ages).endswith(
        "sort the rows by time, or, if they are in order, time=False counts the values 0, 1, 2, ..."
    )
    mixed = refused(read, table(["2021-01-01", "2021-01-03", "2021-01-02"]))
    assert mixed.startswith("f.csv, row 4, ")
    assert mixed.endswith("times must increase: sort the rows by time")


# ---- gaps in time --------------------------------------------------------------------------


def test_days_that_are_missing_are_said_or_filled():
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


def test_months_that_are_missing_are_filled_on_their_days():
    cells = [date.strftime("%Y-%m-%d") for date in MONTHS]
    filled, _ = read(table([*cells[:4], *cells[6:]]), fill_gaps=True)
    assert filled.times == pytest.approx(read(table(cells))[0].times)
    assert filled.time_unit == "month"


def test_business_days_are_one_sentence():
    days = [day.strftime("%Y-%m-%d") for day in DAYS if day.weekday() < 5]
    series, said = read(table(days))
    business = "The times are business days: weekends are left out, as if Monday followed Friday."
    assert (series.note, said, series.time_unit) == (business, [], "business day")
    holidays, _ = read(table([*days[:3], *days[4:]]))
    assert holidays.note == (
        f"{business} Of these, 1 of 29 business days are missing, the first after '2019-01-03' "
        "(row 4)."
    )


def test_uneven_times_are_said():
    cells = [(START + timedelta(days=k * k)).strftime("%Y-%m-%d") for k in range(9)]
    series, (said,) = read(table(cells))
    assert said.startswith("f.csv: The times are not evenly spaced: 7 of 8 steps are longer or ")
    assert "the first after '2019-01-02' (row 3)" in said
    assert series.time_unit == "step"


def test_rounded_times_are_even():
    assert spacing.of_numbers([1958.2083, 1958.2917, 1958.375, 1958.4583]).uneven == ()
    assert spacing.of_numbers([0.0, 1.0, 2.0, 4.0]).missing == 1
    assert spacing.of_numbers([0.0, 0.5, 1.0, 8.98846567431158e307]).places is None
