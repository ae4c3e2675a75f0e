"""Numbers and times as spreadsheets write them."""

import calendar
import itertools
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

MISSING = {"", "-", "--", "\N{EN DASH}", ".", "..", "...", "\N{HORIZONTAL ELLIPSIS}", "?"}
MISSING |= {"na", "n/a", "#n/a", "nan", "null", "none"}  # in upper case too
MINUS = "\N{MINUS SIGN}"  # as some locales write it

MARKS = (".", ",")  # what may stand before the decimals
_GROUP = {".": ",", ",": "."}  # what may then stand between groups of three digits
_NUMBER = {
    mark: re.compile(
        rf"[-+]?(?:(?:[1-9][0-9]{{0,2}}(?:(?P<group>[{_GROUP[mark]} '\u2019\u00a0\u202f])[0-9]{{3}}"
        rf"(?:(?P=group)[0-9]{{3}})*)|[0-9]+)(?:[{mark}][0-9]*)?|[{mark}][0-9]+)"
        r"(?:[eE][-+]?[0-9]+)?"
    )
    for mark in MARKS
}

_CLOCK = (
    r"(?:(?:T| +)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?)"
)
_YEAR, _MONTH, _DAY = r"(?P<year>[0-9]{4})", r"(?P<month>[0-9]{1,2})", r"(?P<day>[0-9]{1,2})"
YEAR_MONTH = "year-month"
DATE_FORMATS = {
    YEAR_MONTH: rf"{_YEAR}[-/]{_MONTH}",
    "year-month-day": rf"{_YEAR}(?P<between>[-/]){_MONTH}(?P=between){_DAY}{_CLOCK}?",
    "year-month-day with offset": rf"{_YEAR}-{_MONTH}-{_DAY}{_CLOCK}"
    r" ?(?:Z|(?P<sign>[-+])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2}))",
    "yearmonthday": r"(?P<year>1[5-9][0-9]{2}|20[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
    "day.month.year": rf"{_DAY}\.{_MONTH}\.{_YEAR}{_CLOCK}?",
    "day/month/year": rf"{_DAY}/{_MONTH}/{_YEAR}{_CLOCK}?",
    "month/day/year": rf"{_MONTH}/{_DAY}/{_YEAR}{_CLOCK}?",
}

_UNITS_IN_MONTHS = {1: "month", 3: "quarter", 12: "year"}
_UNITS = {
    timedelta(**{f"{unit}s": 1}): unit for unit in ("week", "day", "hour", "minute", "second")
}


def is_missing(text: str) -> bool:
    """Return whether a cell says that there is no value."""
    return text.casefold() in MISSING


def looks_numeric(text: str) -> bool:
    """Return whether a cell begins as a number or a time does; names and words do not."""
    return re.match(rf"[-+{MINUS}]?(?:[.,]?[0-9]|inf(?:inity)?$)", text, re.IGNORECASE) is not None


def is_date(text: str) -> bool:
    """Return whether a cell holds a date that is not a number too."""
    return not any(parse_number(text, mark) for mark in MARKS) and any(
        parse_date(text, date_format) for date_format in DATE_FORMATS
    )


def parse_number(text: str, mark: str) -> float | None:
    """Return the number that a cell holds, None if it holds none; inf if it is too large.

    The mark, "." or ",", stands before the decimals. The other one, a space or an apostrophe may
    stand between groups of three digits.
    """
    text = text.replace(MINUS, "-")
    found = _NUMBER[mark].fullmatch(text)
    if found is None:
        return None
    if group := found["group"]:
        text = text.replace(group, "")
    return float(text.replace(mark, "."))


def parse_date(text: str, date_format: str) -> datetime | None:
    """Return the date, perhaps with a time of day, that a cell holds; None if it holds none."""
    found = re.fullmatch(DATE_FORMATS[date_format], text)
    if found is None:
        return None
    part = {name: given for name, given in found.groupdict("0").items() if name != "between"}
    micro = int(part.pop("fraction", "0").ljust(6, "0")[:6])
    east = part.pop("sign", "+") != "-"
    number = {"day": 1, **{name: int(given) for name, given in part.items()}}
    offset = timedelta(hours=number.pop("hours", 0), minutes=number.pop("minutes", 0))
    try:
        local = datetime(**number, microsecond=micro)  # type: ignore[arg-type]  # no tzinfo
        return local - offset if east else local + offset
    except (ValueError, OverflowError):  # the 30th of February, the year 0
        return None


def as_year(date: datetime, date_format: str) -> float:
    """Return a date as a year with its fraction; a month, without a day, stands at its middle."""
    if date_format == YEAR_MONTH:
        return date.year + (date.month - 0.5) / 12
    length = timedelta(days=366 if calendar.isleap(date.year) else 365)
    return date.year + (date - datetime(date.year, 1, 1)) / length


def time_unit(dates: Sequence[datetime]) -> str:
    """Return what lies between two dates, if it is always the same; otherwise "step"."""
    pairs = list(itertools.pairwise(dates))
    between = {later - earlier for earlier, later in pairs}
    months = {12 * (late.year - early.year) + late.month - early.month for early, late in pairs}
    if len(between) == 1 and (unit := _UNITS.get(between.pop())):
        return unit
    if len(months) == 1 and (unit := _UNITS_IN_MONTHS.get(months.pop())):
        return unit
    return "step"
