"""Calendar times as tables write them, one line a format; and where they stand in years."""

import calendar
import re
from datetime import date, datetime, timedelta
from typing import NamedTuple

from rnnlab.data.parsing import MARKS, parse_number

_YEAR, _YY = r"(?P<year>[0-9]{4})", r"(?P<yy>[0-9]{2})"
_MONTH, _DAY = r"(?P<month>[0-9]{1,2})", r"(?P<day>[0-9]{1,2})"
_NAMES = (
    "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?",
    "aug(?:ust)?", "sep(?:t|tember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
)  # fmt: skip
_NAME = rf"(?P<name>{'|'.join(_NAMES)})\.?"
_CLOCK = (
    r"(?:(?:T|,? +)(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?(?: ?(?P<half>[ap])\.?m\.?)?"
    r"| ?(?P<half_alone>[ap])\.?m\.?))"
)
_OFFSET = r" ?(?:Z|UTC|GMT|(?P<sign>[-+])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2}))"


class Format(NamedTuple):
    """How a time is written, and the period it names; without one it is a moment."""

    pattern: str
    period: str = ""  # "month", "quarter", "week" or "year"


YEARMONTH, MONTH_DAY, SEASON = "yearmonth", "month-day", "year-year"
FORMATS = {
    "year-month": Format(rf"{_YEAR}[-/]{_MONTH}", "month"),
    SEASON: Format(rf"{_YEAR}[-/\u2013](?P<next>[0-9]{{2}})", "year"),  # 2001-02
    "year-month-day": Format(rf"{_YEAR}(?P<mark>[-/.]){_MONTH}(?P=mark){_DAY}{_CLOCK}?"),
    "year-month-day with offset": Format(rf"{_YEAR}-{_MONTH}-{_DAY}{_CLOCK}{_OFFSET}"),
    "yearmonthday": Format(
        r"(?P<year>1[5-9][0-9]{2}|20[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    ),
    YEARMONTH: Format(r"(?P<year>1[5-9][0-9]{2}|20[0-9]{2})(?P<month>[0-9]{2})", "month"),
    "day.month.year": Format(rf"{_DAY}\.{_MONTH}\.{_YEAR}{_CLOCK}?"),
    "day/month/year": Format(rf"{_DAY}(?P<mark>[-/]){_MONTH}(?P=mark){_YEAR}{_CLOCK}?"),
    "month/day/year": Format(rf"{_MONTH}(?P<mark>[-/]){_DAY}(?P=mark){_YEAR}{_CLOCK}?"),
    "day.month.yy": Format(rf"{_DAY}\.{_MONTH}\.{_YY}{_CLOCK}?"),
    "day/month/yy": Format(rf"{_DAY}(?P<mark>[-/]){_MONTH}(?P=mark){_YY}{_CLOCK}?"),
    "month/day/yy": Format(rf"{_MONTH}(?P<mark>[-/]){_DAY}(?P=mark){_YY}{_CLOCK}?"),
    "yy/month/day": Format(rf"{_YY}(?P<mark>[-/]){_MONTH}(?P=mark){_DAY}{_CLOCK}?"),
    "day month year": Format(rf"{_DAY}[- ]{_NAME}[- ]{_YEAR}{_CLOCK}?"),
    "day month yy": Format(rf"{_DAY}[- ]{_NAME}[- ]{_YY}{_CLOCK}?"),
    "month day, year": Format(rf"{_NAME} {_DAY},? {_YEAR}{_CLOCK}?"),
    "year month day": Format(rf"{_YEAR}[- ]{_NAME}[- ]{_DAY}{_CLOCK}?"),
    "month year": Format(rf"{_NAME}[- ,]+{_YEAR}", "month"),
    "year month": Format(rf"{_YEAR}[- ]?{_NAME}", "month"),
    "month-yy": Format(rf"{_NAME}[- ]{_YY}", "month"),
    MONTH_DAY: Format(rf"{_NAME}[- ]{_DAY}"),  # of no year: what month-yy may mean, never read
    "year quarter": Format(rf"{_YEAR}[- /]?Q(?P<quarter>[1-4])", "quarter"),
    "quarter year": Format(rf"Q(?P<quarter>[1-4])[- /]?{_YEAR}", "quarter"),
    "nth quarter year": Format(rf"(?P<quarter>[1-4])Q[- /]?{_YEAR}", "quarter"),
    "year week": Format(rf"{_YEAR}[- ]?W(?P<week>[0-9]{{2}})", "week"),
    "year week day": Format(rf"{_YEAR}-?W(?P<week>[0-9]{{2}})-?(?P<weekday>[1-7]){_CLOCK}?"),
}
_PATTERNS = {name: re.compile(form.pattern, re.IGNORECASE) for name, form in FORMATS.items()}


def is_date(text: str) -> bool:
    """Return whether a cell holds a date that is not a number too."""
    return not any(parse_number(text, mark) for mark in MARKS) and any(
        parse_date(text, date_format) for date_format in FORMATS if date_format != MONTH_DAY
    )


def parse_date(text: str, date_format: str) -> datetime | None:
    """Return the date that a cell holds, of a period its first moment; None if it holds none.

    Years of two digits are those of POSIX: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068.
    """
    found = _PATTERNS[date_format].fullmatch(text)
    if found is None:
        return None
    part = {name: given for name, given in found.groupdict().items() if given is not None}
    try:
        return _clock(_day(part), part)
    except (ValueError, OverflowError):  # the 30th of February, the year 0
        return None


def _day(part: dict[str, str]) -> datetime:
    """Return the first moment of the day that the parts of a time name; ValueError for none."""
    year = int(part.get("year", 2000))  # 2000 for month-day, as it has a 29th of February
    if "yy" in part:
        year = int(part["yy"]) + (1900 if int(part["yy"]) > 68 else 2000)
    if "next" in part and int(part["next"]) != (year + 1) % 100:
        raise ValueError(part["next"])
    if "week" in part:
        day = date.fromisocalendar(year, int(part["week"]), int(part.get("weekday", 1)))
        return datetime(day.year, day.month, day.day)
    month = int(part.get("month", 1))
    if "name" in part:
        month = next(k for k, name in enumerate(_NAMES, 1) if part["name"].lower()[:3] == name[:3])
    if "quarter" in part:
        month = 3 * int(part["quarter"]) - 2
    return datetime(year, month, int(part.get("day", 1)))


def _clock(day: datetime, part: dict[str, str]) -> datetime:
    """Return a day with its time of day, in UTC if that has an offset; ValueError for none."""
    hour = int(part.get("hour", 0))
    if half := part.get("half", part.get("half_alone")):  # 12 AM is midnight, 12 PM is noon
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if half in "pP" else 0)
    micro = int(part.get("fraction", "0").ljust(6, "0")[:6])
    local = day.replace(
        hour=hour, minute=int(part.get("minute", 0)), second=int(part.get("second", 0)),
        microsecond=micro,
    )  # fmt: skip
    offset = timedelta(hours=int(part.get("hours", 0)), minutes=int(part.get("minutes", 0)))
    return local + offset if part.get("sign") == "-" else local - offset


def as_year(moment: datetime, date_format: str) -> float:
    """Return a date as a year with its fraction; month, quarter and week stand at their middle."""
    period = FORMATS[date_format].period
    if period in ("month", "quarter"):
        return moment.year + (moment.month - 1 + (0.5 if period == "month" else 1.5)) / 12
    if period == "week":
        moment += timedelta(days=3.5)
    length = timedelta(days=366 if calendar.isleap(moment.year) else 365)
    return moment.year + (moment - datetime(moment.year, 1, 1)) / length
