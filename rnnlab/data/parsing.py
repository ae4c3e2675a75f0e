"""Numbers as spreadsheets write them: decimal marks, groups of three digits, signs of a unit."""

import re

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
# A sign of a unit changes no digit of the number beside it; k, M or a bracket may, so none is here.
_SIGN = (
    r"(?:(?:US|A|C|NZ|HK|R)?\$|[€£¥₹₩₽₺₪%‰]|kr|zł|"
    r"USD|EUR|GBP|JPY|CHF|CNY|INR|CAD|AUD|NZD|SEK|NOK|DKK|PLN|BRL)"
)
_SIGNED = re.compile(
    rf"(?P<minus>[-+]?)(?P<before>{_SIGN})?\s*(?P<rest>[-+]?[.,]?[0-9].*?)\s*(?P<after>{_SIGN})?"
)
_BEGINS = re.compile(
    rf"[-+{MINUS}]?(?:{_SIGN}\s*[-+{MINUS}]?)?(?:[.,]?[0-9]|inf(?:inity)?$)", re.IGNORECASE
)


class Known(str):
    """The text of a cell whose number is known beyond it, as in a workbook or a DataFrame."""

    number: float

    def __new__(cls, number: float) -> "Known":
        """Return the number's text, with the number beside it."""
        text = super().__new__(cls, f"{number:.15g}")
        text.number = number
        return text


def is_missing(text: str) -> bool:
    """Return whether a cell says that there is no value."""
    return text.casefold() in MISSING


def looks_numeric(text: str) -> bool:
    """Return whether a cell begins as a number or a time does; names and words do not."""
    return _BEGINS.match(text) is not None


def split_sign(text: str) -> tuple[str, str]:
    """Return a number's text without the sign of its unit, and that: ("-5", "$") for "-$5".

    There is none, "", for texts with a sign before and behind, and for all that is no number.
    """
    text = text.replace(MINUS, "-")
    found = _SIGNED.fullmatch(text)
    if found is None or (found["before"] is None) == (found["after"] is None):
        return text, ""
    if found["minus"] and found["rest"][0] in "-+":
        return text, ""
    return found["minus"] + found["rest"], found["before"] or found["after"]


def parse_number(text: str, mark: str) -> float | None:
    """Return the number that a cell holds, None if it holds none; inf if it is too large.

    The mark, "." or ",", stands before the decimals. The other one, a space or an apostrophe may
    stand between groups of three digits; the sign of a unit, as $ or %, before or behind it all.
    """
    if isinstance(text, Known):
        return text.number
    text, _ = split_sign(text)
    found = _NUMBER[mark].fullmatch(text)
    if found is None:
        return None
    if group := found["group"]:
        text = text.replace(group, "")
    return float(text.replace(mark, "."))
