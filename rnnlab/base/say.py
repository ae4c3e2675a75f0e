"""Messages with values: one whole sentence with named fields, so that it can be translated."""

import re
from typing import Any

_UNWRITABLE = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")  # control characters, lone surrogates


def say(text: str, /, **values: Any) -> str:
    """Return a sentence with named fields, such as "{name} is {value!r}", with these filled in."""
    return text.format(**values)


def short(value: float) -> str:
    """Return a number with three significant digits: 0.00123, 20.8, 1230, 1.23e+04."""
    return f"{round(value, -1):.0f}" if 999.5 <= abs(value) < 10_000 else f"{value:.3g}"


def error_line(error: BaseException) -> str:
    """Return the kind of an error and its text on one line: ValueError: no such thing."""
    try:
        text = str(error)
    except Exception:  # somebody's own exception, whose text fails
        text = ""
    name = type(error).__name__
    return one_line(f"{name}: {text}" if text else name)


def one_line(text: str, most: int = 300) -> str:
    """Return a text on one line, a longer one truncated to so many characters.

    What no file of text holds, such as NUL and lone surrogates, stands as in Python's source.
    """
    text = " ".join(text.split())
    text = _UNWRITABLE.sub(lambda found: ascii(found[0])[1:-1], text)
    return text if len(text) <= most else text[: most - 3] + "..."
