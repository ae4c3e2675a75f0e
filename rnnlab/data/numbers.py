"""Numbers and times in the ways that spreadsheets write them; standard library only."""

from __future__ import annotations

import calendar
import itertools
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

GAPS = {"", "-", "--", "\N{EN DASH}", ".", "..", "...", "\N{HORIZONTAL ELLIPSIS}", "?"}
GAPS |= {"na", "n/a", "#n/a", "nan", "null", "none"}  # in upper case too
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
MONTHS = "year-month"
FORMS = {  # of a time
    form: re.compile(pattern)
    for form, pattern in {
        MONTHS: rf"{_YEAR}[-/]{_MONTH}",
        "year-month-day": rf"{_YEAR}(?P<between>[-/]){_MONTH}(?P=between){_DAY}{_CLOCK}?",
        "year-month-day with offset": rf"{_YEAR}-{_MONTH}-{_DAY}{_CLOCK}"
        r" ?(?:Z|(?P<sign>[-+])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2}))",
        "yearmonthday": r"(?P<year>1[5-9][0-9]{2}|20[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
        "day.month.year": rf"{_DAY}\.{_MONTH}\.{_YEAR}{_CLOCK}?",
        "day/month/year": rf"{_DAY}/{_MONTH}/{_YEAR}{_CLOCK}?",
        "month/day/year": rf"{_MONTH}/{_DAY}/{_YEAR}{_CLOCK}?",
    }.items()
}

_IN_MONTHS = {1: "month", 3: "quarter", 12: "year"}
_IN_TIME = {
    timedelta(days=7): "week",
    timedelta(days=1): "day",
    timedelta(hours=1): "hour",
    timedelta(minutes=1): "minute",
    timedelta(seconds=1): "second",
}


def is_gap(text: str) -> bool:
    """Return whether a cell says that there is no value."""
    return text.casefold() in GAPS


def begins_as_figure(text: str) -> bool:
    """Return whether a cell begins as a number or a time does; names and words do not."""
    return re.match(rf"[-+{MINUS}]?(?:[.,]?[0-9]|inf(?:inity)?$)", text, re.IGNORECASE) is not None


def is_date(text: str) -> bool:
    """Return whether a cell holds a calendar time that is not a number too."""
    return not any(number(text, mark) for mark in MARKS) and any(
        moment(text, form) for form in FORMS
    )


def number(text: str, mark: str) -> float | None:
    """Return the number that a cell holds, None if it holds none; inf if it is too large.

    Args:
        text: of the cell.
        mark: what stands before the decimals, "." or ",". The other one, a space or an apostrophe
            may stand between groups of three digits.
    """
    text = text.replace(MINUS, "-")
    found = _NUMBER[mark].fullmatch(text)
    if found is None:
        return None
    if group := found["group"]:
        text = text.replace(group, "")
    return float(text.replace(mark, "."))


def moment(text: str, form: str) -> datetime | None:
    """Return the time that a cell holds in a form of `FORMS`, None if it holds none."""
    found = FORMS[form].fullmatch(text)
    if found is None:
        return None
    part = {name: given for name, given in found.groupdict().items() if given}
    hour, minute, second = (int(part.get(name, 0)) for name in ("hour", "minute", "second"))
    micro = int(part.get("fraction", "0").ljust(6, "0")[:6])
    date = (int(part["year"]), int(part["month"]), int(part.get("day", 1)))
    offset = timedelta(hours=int(part.get("hours", 0)), minutes=int(part.get("minutes", 0)))
    try:
        local = datetime(*date, hour, minute, second, micro)
        return local + offset if part.get("sign") == "-" else local - offset
    except (ValueError, OverflowError):  # the 30th of February, the year 0
        return None


def year(moment: datetime, form: str) -> float:
    """Return a time as a year with its fraction; a month, without a day, stands at its middle."""
    if form == MONTHS:
        return moment.year + (moment.month - 0.5) / 12
    length = timedelta(days=366 if calendar.isleap(moment.year) else 365)
    return moment.year + (moment - datetime(moment.year, 1, 1)) / length


def time_unit(moments: Sequence[datetime]) -> str:
    """Return what lies between two times, if it is always the same; otherwise "step"."""
    pairs = list(itertools.pairwise(moments))
    between = {later - earlier for earlier, later in pairs}
    months = {12 * (late.year - early.year) + late.month - early.month for early, late in pairs}
    if len(between) == 1 and (unit := _IN_TIME.get(between.pop())):
        return unit
    if len(months) == 1 and (unit := _IN_MONTHS.get(months.pop())):
        return unit
    return "step"
