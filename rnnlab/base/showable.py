r"""Texts of users made showable: titles, units, names of files, what exceptions and objects say.

Such a text may hold anything. Whatever shows one (a picture, a page, a screen reader, a terminal, a
CSV file) takes it from here. What cannot be shown stands as in Python's source, like \x1b.
"""

import re
import sys
from collections.abc import Callable
from html import escape
from typing import Any, TextIO

MOST = 300  # characters of a text on one line
NAME, UNIT = 80, 24  # characters of a title or a name in a sentence, and of a unit
PAGE = 10_000  # characters of a text with several lines
FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet computes what begins so
_UNSHOWABLE = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and newline
    "\u2028\u2029\u202a-\u202e\u2066-\u2069"  # other ends of lines; what turns the text beside it
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"  # lone surrogates, and what is no character
)


def showable(text: object, most: int = MOST) -> str:
    r"""Return a text on one line, a longer one cut to `most` characters with "..." at its end.

    What is no text is shown as `str` does; where that raises, by the name of its kind.

    Example:
        >>> showable("sun\nspots\x1b[31m")
        'sun spots\\x1b[31m'
    """
    return _cut(_escaped(" ".join(repr_of(text, str).split())), most)


def showable_lines(text: object, most: int | None = PAGE) -> str:
    """Return a text with its lines and spaces, cut as `showable` does; None: however long it is."""
    text = repr_of(text, str).replace("\r\n", "\n")
    return _escaped(text) if most is None else _cut(_escaped(text), most)


def as_html(text: object, most: int = PAGE) -> str:
    """Return a text as `showable_lines`, to stand in HTML, in an attribute too."""
    return escape(showable_lines(text, most))


def as_cell(text: object) -> str:
    """Return a text for a CSV file: one that a spreadsheet would compute has ' in front."""
    text = showable(text)
    return f"'{text}" if text.startswith(FORMULAS) else text


def repr_of(value: object, make: Callable[[Any], str] = repr) -> str:
    """Return an object's `repr`, or what `make` makes; where that raises, the name of its kind."""
    try:
        return make(value)
    except Exception:  # somebody's own class
        return f"<{type(value).__name__}>"


def said(error: BaseException) -> str:
    """Return what an exception says; nothing if its text is empty or fails."""
    try:
        return str(error)
    except Exception:  # somebody's own exception
        return ""


def error_line(error: BaseException) -> str:
    """Return the kind of an error and its text on one line: ValueError: no such thing."""
    name, text = type(error).__name__, said(error)
    return showable(f"{name}: {text}" if text else name)


def tell(text: str, where: TextIO | None = None) -> None:
    """Print a text, by default on the output: no sign in it steers the terminal or fails there."""
    where = where or sys.stdout
    encoding = getattr(where, "encoding", None) or "utf-8"
    shown = showable_lines(text, None).encode(encoding, "backslashreplace").decode(encoding)
    print(shown, file=where, flush=True)


def _escaped(text: str) -> str:
    return _UNSHOWABLE.sub(lambda found: ascii(found[0])[1:-1], text)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
